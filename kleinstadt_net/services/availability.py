"""How many towns may ask a town for a talk in a month, and its breaks.

Both are the town's own business: whoever may not ask learns that the town is not available this month, and nothing
of why, of how many others asked, or of a break.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from kleinstadt_net import clock, formats
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Exchange, Suggestion, SuggestionAnswer, Town
from kleinstadt_net.services import audit, installation, town_blocks
from kleinstadt_net.territory import TIME_ZONE
from kleinstadt_net.vocabulary import PAUSE_REASONS

# More talks than one a working day is nobody's month.
MOST_REQUESTS = 20
LONGEST_PAUSE = timedelta(days=366)

WISH, ASKING = aliased(SuggestionAnswer), aliased(Suggestion)
EARLIER_WISH, EARLIER = aliased(SuggestionAnswer), aliased(Suggestion)
REQUEST = aliased(Exchange)


class RequestRefusedError(Exception):
    """The other town takes no further request this month; nothing was stored."""


@dataclass(frozen=True)
class Availability:
    """A town's settings as it and the operator see them; a break that is over is none.

    ``asked`` is how many towns have asked this month, those it had asked first left aside.
    """

    town_id: int
    requests_a_month: int
    asked: int
    paused_until: date | None
    pause_reason: str | None


def of_town(town_id: int) -> Availability:
    """The settings of a town: two queries."""
    row = db.session.execute(
        select(Town.requests_a_month, Town.paused_until, Town.pause_reason).where(Town.id == town_id)
    ).one()
    is_paused = row.paused_until is not None and row.paused_until >= clock.today()
    return Availability(
        town_id=town_id,
        requests_a_month=row.requests_a_month,
        asked=db.session.scalar(select(_asked(town_id))) or 0,
        paused_until=row.paused_until if is_paused else None,
        pause_reason=row.pause_reason if is_paused else None,
    )


def set_requests(town_id: int, account_id: int, number: int) -> None:
    """Say how many towns may ask in a month, 0 for none; commits. Raises ValueError for any other number."""
    if not 0 <= number <= MOST_REQUESTS:
        raise ValueError(f"between 0 and {MOST_REQUESTS} requests a month, not {number}")
    town = _locked(town_id)
    if town.requests_a_month != number:
        town.requests_a_month = number
        audit.record("town.requests", account_id=account_id, town_id=town_id, number=number)
    db.session.commit()


def pause(town_id: int, account_id: int, until: date, reason: str) -> None:
    """Begin a break through the day ``until``, or change the one there is; commits.

    Raises ValueError for a day in the past or more than a year ahead, or a reason that is not offered.
    """
    today = clock.today()
    if reason not in PAUSE_REASONS:
        raise ValueError(f"no reason for a break: {reason!r}")
    if not today <= until <= today + LONGEST_PAUSE:
        raise ValueError(f"no day to pause until: {until}")
    town = _locked(town_id)
    if (town.paused_until, town.pause_reason) != (until, reason):
        town.paused_until, town.pause_reason = until, reason
        audit.record(
            "town.paused", account_id=account_id, town_id=town_id, until=until.isoformat(), reason=reason
        )
        _touch(town_id)
    db.session.commit()


def end_pause(town_id: int, account_id: int) -> bool:
    """End a break today; commits. False where there is none."""
    town = _locked(town_id)
    is_paused = town.paused_until is not None and town.paused_until >= clock.today()
    if is_paused:
        town.paused_until = town.pause_reason = None
        audit.record("town.pause_ended", account_id=account_id, town_id=town_id)
        _touch(town_id)
    db.session.commit()
    return is_paused


def refusing(town_id: int, peer_ids: Collection[int]) -> frozenset[int]:
    """Which of these towns take no request from ``town_id`` now: one query, however many there are.

    Whoever asked first, by a wish or a request that waits, may always be answered, but for the two towns one of which
    has ended the contact.
    """
    count = _asked(Town.id)
    asked_first = (
        select(EARLIER.id)
        .join(EARLIER_WISH, EARLIER_WISH.suggestion_id == EARLIER.id)
        .where(EARLIER.town_id == Town.id, EARLIER.peer_id == town_id, EARLIER_WISH.answer == "contact")
        .correlate(Town)
        .exists()
    )
    waits = (
        select(REQUEST.id)
        .where(REQUEST.town_id == Town.id, REQUEST.peer_id == town_id, REQUEST.state == "requested")
        .correlate(Town)
        .exists()
    )
    closed = or_(Town.paused_until >= clock.today(), count >= Town.requests_a_month)
    refuses = or_(and_(closed, ~asked_first, ~waits), town_blocks.between(Town.id, town_id))
    return frozenset(db.session.scalars(select(Town.id).where(Town.id.in_(peer_ids), refuses)))


def claim(town_id: int, peer_id: int) -> None:
    """In the running transaction, before a wish is stored: make sure that the other town may be asked.

    Two towns that take the last place at the same moment would otherwise both get it. Raises RequestRefusedError.
    """
    db.session.execute(select(Town.id).where(Town.id == peer_id).with_for_update(key_share=True))
    if refusing(town_id, [peer_id]):
        raise RequestRefusedError(peer_id)


def next_month() -> str:
    """The first month in which it is worth asking again; whether there is room then, nobody can know."""
    return (formats.first_day(clock.current_month()) + timedelta(days=32)).strftime("%Y-%m")


def next_free_month(peer: Town) -> str:
    """The first month in which it is worth asking a town that takes no request now; its break is over then."""
    ends = peer.paused_until
    if ends is None or ends < clock.today():
        return next_month()
    return max((ends + timedelta(days=1)).strftime("%Y-%m"), next_month())


def _asked(town_id: int | InstrumentedAttribute[int]) -> ColumnElement[int]:
    """How many towns have asked this one this month: by a wish, or by a request of their own where there is no wish."""
    by_wish = _requests().where(ASKING.peer_id == town_id).correlate(Town).scalar_subquery()
    wished = (
        select(ASKING.id)
        .join(WISH, WISH.suggestion_id == ASKING.id)
        .where(
            ASKING.town_id == REQUEST.town_id,
            ASKING.peer_id == REQUEST.peer_id,
            WISH.answer == "contact",
            func.coalesce(WISH.changed_at, WISH.answered_at) >= _month_began(),
        )
        .correlate(REQUEST)
        .exists()
    )
    by_request = (
        select(func.count(REQUEST.town_id.distinct()))
        .where(
            REQUEST.peer_id == town_id,
            REQUEST.origin != "wishes",
            REQUEST.requested_at >= _month_began(),
            ~wished,
        )
        .correlate(Town)
        .scalar_subquery()
    )
    return by_wish + by_request


def _requests() -> Select[Any]:
    """How many towns have asked this month of their own accord; the caller says whom."""
    said_at = func.coalesce(WISH.changed_at, WISH.answered_at)
    in_return = (
        select(EARLIER.id)
        .join(EARLIER_WISH, EARLIER_WISH.suggestion_id == EARLIER.id)
        .where(
            EARLIER.town_id == ASKING.peer_id,
            EARLIER.peer_id == ASKING.town_id,
            EARLIER_WISH.answer == "contact",
            func.coalesce(EARLIER_WISH.changed_at, EARLIER_WISH.answered_at) < said_at,
        )
        .correlate(ASKING, WISH)
        .exists()
    )
    return (
        select(func.count(ASKING.town_id.distinct()))
        .join(WISH, WISH.suggestion_id == ASKING.id)
        .where(WISH.answer == "contact", said_at >= _month_began(), ~in_return)
    )


def _month_began() -> datetime:
    first = formats.first_day(clock.current_month())
    return datetime(first.year, first.month, first.day, tzinfo=TIME_ZONE)


def _locked(town_id: int) -> Town:
    begin_writing(db.session)
    return db.session.get_one(Town, town_id, with_for_update=True, populate_existing=True)


def _touch(town_id: int) -> None:
    db.session.flush()
    installation.touch_town(town_id)
