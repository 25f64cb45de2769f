"""The page after signing in."""

from flask import render_template
from flask_login import current_user

from kleinstadt_net.blueprints.dashboard import bp
from kleinstadt_net.security.access import VERIFIED, access
from kleinstadt_net.services import dashboard


@bp.get("/uebersicht")
@access(VERIFIED)
def overview() -> str:
    return render_template(
        "dashboard/overview.html",
        found=dashboard.overview(current_user.acting.town_id),
        town=current_user.acting,
        person=current_user,
    )
