"""Showing again who one is, before something that must not happen at a browser left open."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import TooManyRequests

from kleinstadt_net.blueprints.accounts import bp
from kleinstadt_net.blueprints.accounts.forms import CodeForm, ConfirmationForm
from kleinstadt_net.security.access import SIGNED_IN, access, safe_target
from kleinstadt_net.services import sign_in


@bp.route("/konto/bestaetigen", methods=["GET", "POST"])
@access(SIGNED_IN)
def confirm() -> ResponseReturnValue:
    """Ask for the password, or the code where there is a second factor, and go on to where one was headed."""
    form = CodeForm() if current_user.has_second_factor else ConfirmationForm()
    target = safe_target(request.args.get("weiter")) or url_for("accounts.settings")
    again = "erneut" in request.args
    if not form.validate_on_submit():
        page = render_template("accounts/confirm.html", form=form, again=again)
        return page, 422 if form.is_submitted() else 200
    try:
        fits = sign_in.confirm(current_user.account_id, current_user.session_id, form.secret.data or "")
    except sign_in.TooManyAttempts as error:
        raise TooManyRequests(retry_after=error.until) from error
    if fits:
        return redirect(target)
    form.secret.errors = ["Das passt nicht. Bitte versuchen Sie es noch einmal."]
    return render_template("accounts/confirm.html", form=form, again=again), 422
