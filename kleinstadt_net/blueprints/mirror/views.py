"""The mirror, for the town's own people."""

from flask import render_template
from flask_login import current_user

from kleinstadt_net.blueprints.mirror import bp
from kleinstadt_net.security.access import EDITOR, access, acting
from kleinstadt_net.services import mirror
from kleinstadt_net.web.ranges import marks
from kleinstadt_net.web.wheel import share_wheel, wheel


@bp.get("/unsere-stadt/spiegel")
@access(EDITOR, town=acting)
def show() -> str:
    """The acting town beside the towns like it."""
    found = mirror.of_town(current_user.acting.town_id)
    return render_template(
        "mirror/show.html",
        town=current_user.acting,
        mirror=found,
        wanted=mirror.LIKE,
        wheel=wheel(found.states, found.focus),
        shares=share_wheel(found.shares),
        marks={row.key: marks(row.others, row.median, row.own) for row in found.measures},
    )
