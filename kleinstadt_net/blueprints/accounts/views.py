"""Signing in and out, setting the password, the own account, the town one acts for."""

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from kleinstadt_net.blueprints.accounts import bp
from kleinstadt_net.blueprints.accounts.forms import PasswordForm, PersonForm, SignInForm
from kleinstadt_net.security import identity
from kleinstadt_net.security.access import BY_LINK, PUBLIC, SIGNED_IN, access, safe_target
from kleinstadt_net.services import accounts


@bp.route("/anmelden", methods=["GET", "POST"])
@access(PUBLIC)
def sign_in() -> ResponseReturnValue:
    """Sign in with e-mail and password and go on to where one was headed."""
    form = SignInForm(weiter=request.args.get("weiter", ""))
    if not form.validate_on_submit():
        return render_template("accounts/sign_in.html", form=form), 422 if form.is_submitted() else 200
    try:
        key = accounts.sign_in(form.email.data or "", form.password.data or "", request.remote_addr or "")
    except accounts.TooManyAttempts:
        abort(429)
    person = identity.load(key) if key else None
    if person is None:
        form.form_errors.append("E-Mail-Adresse und Passwort passen nicht zusammen.")
        return render_template("accounts/sign_in.html", form=form), 422
    # A cookie planted before signing in must not survive it.
    session.clear()
    login_user(person)
    return redirect(safe_target(form.weiter.data) or _home(person))


def _home(person: identity.Identity) -> str:
    if person.is_verified:
        return url_for("dashboard.overview")
    return url_for("operations.desk") if person.is_operator else url_for("accounts.settings")


@bp.post("/abmelden")
@access(SIGNED_IN)
def sign_out() -> ResponseReturnValue:
    """End this session."""
    accounts.sign_out(current_user.session_id)
    _forget_cookie()
    flash("Sie sind abgemeldet.", "success")
    return redirect(url_for("pages.start"))


@bp.post("/ueberall-abmelden")
@access(SIGNED_IN)
def sign_out_everywhere() -> ResponseReturnValue:
    """End all sessions of the account, this one included."""
    accounts.sign_out_everywhere(current_user.account_id)
    _forget_cookie()
    flash("Sie sind auf allen Geräten abgemeldet.", "success")
    return redirect(url_for("pages.start"))


def _forget_cookie() -> None:
    logout_user()
    session.clear()


@bp.post("/stadt-wechseln")
@access(SIGNED_IN)
def switch_town() -> ResponseReturnValue:
    """Act for another of one's towns from now on in this browser."""
    if not accounts.act_for(current_user.session_id, current_user.account_id, request.form.get("ags", "")):
        abort(404)
    return redirect(url_for("dashboard.overview"))


@bp.route("/passwort/<token>", methods=["GET", "POST"])
@access(BY_LINK)
def set_password(token: str) -> ResponseReturnValue:
    """Set the password with a one-time link; looking at the page uses nothing up."""
    email = accounts.account_for_link(token)
    if email is None:
        return render_template("accounts/link_expired.html"), 404
    form = PasswordForm()
    if not form.validate_on_submit():
        page = render_template("accounts/set_password.html", form=form, email=email)
        return page, 422 if form.is_submitted() else 200
    if not accounts.set_password(token, form.password.data or ""):
        return render_template("accounts/link_expired.html"), 404
    flash("Ihr Passwort ist gespeichert. Bitte melden Sie sich jetzt an.", "success")
    return redirect(url_for("accounts.sign_in"))


@bp.route("/konto", methods=["GET", "POST"])
@access(SIGNED_IN)
def settings() -> ResponseReturnValue:
    """How one is addressed, for which towns one acts, and the sessions."""
    form = PersonForm(obj=current_user)
    if not form.validate_on_submit():
        return render_template("accounts/settings.html", form=form), 422 if form.is_submitted() else 200
    accounts.update_person(
        current_user.account_id,
        first_name=form.first_name.data or "",
        last_name=form.last_name.data or "",
        salutation=form.salutation.data,
    )
    flash("Gespeichert.", "success")
    return redirect(url_for("accounts.settings"))
