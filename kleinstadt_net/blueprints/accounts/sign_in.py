"""Signing in, in one step or two, and out."""

from flask import abort, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, logout_user
from werkzeug.exceptions import TooManyRequests

from kleinstadt_net.blueprints.accounts import bp
from kleinstadt_net.blueprints.accounts.forms import CodeForm, SignInForm
from kleinstadt_net.security import devices, identity
from kleinstadt_net.security.access import PUBLIC, SIGNED_IN, access, safe_target
from kleinstadt_net.services import accounts
from kleinstadt_net.services import sign_in as service

# Between the two steps the browser keeps, signed, whose code is awaited and where she was headed.
PENDING, TARGET = "pending", "target"


@bp.route("/anmelden", methods=["GET", "POST"])
@access(PUBLIC)
def sign_in() -> ResponseReturnValue:
    """Sign in with e-mail and password and go on to where one was headed."""
    form = SignInForm(weiter=request.args.get("weiter", ""))
    if not form.validate_on_submit():
        return render_template("accounts/sign_in.html", form=form), 422 if form.is_submitted() else 200
    try:
        made = service.with_password(form.email.data or "", form.password.data or "", devices.of(request))
    except service.TooManyAttempts as error:
        raise TooManyRequests(retry_after=error.until) from error
    if made is None:
        form.form_errors.append("E-Mail-Adresse und Passwort passen nicht zusammen.")
        return render_template("accounts/sign_in.html", form=form), 422
    if made.pending is None:
        return _enter(made, form.weiter.data)
    session.clear()
    session[PENDING], session[TARGET] = made.pending, safe_target(form.weiter.data)
    return redirect(url_for("accounts.sign_in_code"))


@bp.route("/anmelden/code", methods=["GET", "POST"])
@access(PUBLIC)
def sign_in_code() -> ResponseReturnValue:
    """The second step: a code from the telephone, or one from paper."""
    if not service.is_waiting_for_code(session.get(PENDING, "")):
        return render_template("accounts/code_expired.html"), 410
    form = CodeForm()
    if not form.validate_on_submit():
        return render_template("accounts/sign_in_code.html", form=form), 422 if form.is_submitted() else 200
    try:
        made = service.with_code(session[PENDING], form.code.data or "", devices.of(request))
    except service.TooManyAttempts as error:
        raise TooManyRequests(retry_after=error.until) from error
    if made is None:
        form.code.errors = ["Dieser Code passt nicht. Codes gelten nur kurz und nur einmal."]
        return render_template("accounts/sign_in_code.html", form=form), 422
    return _enter(made, session.get(TARGET))


def _enter(made: service.SignedIn, target: str | None) -> ResponseReturnValue:
    person = identity.load(made.key or "")
    assert person is not None
    identity.enter(person)
    response = make_response(redirect(safe_target(target) or _home(person)))
    devices.set_cookie(response, devices.remember(devices.of(request), made.email))
    return response


def _home(person: identity.Identity) -> str:
    if person.is_verified:
        return url_for("dashboard.overview")
    if person.is_operator:
        return url_for("operations.desk")
    return url_for("verification.status") if person.awaits_confirmation else url_for("accounts.settings")


@bp.post("/abmelden")
@access(SIGNED_IN)
def sign_out() -> ResponseReturnValue:
    """End this session."""
    accounts.sign_out(current_user.session_id)
    forget_cookie()
    flash("Sie sind abgemeldet.", "success")
    return redirect(url_for("pages.start"))


def forget_cookie() -> None:
    """Leave nothing of the session in this browser."""
    logout_user()
    session.clear()


@bp.post("/stadt-wechseln")
@access(SIGNED_IN)
def switch_town() -> ResponseReturnValue:
    """Act for another of one's towns from now on in this browser; ``weiter`` is where to go on."""
    if not accounts.act_for(current_user.session_id, current_user.account_id, request.form.get("ags", "")):
        abort(404)
    return redirect(safe_target(request.form.get("weiter")) or url_for("dashboard.overview"))
