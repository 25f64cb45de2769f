"""Objecting to further post with the code from a printed letter, without an account."""

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from kleinstadt_net.blueprints.outreach import bp
from kleinstadt_net.blueprints.outreach.forms import PlainForm
from kleinstadt_net.security.access import BY_LINK, access
from kleinstadt_net.services import invitation_series


@bp.get("/widerspruch/<token>")
@access(BY_LINK)
def objection(token: str) -> ResponseReturnValue:
    """Ask whether the town wants no more letters; opening the page changes nothing."""
    return _page(token)


@bp.post("/widerspruch/<token>")
@access(BY_LINK)
def object_by_code(token: str) -> ResponseReturnValue:
    """Put the town on the list; a second time changes nothing."""
    if not PlainForm().validate_on_submit():
        abort(400)
    invitation_series.object_by_code(token)
    return _page(token, done=True)


def _page(token: str, *, done: bool = False) -> ResponseReturnValue:
    town = invitation_series.town_behind(token)
    if town is None:
        return render_template("outreach/unknown_code.html"), 404
    return render_template("outreach/objection.html", town=town, done=done, form=PlainForm())
