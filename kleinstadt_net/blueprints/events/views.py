"""What lies ahead, one event, its calendar file, and registering for it."""

from flask import Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.events import bp
from kleinstadt_net.blueprints.events.forms import PlainForm
from kleinstadt_net.security.access import PUBLIC, VERIFIED, access
from kleinstadt_net.services import event_files, event_registrations, event_rights, events
from kleinstadt_net.services.event_registrations import TooLateError
from kleinstadt_net.services.event_rights import Actor
from kleinstadt_net.services.events import EventPage, UnknownEventError
from kleinstadt_net.web.readers import reader


@bp.get("/termine")
@access(PUBLIC)
def index() -> str:
    """All events ahead that this reader may see."""
    own = current_user.acting if current_user.is_verified else None
    invites = bool(own and event_rights.organisers(Actor(current_user.account_id, own.town_id)))
    return render_template("events/index.html", rows=events.ahead(reader(), account_id()), invites=invites)


@bp.get("/termin/<int:event_id>")
@access(PUBLIC)
def show(event_id: int) -> str:
    """One event; the link to join is for those who have registered."""
    return render_template("events/show.html", page=find(event_id), may_register=_may_register())


@bp.get("/termin/<int:event_id>/kalender.ics")
@access(PUBLIC)
def calendar(event_id: int) -> Response:
    """The event for one's own calendar."""
    named = {"Content-Disposition": f'attachment; filename="termin-{event_id}.ics"'}
    return Response(event_files.calendar(find(event_id)), content_type=event_files.TYPE, headers=named)


@bp.post("/termin/<int:event_id>/anmelden")
@access(VERIFIED)
def register(event_id: int) -> ResponseReturnValue:
    """Come to the event for the acting town."""
    _press_button()
    try:
        event_registrations.register(event_id, current_user.acting.town_id, current_user.account_id)
    except UnknownEventError:
        abort(404)
    except TooLateError:
        flash("Anmelden geht nicht mehr.", "warning")
    # That she is registered the page says itself.
    return redirect(url_for("events.show", event_id=event_id))


@bp.post("/termin/<int:event_id>/abmelden")
@access(VERIFIED)
def unregister(event_id: int) -> ResponseReturnValue:
    """Not come after all."""
    _press_button()
    if event_registrations.cancel(event_id, current_user.account_id):
        flash("Sie sind abgemeldet.", "success")
    return redirect(url_for("events.show", event_id=event_id))


def account_id() -> int | None:
    """Who looks; None for a visitor."""
    return current_user.account_id if current_user.is_authenticated else None


def find(event_id: int) -> EventPage:
    """The event for this reader, or 404."""
    try:
        return events.page(event_id, reader(), account_id())
    except UnknownEventError:
        abort(404)


def _may_register() -> bool:
    return bool(current_user.is_verified and current_user.acting)


def _press_button() -> None:
    if not PlainForm().validate_on_submit():
        abort(400)
