"""The operator decides: who waits, one click to approve, a reason to refuse, a letter with a code."""

from flask import Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.verification import bp
from kleinstadt_net.blueprints.verification.forms import ApprovalForm, PlainForm, RefusalForm
from kleinstadt_net.security.access import OPERATOR, access
from kleinstadt_net.services import letter_codes, verification, verification_desk
from kleinstadt_net.services.verification_letters import DESK_PATH
from kleinstadt_net.vocabulary import ROLE_TITLES

DECIDED = "Darüber ist schon entschieden, oder die Anfrage wurde zurückgezogen."


@bp.get(DESK_PATH)
@access(OPERATOR)
def pending() -> ResponseReturnValue:
    """Everybody who waits, with all one needs to decide."""
    return _pending()


@bp.post(f"{DESK_PATH}/<int:membership_id>/bestaetigen")
@access(OPERATOR)
def approve(membership_id: int) -> ResponseReturnValue:
    """One click: the person acts for the town."""
    form = ApprovalForm()
    if not form.validate_on_submit():
        abort(400)
    done = verification.approve_by_operator(
        membership_id,
        form.role.data,
        current_user.account_id,
        remember_domain=form.remember_domain.data,
    )
    return _back(f"Bestätigt: {ROLE_TITLES[form.role.data]}. Die Person hat einen Brief bekommen.", done)


@bp.post(f"{DESK_PATH}/<int:membership_id>/ablehnen")
@access(OPERATOR)
def refuse(membership_id: int) -> ResponseReturnValue:
    """Refuse, with the reason the person will read."""
    form = RefusalForm()
    if not form.validate_on_submit():
        return _pending(form, membership_id)
    done = verification.refuse_by_operator(membership_id, current_user.account_id, form.reason.data or "")
    return _back("Abgelehnt. Die Person hat einen Brief mit Ihrer Begründung bekommen.", done)


@bp.post(f"{DESK_PATH}/<int:membership_id>/brief")
@access(OPERATOR)
def code_letter(membership_id: int) -> ResponseReturnValue:
    """Make a code and answer with the letter that carries it, to be printed and posted."""
    if not PlainForm().validate_on_submit():
        abort(400)
    try:
        letter = letter_codes.issue(membership_id, current_user.account_id)
    except letter_codes.NoAddress as missing:
        flash("Die Anschrift des Rathauses fehlt noch. Bitte tragen Sie sie ein.", "warning")
        return redirect(url_for("verification.address", ags=str(missing)))
    if letter is None:
        return _back("", done=False)
    if letter.pdf is None:
        return _private(Response(render_template("verification/print_letter.html", letter=letter.context)))
    named = {"Content-Disposition": f'attachment; filename="brief-{letter.ags}.pdf"'}
    return _private(Response(letter.pdf, mimetype="application/pdf", headers=named))


def _pending(refusal: RefusalForm | None = None, refused_id: int | None = None) -> ResponseReturnValue:
    claims = verification_desk.pending()
    if refused_id is not None and refused_id not in {claim.membership_id for claim in claims}:
        return _back("", done=False)
    page = render_template(
        "verification/pending.html",
        claims=claims,
        total=verification_desk.count_pending(),
        untold=verification_desk.untold_towns(),
        untold_total=verification_desk.count_untold(),
        refusal=refusal,
        refused_id=refused_id,
    )
    return page, 422 if refusal else 200


def _back(said: str, done: bool) -> ResponseReturnValue:
    flash(said if done else DECIDED, "success" if done else "warning")
    return redirect(url_for("verification.pending"))


def _private(response: Response) -> Response:
    # Whoever reads the code from a cache could use it if the account were hers.
    response.headers["Cache-Control"] = "no-store"
    return response
