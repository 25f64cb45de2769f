"""Drafts of sections: a lead releases one or gives it back, its author takes it back."""

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms import TextAreaField
from wtforms.validators import Length

from kleinstadt_net.blueprints.sections import bp
from kleinstadt_net.security.access import EDITOR, LEAD, access, acting
from kleinstadt_net.services import section_drafts, section_releases, sections
from kleinstadt_net.web.forms import BaseForm, VersionForm


class RemarkForm(BaseForm):
    remark = TextAreaField(
        "Ein Satz dazu (freiwillig)", [Length(max=500, message="Bitte höchstens 500 Zeichen.")]
    )


@bp.post("/unsere-stadt/freigaben/abschnitt/<int:section_draft_id>/freigeben")
@access(LEAD, town=acting)
def release(section_draft_id: int) -> ResponseReturnValue:
    """Make a draft the town's section with one click."""
    form = VersionForm()
    if not form.validate_on_submit():
        abort(404)
    town_id, lead_id = current_user.acting.town_id, current_user.account_id
    try:
        found = section_releases.release(town_id, lead_id, section_draft_id, form.version.data or 0)
    except sections.StaleVersion:
        flash(
            "Der Abschnitt wurde inzwischen geändert. Unten sehen Sie, was der Entwurf am jetzigen Stand ändert.",
            "warning",
        )
        return redirect(url_for("stances.releases", _anchor=f"entwurf-{section_draft_id}"))
    if not found:
        abort(404)
    flash("Der Abschnitt ist freigegeben.", "success")
    return redirect(url_for("stances.releases"))


@bp.post("/unsere-stadt/freigaben/abschnitt/<int:section_draft_id>/zurueckgeben")
@access(LEAD, town=acting)
def give_back(section_draft_id: int) -> ResponseReturnValue:
    """Return a draft to its author, with a sentence or without."""
    form = RemarkForm()
    if not form.validate_on_submit():
        flash("Der Satz ist zu lang: Bitte höchstens 500 Zeichen.", "warning")
        return redirect(url_for("stances.releases"))
    town_id, lead_id = current_user.acting.town_id, current_user.account_id
    if not section_releases.give_back(town_id, lead_id, section_draft_id, form.remark.data or ""):
        abort(404)
    flash("Der Entwurf ist zurückgegeben.", "success")
    return redirect(url_for("stances.releases"))


@bp.post("/unsere-stadt/freigaben/abschnitt/<int:section_draft_id>/zurueckziehen")
@access(EDITOR, town=acting)
def withdraw(section_draft_id: int) -> ResponseReturnValue:
    """Take one's own draft back."""
    if not BaseForm().validate_on_submit():
        abort(404)
    town_id, account_id = current_user.acting.town_id, current_user.account_id
    if not section_drafts.withdraw(town_id, account_id, section_draft_id):
        abort(404)
    flash("Ihr Entwurf ist zurückgezogen.", "success")
    return redirect(url_for("stances.edit"))
