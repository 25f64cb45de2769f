"""Examples that wait for a lead: released with one click, or given back with a sentence."""

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms import TextAreaField

from kleinstadt_net.blueprints.practices import bp
from kleinstadt_net.security.access import LEAD, access, acting
from kleinstadt_net.services import practice_releases
from kleinstadt_net.services.practice_content import Refused
from kleinstadt_net.services.practice_editing import StaleVersion, UnknownPractice
from kleinstadt_net.services.releases import MAX_REMARK
from kleinstadt_net.web.fields import at_most
from kleinstadt_net.web.forms import VersionForm

CHANGED = "Das Beispiel wurde inzwischen geändert. Bitte lesen Sie es noch einmal."


class RemarkForm(VersionForm):
    remark = TextAreaField("Ein Satz dazu (freiwillig)", [at_most(MAX_REMARK)])


@bp.post("/unsere-stadt/freigaben/beispiel/<int:practice_id>/freigeben")
@access(LEAD, town=acting)
def release(practice_id: int) -> ResponseReturnValue:
    """Put an example, or its change, into the library."""
    form = VersionForm()
    if not form.validate_on_submit():
        abort(404)
    town_id, lead_id = current_user.acting.town_id, current_user.account_id
    # Those the page has shown: one that came in since then waits.
    seen = request.form.getlist("dokument", type=int)
    try:
        practice_releases.release(town_id, lead_id, practice_id, form.version.data or 0, seen)
    except UnknownPractice:
        abort(404)
    except StaleVersion:
        flash(CHANGED, "warning")
    except Refused as refused:
        flash(" ".join(refused.problems.values()), "warning")
        return redirect(url_for("practices.edit", practice_id=practice_id))
    else:
        flash("Das Beispiel ist freigegeben.", "success")
    return redirect(url_for("stances.releases"))


@bp.post("/unsere-stadt/freigaben/beispiel/<int:practice_id>/zurueckgeben")
@access(LEAD, town=acting)
def give_back(practice_id: int) -> ResponseReturnValue:
    """Return it to whoever wrote it, with a sentence or without."""
    form = RemarkForm()
    if not form.validate_on_submit():
        flash("Der Satz ist zu lang: Bitte höchstens 500 Zeichen.", "warning")
        return redirect(url_for("stances.releases"))
    town_id, lead_id = current_user.acting.town_id, current_user.account_id
    try:
        practice_releases.give_back(
            town_id, lead_id, practice_id, form.version.data or 0, form.remark.data or ""
        )
    except UnknownPractice:
        abort(404)
    except StaleVersion:
        flash(CHANGED, "warning")
    else:
        flash("Das Beispiel ist zurückgegeben.", "success")
    return redirect(url_for("stances.releases"))
