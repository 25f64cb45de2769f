"""Ended contacts as the operator sees them: which town, with which, since when; not who in the town hall did it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from kleinstadt_net.database import db
from kleinstadt_net.models import Town, TownBlock


@dataclass(frozen=True)
class BlockRow:
    """``town`` wishes no further contact with ``peer``, which is not told."""

    town: str
    town_ags: str
    peer: str
    peer_ags: str
    since: datetime


def count() -> int:
    """How many pairs there are."""
    return db.session.scalar(select(func.count()).select_from(TownBlock)) or 0


def latest(*, limit: int, offset: int = 0) -> tuple[BlockRow, ...]:
    """The pairs, the latest first: one query."""
    town, peer = aliased(Town), aliased(Town)
    rows = db.session.execute(
        select(town.name, town.ags, peer.name, peer.ags, TownBlock.blocked_at)
        .join(town, town.id == TownBlock.town_id)
        .join(peer, peer.id == TownBlock.peer_id)
        .order_by(TownBlock.blocked_at.desc(), TownBlock.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return tuple(BlockRow(*row) for row in rows)
