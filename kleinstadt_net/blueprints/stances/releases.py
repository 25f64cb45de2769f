"""What editors have drafted: a lead releases it or gives it back, its author takes it back."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.stances import bp
from kleinstadt_net.blueprints.stances.forms import ConfirmForm, DraftForm, ReturnForm
from kleinstadt_net.security.access import EDITOR, LEAD, access, acting
from kleinstadt_net.services import practice_releases, section_releases, stance_drafts, stances
from kleinstadt_net.services import releases as drafts


@bp.get("/unsere-stadt/freigaben")
@access(LEAD, town=acting)
def releases() -> str:
    """Every draft beside what stands there now."""
    return _page()


@bp.post("/unsere-stadt/freigaben/<int:draft_id>/freigeben")
@access(LEAD, town=acting)
def release(draft_id: int) -> ResponseReturnValue:
    """Make a draft the town's statement with one click."""
    form = ConfirmForm()
    if not form.validate_on_submit():
        abort(404)
    town_id, lead_id = current_user.acting.town_id, current_user.account_id
    try:
        found = drafts.release(town_id, lead_id, draft_id, form.version.data or 0)
    except stances.StaleVersion as stale:
        return _page(changed=stale.current.subject), 409
    if not found:
        abort(404)
    flash("Die Angabe ist freigegeben.", "success")
    return redirect(url_for("stances.releases"))


@bp.post("/unsere-stadt/freigaben/<int:draft_id>/zurueckgeben")
@access(LEAD, town=acting)
def give_back(draft_id: int) -> ResponseReturnValue:
    """Return a draft to its author, with a sentence or without."""
    form = ReturnForm()
    if not form.validate_on_submit():
        flash("Der Satz ist zu lang: Bitte höchstens 500 Zeichen.", "warning")
        return redirect(url_for("stances.releases"))
    town_id, lead_id = current_user.acting.town_id, current_user.account_id
    if not drafts.give_back(town_id, lead_id, draft_id, form.remark.data or ""):
        abort(404)
    flash("Der Entwurf ist zurückgegeben. Die Person bekommt einen Brief.", "success")
    return redirect(url_for("stances.releases"))


@bp.post("/unsere-stadt/freigaben/<int:draft_id>/zurueckziehen")
@access(EDITOR, town=acting)
def withdraw_draft(draft_id: int) -> ResponseReturnValue:
    """Take one's own draft back."""
    if not DraftForm().validate_on_submit():
        abort(404)
    if not stance_drafts.withdraw(current_user.acting.town_id, current_user.account_id, draft_id):
        abort(404)
    flash("Ihr Entwurf ist zurückgezogen.", "success")
    return redirect(url_for("stances.edit"))


def _page(changed: str | None = None) -> str:
    waiting = drafts.waiting(current_user.acting.town_id)
    sections = section_releases.waiting(current_user.acting.town_id)
    return render_template(
        "stances/releases.html",
        releases=waiting,
        section_releases=sections,
        practice_releases=practice_releases.waiting(current_user.acting.town_id),
        changed=changed,
    )
