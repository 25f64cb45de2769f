"""The private calendar: its address is made, renewed and switched off here; calendars read it without signing in."""

from flask import Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.appointments import bp
from kleinstadt_net.blueprints.appointments.forms import CREATE, CalendarForm
from kleinstadt_net.security.access import BY_LINK, SIGNED_IN, access
from kleinstadt_net.services import calendar_feeds


@bp.route("/konto/kalender", methods=["GET", "POST"])
@access(SIGNED_IN)
def own_calendar() -> ResponseReturnValue:
    """Make a new address, which is shown this once, or switch the calendar off."""
    form = CalendarForm()
    account_id = current_user.account_id
    if not form.validate_on_submit():
        return _page(form), 422 if form.is_submitted() else 200
    if form.tat.data == CREATE:
        return _page(form, address=calendar_feeds.create(account_id))
    was_there = calendar_feeds.revoke(account_id)
    flash("Ihr Kalender ist abgeschaltet." if was_there else "Es gab keinen Kalender mehr.", "success")
    return redirect(url_for("appointments.own_calendar"))


@bp.get("/kalender/<token>.ics")
@access(BY_LINK)
def feed(token: str) -> ResponseReturnValue:
    """What a calendar program reads; whoever has the address is let in."""
    found = calendar_feeds.read(token)
    return Response(found, content_type=calendar_feeds.TYPE) if found is not None else abort(404)


def _page(form: CalendarForm, address: str = "") -> str:
    return render_template(
        "appointments/calendar.html",
        form=form,
        status=calendar_feeds.status(current_user.account_id),
        address=address,
    )
