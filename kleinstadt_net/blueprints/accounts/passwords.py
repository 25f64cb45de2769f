"""The password: forgotten, set by a link, changed."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import TooManyRequests

from kleinstadt_net.blueprints.accounts import bp
from kleinstadt_net.blueprints.accounts.forms import ForgottenForm, PasswordForm
from kleinstadt_net.security import devices
from kleinstadt_net.security.access import BY_LINK, PUBLIC, SIGNED_IN, access
from kleinstadt_net.services import accounts, password_reset


@bp.route("/passwort-vergessen", methods=["GET", "POST"])
@access(PUBLIC)
def forgotten_password() -> ResponseReturnValue:
    """Ask for a link to a new password; the answer does not tell whether there is an account."""
    form = ForgottenForm()
    if not form.validate_on_submit():
        page = render_template("accounts/forgotten_password.html", form=form)
        return page, 422 if form.is_submitted() else 200
    try:
        password_reset.request(form.email.data or "", request.remote_addr or "")
    except password_reset.TooManyAttempts as error:
        raise TooManyRequests(retry_after=error.until) from error
    return render_template("accounts/forgotten_password_sent.html")


@bp.route("/passwort/<token>", methods=["GET", "POST"])
@access(BY_LINK)
def set_password(token: str) -> ResponseReturnValue:
    """Set the password with a one-time link; looking at the page uses nothing up."""
    email = accounts.account_for_link(token)
    if email is None:
        return render_template("accounts/link_expired.html"), 404
    form = PasswordForm(email=email)
    if not form.validate_on_submit():
        page = render_template("accounts/set_password.html", form=form, email=email)
        return page, 422 if form.is_submitted() else 200
    if not accounts.set_password(token, form.password.data or ""):
        return render_template("accounts/link_expired.html"), 404
    flash("Ihr neues Passwort gilt. Bitte melden Sie sich jetzt damit an.", "success")
    response = make_response(redirect(url_for("accounts.sign_in")))
    # Whoever reads the account's letters does not wait because strangers guess.
    devices.set_cookie(response, devices.remember(devices.of(request), email))
    return response


@bp.route("/konto/passwort", methods=["GET", "POST"])
@access(SIGNED_IN, recent=True)
def change_password() -> ResponseReturnValue:
    """Choose another password; all other browsers are signed out."""
    form = PasswordForm(email=current_user.email)
    if not form.validate_on_submit():
        page = render_template("accounts/change_password.html", form=form)
        return page, 422 if form.is_submitted() else 200
    accounts.change_password(current_user.account_id, current_user.session_id, form.password.data or "")
    flash("Ihr neues Passwort gilt. Auf anderen Geräten sind Sie jetzt abgemeldet.", "success")
    return redirect(url_for("accounts.settings"))
