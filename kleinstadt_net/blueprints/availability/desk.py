"""The same for the operator, who may set it after a vacancy."""

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
from kleinstadt_net.security.access import OPERATOR, access
from kleinstadt_net.services import availability, town_files
from kleinstadt_net.services.town_files import TownFile


@bp.get("/betrieb/staedte/<ags>/anfragen")
@access(OPERATOR)
def show_at_desk(ags: str) -> str:
    """How often a town may be asked, and its break."""
    return _page(_file(ags))


@bp.post("/betrieb/staedte/<ags>/anfragen")
@access(OPERATOR)
def set_requests_at_desk(ags: str) -> ResponseReturnValue:
    """Change how many towns may ask it in a month."""
    file, form = _file(ags), RequestsForm()
    if not form.validate_on_submit():
        return _page(file, requests=form), 422
    availability.set_requests(file.town_id, current_user.account_id, int(form.requests_a_month.data or 0))
    flash("Gespeichert.", "success")
    return redirect(url_for("availability.show_at_desk", ags=file.ags))


@bp.post("/betrieb/staedte/<ags>/pause")
@access(OPERATOR)
def pause_at_desk(ags: str) -> ResponseReturnValue:
    """Begin a break of the town or change it."""
    file, form = _file(ags), PauseForm()
    if not form.validate_on_submit():
        return _page(file, pausing=form), 422
    until = form.paused_until.data
    assert until is not None
    availability.pause(file.town_id, current_user.account_id, until, str(form.pause_reason.data))
    flash(f"{file.name} macht Pause bis einschließlich {formats.day(until)}.", "success")
    return redirect(url_for("availability.show_at_desk", ags=file.ags))


@bp.post("/betrieb/staedte/<ags>/pause/beenden")
@access(OPERATOR)
def end_pause_at_desk(ags: str) -> ResponseReturnValue:
    """End the town's break today."""
    file = _file(ags)
    if not PlainForm().validate_on_submit():
        abort(400)
    if availability.end_pause(file.town_id, current_user.account_id):
        flash(f"Die Pause von {file.name} ist beendet.", "success")
    else:
        flash(f"{file.name} macht zurzeit keine Pause.", "info")
    return redirect(url_for("availability.show_at_desk", ags=file.ags))


def _file(ags: str) -> TownFile:
    return town_files.find(ags) or abort(404)


def _page(file: TownFile, requests: RequestsForm | None = None, pausing: PauseForm | None = None) -> str:
    found = availability.of_town(file.town_id)
    return render_template(
        "availability/desk.html",
        file=file,
        found=found,
        requests=requests or requests_form(found),
        pausing=pausing or pause_form(found),
    )
