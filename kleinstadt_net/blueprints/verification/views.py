"""A person's own claims: how they stand, the code from the letter, taking a claim back."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.verification import bp
from kleinstadt_net.blueprints.verification.forms import CodeForm, PlainForm
from kleinstadt_net.security.access import SIGNED_IN, access
from kleinstadt_net.services import letter_codes, verification, verification_desk
from kleinstadt_net.services.verification_letters import STATUS_PATH


@bp.get(STATUS_PATH)
@access(SIGNED_IN)
def status() -> ResponseReturnValue:
    """For which towns one has asked to act, and what happens next."""
    return _status(CodeForm())


@bp.post(STATUS_PATH)
@access(SIGNED_IN)
def redeem() -> ResponseReturnValue:
    """Enter the code that the town hall got by post."""
    form = CodeForm()
    if not form.validate_on_submit():
        return _status(form, 422)
    try:
        is_lead = letter_codes.redeem(current_user.account_id, form.code.data or "")
    except letter_codes.TooManyTries:
        abort(429)
    if not is_lead:
        form.form_errors.append(
            "Dieser Code gilt nicht: Vielleicht ist er vertippt, abgelaufen, zu oft falsch eingegeben oder durch einen "
            "neueren ersetzt worden. Bitte vergleichen Sie ihn mit dem Brief."
        )
        return _status(form, 422)
    flash("Vielen Dank. Sie tragen jetzt die Verantwortung für das Profil Ihrer Stadt.", "success")
    return redirect(url_for("dashboard.overview"))


@bp.post(f"{STATUS_PATH}/<int:membership_id>/zurueckziehen")
@access(SIGNED_IN)
def withdraw(membership_id: int) -> ResponseReturnValue:
    """Take an open claim of one's own back."""
    if not PlainForm().validate_on_submit():
        abort(400)
    if not verification.withdraw(membership_id, current_user.account_id):
        abort(404)
    flash("Ihre Anfrage ist zurückgezogen. Ihr Konto besteht weiter.", "success")
    return redirect(url_for("verification.status"))


def _status(form: CodeForm, status: int = 200) -> tuple[str, int]:
    claims = verification_desk.own_claims(current_user.account_id)
    return render_template("verification/status.html", claims=claims, form=form), status
