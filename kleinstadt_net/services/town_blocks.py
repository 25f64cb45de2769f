"""A town ends the contact with another: no request, no message, no suggestion, no circle between the two any more.

The other town is never told. It reads what it would read of a town that is not available, so a block cannot be told
from a break or a month with enough requests.
"""

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, exists, or_, select, update
from sqlalchemy.orm import aliased

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.mail.statements import insert_once
from kleinstadt_net.models import Account, Town, TownBlock

_IN_SILENCE = {"synchronize_session": False}


@dataclass(frozen=True)
class BlockedTown:
    """A town this one wishes no contact with; ``blocked_by`` is empty where that person's account is no more."""

    ags: str
    slug: str
    name: str
    blocked_at: datetime
    blocked_by: str


def listing(town_id: int) -> tuple[BlockedTown, ...]:
    """The towns a town has blocked, by name: one query."""
    rows = db.session.execute(
        select(Town, TownBlock.blocked_at, Account.first_name, Account.last_name)
        .join(TownBlock, TownBlock.peer_id == Town.id)
        .outerjoin(Account, Account.id == TownBlock.account_id)
        .where(TownBlock.town_id == town_id)
        .order_by(Town.sort_key, Town.ags)
    )
    return tuple(
        BlockedTown(town.ags, town.slug, town.name, at, f"{first or ''} {last or ''}".strip())
        for town, at, first, last in rows
    )


def has_blocked(town_id: int, peer_id: int) -> bool:
    """Whether this town has ended the contact with the other."""
    return bool(db.session.scalar(select(by(town_id, peer_id))))


def either(town_id: int, peer_id: int) -> bool:
    """Whether one of the two has ended the contact, whichever."""
    return bool(db.session.scalar(select(between(town_id, peer_id))))


def apart(town_ids: Container[int]) -> frozenset[tuple[int, int]]:
    """Of these towns, all pairs one of which has blocked the other: one query, for there are few such pairs."""
    rows = db.session.execute(select(TownBlock.town_id, TownBlock.peer_id))
    return frozenset((one, other) for one, other in rows if one in town_ids and other in town_ids)


def pairs() -> frozenset[tuple[str, str]]:
    """Keys of the towns of all such pairs, the one that blocked first."""
    town, peer = aliased(Town), aliased(Town)
    rows = db.session.execute(
        select(town.ags, peer.ags)
        .select_from(TownBlock)
        .join(town, town.id == TownBlock.town_id)
        .join(peer, peer.id == TownBlock.peer_id)
    )
    return frozenset((first, second) for first, second in rows)


def by(town_id: Any, peer_id: Any) -> ColumnElement[bool]:
    """SQL: the town of the first column, or with this id, has blocked the second."""
    return _some().where(TownBlock.town_id == town_id, TownBlock.peer_id == peer_id).exists()


def between(town_id: Any, peer_id: Any) -> ColumnElement[bool]:
    """SQL: one of the two has blocked the other."""
    return (
        _some()
        .where(
            or_(
                and_(TownBlock.town_id == town_id, TownBlock.peer_id == peer_id),
                and_(TownBlock.town_id == peer_id, TownBlock.peer_id == town_id),
            )
        )
        .exists()
    )


def put(town_id: int, peer_id: int, account_id: int) -> bool:
    """In the running transaction: end the contact; False where it is ended already."""
    row = {"town_id": town_id, "peer_id": peer_id, "account_id": account_id, "blocked_at": clock.now()}
    return (
        db.session.execute(insert_once(TownBlock, row, TownBlock.town_id, TownBlock.peer_id)).first()
        is not None
    )


def take_away(town_id: int, peer_id: int) -> bool:
    """In the running transaction: allow contact again; False where it was not ended."""
    found: Any = db.session.execute(
        delete(TownBlock).where(TownBlock.town_id == town_id, TownBlock.peer_id == peer_id),
        execution_options=_IN_SILENCE,
    )
    return bool(found.rowcount)


def inherit(town_id: int, successor_id: int) -> None:
    """What a dissolved town has blocked its successor goes on blocking, and so the other way; in the transaction."""
    for own, other in ((TownBlock.town_id, TownBlock.peer_id), (TownBlock.peer_id, TownBlock.town_id)):
        taken = aliased(TownBlock)
        same_own, same_other = (getattr(taken, column.key) for column in (own, other))
        superfluous = or_(
            other == successor_id, exists().where(same_own == successor_id, same_other == other)
        )
        db.session.execute(
            delete(TownBlock).where(own == town_id, superfluous), execution_options=_IN_SILENCE
        )
        db.session.execute(
            update(TownBlock).where(own == town_id).values({own.key: successor_id}),
            execution_options=_IN_SILENCE,
        )


def _some() -> Select[Any]:
    return select(TownBlock.id)
