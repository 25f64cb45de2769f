"""The second factor: setting it up, codes on paper, turning it off."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net import clock
from kleinstadt_net.blueprints.accounts import bp
from kleinstadt_net.blueprints.accounts.forms import CodeForm
from kleinstadt_net.security.access import SIGNED_IN, access
from kleinstadt_net.services import second_factor as service
from kleinstadt_net.web.forms import BaseForm
from kleinstadt_net.web.qr_code import qr_code


@bp.get("/konto/zweiter-faktor")
@access(SIGNED_IN, recent=True)
def second_factor() -> ResponseReturnValue:
    """Whether a code is asked for at sign-in, and how to change that."""
    state = service.state(current_user.account_id)
    return render_template("accounts/second_factor.html", state=state, form=BaseForm())


@bp.post("/konto/zweiter-faktor/beginnen")
@access(SIGNED_IN, recent=True)
def begin_second_factor() -> ResponseReturnValue:
    """Choose a secret to enter into the app."""
    service.begin(current_user.account_id)
    return redirect(url_for("accounts.set_up_second_factor"))


@bp.route("/konto/zweiter-faktor/einrichten", methods=["GET", "POST"])
@access(SIGNED_IN, recent=True)
def set_up_second_factor() -> ResponseReturnValue:
    """Enter the secret into the app and show by a code that it arrived."""
    setup = service.setup(current_user.account_id)
    if setup is None:
        return redirect(url_for("accounts.second_factor"))
    form = CodeForm()
    if form.validate_on_submit():
        codes = service.finish(current_user.account_id, form.code.data or "")
        if codes is not None:
            return _recovery_codes(codes)
        form.code.errors = ["Dieser Code passt nicht. Stimmt die Uhrzeit auf Ihrem Telefon?"]
    page = render_template(
        "accounts/second_factor_setup.html", form=form, setup=setup, picture=qr_code(setup.address)
    )
    return page, 422 if form.is_submitted() else 200


@bp.post("/konto/zweiter-faktor/neue-codes")
@access(SIGNED_IN, recent=True)
def renew_recovery_codes() -> ResponseReturnValue:
    """New codes on paper, shown this once."""
    try:
        codes = service.renew_codes(current_user.account_id)
    except service.NotSetUp:
        return redirect(url_for("accounts.second_factor"))
    return _recovery_codes(codes)


@bp.post("/konto/zweiter-faktor/ausschalten")
@access(SIGNED_IN, recent=True)
def turn_off_second_factor() -> ResponseReturnValue:
    """Sign in with the password alone from now on."""
    service.turn_off(current_user.account_id)
    flash("Beim Anmelden wird kein Code mehr verlangt.", "success")
    return redirect(url_for("accounts.second_factor"))


def _recovery_codes(codes: Sequence[str]) -> str:
    return render_template("accounts/recovery_codes.html", codes=codes, made_on=clock.today())
