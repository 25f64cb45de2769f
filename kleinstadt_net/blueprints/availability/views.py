"""The town's own page: its people read it, a lead changes it."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net import formats
from kleinstadt_net.blueprints.availability import bp
from kleinstadt_net.blueprints.availability.forms import (
    PauseForm,
    PlainForm,
    RequestsForm,
    pause_form,
    requests_form,
)
from kleinstadt_net.security.access import EDITOR, LEAD, access, acting
from kleinstadt_net.services import availability, town_blocks


@bp.get("/unsere-stadt/anfragen")
@access(EDITOR, town=acting)
def show() -> str:
    """How often the town may be asked, and its break."""
    return _page()


@bp.post("/unsere-stadt/anfragen")
@access(LEAD, town=acting)
def set_requests() -> ResponseReturnValue:
    """Change how many towns may ask in a month."""
    form = RequestsForm()
    if not form.validate_on_submit():
        return _page(requests=form), 422
    availability.set_requests(
        current_user.acting.town_id, current_user.account_id, int(form.requests_a_month.data or 0)
    )
    flash("Gespeichert.", "success")
    return redirect(url_for("availability.show"))


@bp.post("/unsere-stadt/pause")
@access(LEAD, town=acting)
def pause() -> ResponseReturnValue:
    """Begin a break or change it."""
    form = PauseForm()
    if not form.validate_on_submit():
        return _page(pausing=form), 422
    until = form.paused_until.data
    assert until is not None
    availability.pause(
        current_user.acting.town_id, current_user.account_id, until, str(form.pause_reason.data)
    )
    flash(f"Ihre Stadt macht Pause bis einschließlich {formats.day(until)}.", "success")
    return redirect(url_for("availability.show"))


@bp.post("/unsere-stadt/pause/beenden")
@access(LEAD, town=acting)
def end_pause() -> ResponseReturnValue:
    """End the break today."""
    if not PlainForm().validate_on_submit():
        abort(400)
    if availability.end_pause(current_user.acting.town_id, current_user.account_id):
        flash("Die Pause ist beendet. Beim nächsten Mal sind Sie wieder dabei.", "success")
    else:
        flash("Ihre Stadt macht zurzeit keine Pause.", "info")
    return redirect(url_for("availability.show"))


def _page(requests: RequestsForm | None = None, pausing: PauseForm | None = None) -> str:
    found = availability.of_town(current_user.acting.town_id)
    return render_template(
        "availability/show.html",
        town=current_user.acting,
        found=found,
        blocked=town_blocks.listing(current_user.acting.town_id),
        requests=requests or requests_form(found),
        pausing=pausing or pause_form(found),
    )
