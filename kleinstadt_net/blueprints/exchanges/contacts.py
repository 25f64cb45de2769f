"""Ending the contact with another town, and allowing it again."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.exchanges import bp
from kleinstadt_net.blueprints.exchanges.forms import PlainForm
from kleinstadt_net.security.access import LEAD, access, acting
from kleinstadt_net.services import town_blocking
from kleinstadt_net.services.town_blocking import Contact, UnknownTownError


@bp.get("/kontakt-beenden/<ags>")
@access(LEAD, town=acting)
def contact(ags: str) -> str:
    """What ending the contact means, before it is done."""
    return render_template(
        "exchanges/contact.html", contact=_contact(ags), town=current_user.acting, form=PlainForm()
    )


@bp.post("/kontakt-beenden/<ags>")
@access(LEAD, town=acting)
def end_contact(ags: str) -> ResponseReturnValue:
    """End it; the other town is not told."""
    found = _contact(ags)
    if not PlainForm().validate_on_submit():
        abort(400)
    town_blocking.end(current_user.acting.town_id, current_user.account_id, ags)
    flash(f"Der Kontakt mit {found.name} ist beendet.", "success")
    return redirect(url_for("availability.show", _anchor="beendet"))


@bp.post("/kontakt-wieder-zulassen/<ags>")
@access(LEAD, town=acting)
def allow_contact(ags: str) -> ResponseReturnValue:
    """Allow it again."""
    found = _contact(ags)
    if not PlainForm().validate_on_submit():
        abort(400)
    town_blocking.allow(current_user.acting.town_id, current_user.account_id, ags)
    flash(f"{found.name} kann Sie wieder um ein Gespräch bitten.", "success")
    return redirect(url_for("availability.show", _anchor="beendet"))


def _contact(ags: str) -> Contact:
    try:
        return town_blocking.contact(current_user.acting.town_id, ags)
    except UnknownTownError:
        abort(404)
