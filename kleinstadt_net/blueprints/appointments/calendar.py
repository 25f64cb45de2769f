"""The private calendar: its address is made, renewed and switched off here; calendars read it without signing in."""

from flask import Response, abort
from flask.typing import ResponseReturnValue

from kleinstadt_net.blueprints.appointments import bp
from kleinstadt_net.security.access import BY_LINK, SIGNED_IN, access
from kleinstadt_net.services import calendar_feeds
from kleinstadt_net.web import private_addresses
from kleinstadt_net.web.private_addresses import Words


@bp.route("/konto/kalender", methods=["GET", "POST"])
@access(SIGNED_IN)
def own_calendar() -> ResponseReturnValue:
    """Make a new address, which is shown this once, or switch the calendar off."""
    words = Words(ended="Ihr Kalender ist abgeschaltet.", never="Es gab keinen Kalender mehr.")
    return private_addresses.manage(calendar_feeds.ADDRESS, "appointments/calendar.html", words)


@bp.get("/kalender/<token>.ics")
@access(BY_LINK)
def feed(token: str) -> ResponseReturnValue:
    """What a calendar program reads; whoever has the address is let in."""
    found = calendar_feeds.read(token)
    return Response(found, content_type=calendar_feeds.TYPE) if found is not None else abort(404)
