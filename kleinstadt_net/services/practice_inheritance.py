"""A dissolved town's examples go on with its successor, as they are. Part of a running transaction."""

from sqlalchemy import update

from kleinstadt_net.database import db
from kleinstadt_net.models import Practice


def inherit(town_id: int, successor_id: int, *, suspended: bool) -> int:
    """Hand them on; answers how many. A suspended town's released ones become drafts, for a lead to look at."""
    whose = Practice.town_id == town_id
    if suspended:
        db.session.execute(
            update(Practice).where(whose, Practice.state == "released").values(state="draft"),
            execution_options={"synchronize_session": False},
        )
    moved = db.session.execute(
        update(Practice).where(whose).values(town_id=successor_id).returning(Practice.id),
        execution_options={"synchronize_session": False},
    )
    count = len(moved.all())
    db.session.expire_all()
    return count
