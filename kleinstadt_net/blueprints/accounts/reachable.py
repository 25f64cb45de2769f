"""An address that letters came back from is shown to be good again."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import TooManyRequests

from kleinstadt_net.blueprints.accounts import bp
from kleinstadt_net.security.access import BY_LINK, SIGNED_IN, access
from kleinstadt_net.services import addresses
from kleinstadt_net.web.forms import BaseForm


@bp.post("/konto/e-mail/wieder-erreichbar")
@access(SIGNED_IN)
def ask_reachable() -> ResponseReturnValue:
    """Have a link sent to the own address."""
    if not BaseForm().validate_on_submit():
        abort(400)
    try:
        addresses.ask(current_user.account_id)
    except addresses.TooManyAttempts as error:
        raise TooManyRequests(retry_after=error.until) from error
    flash(
        "Wir haben an Ihre Adresse geschrieben. Kommt der Brief an, benutzen Sie bitte den Link darin.",
        "success",
    )
    return redirect(url_for("accounts.settings"))


@bp.route("/konto/e-mail/wieder-erreichbar/<token>", methods=["GET", "POST"])
@access(BY_LINK)
def reachable_again(token: str) -> ResponseReturnValue:
    """Letters go to the address again; looking at the page changes nothing."""
    address = addresses.address_of(token)
    form = BaseForm()
    if address is None:
        return render_template("accounts/reachable_expired.html"), 404
    if not form.validate_on_submit():
        page = render_template("accounts/reachable.html", form=form, address=address)
        return page, 422 if form.is_submitted() else 200
    if not addresses.confirm(token):
        return render_template("accounts/reachable_expired.html"), 404
    return render_template("accounts/reachable_done.html", address=address)
