"""The history of a section: who changed what and when, and the way back."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.sections import bp
from kleinstadt_net.blueprints.sections.views import WAITS
from kleinstadt_net.security.access import EDITOR, access, acting
from kleinstadt_net.services import section_history, sections, stance_drafts
from kleinstadt_net.vocabulary import THESES
from kleinstadt_net.web.forms import VersionForm
from kleinstadt_net.web.paging import Page, requested_number

PAGE_SIZE = 10


@bp.get("/unsere-stadt/abschnitte/<thesis>/verlauf")
@access(EDITOR, town=acting)
def history(thesis: str) -> str:
    """Every version, the latest first."""
    if thesis not in THESES:
        abort(404)
    town_id = current_user.acting.town_id
    total = section_history.count(town_id, thesis)
    page = Page(requested_number(request.args), PAGE_SIZE, total).must_exist()
    return render_template(
        "sections/history.html",
        thesis=THESES[thesis],
        versions=section_history.versions(
            town_id, thesis, limit=page.size, offset=(page.number - 1) * page.size
        ),
        current=sections.find(town_id, thesis).version,
        page=page,
        must_wait=stance_drafts.must_wait(town_id, current_user.account_id),
    )


@bp.post("/unsere-stadt/abschnitte/<thesis>/verlauf/<int:number>")
@access(EDITOR, town=acting)
def restore(thesis: str, number: int) -> ResponseReturnValue:
    """Bring an earlier version back, as a new one."""
    form = VersionForm()
    if thesis not in THESES or not form.validate_on_submit():
        abort(404)
    town_id, account_id = current_user.acting.town_id, current_user.account_id
    try:
        is_public = section_history.restore(town_id, account_id, thesis, number, form.version.data or 0)
    except LookupError:
        abort(404)
    except sections.StaleVersion:
        flash("Der Abschnitt wurde gerade geändert. Bitte sehen Sie noch einmal hin.", "warning")
        return redirect(url_for("sections.history", thesis=thesis))
    flash(f"Fassung {number} gilt wieder." if is_public else WAITS, "success")
    return redirect(url_for("sections.history", thesis=thesis))
