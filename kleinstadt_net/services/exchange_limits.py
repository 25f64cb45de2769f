"""What may stand between a town and the request it would like to send; reads only.

Whoever may not ask learns that the other town is not available, and from which month on; never whether it takes a
break, has been asked by enough others, or would rather not hear from this town.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select

from kleinstadt_net import clock, formats
from kleinstadt_net.database import db
from kleinstadt_net.models import Exchange, Town
from kleinstadt_net.services import availability, town_blocks
from kleinstadt_net.services.exchange_rules import DECLINED, WITHDRAWN
from kleinstadt_net.territory import TIME_ZONE

# A town that asks more often than once every other working day is not looking for a talk.
MOST_A_MONTH = 12
# Withdrawing makes room for another request, and each comes with a letter.
MOST_WITHDRAWN = 2
# A "no" holds as long as one to a suggestion does.
REST_MONTHS = 12

OWN, ABSENT, OPEN, BLOCKED = "own", "absent", "open", "blocked"
RESTS, OFTEN, CLOSED, ENOUGH = "rests", "often", "closed", "enough"


@dataclass(frozen=True)
class Obstacle:
    """Why a town cannot be asked now.

    ``own``: the town itself · ``absent``: does not take part (not yet, suspended, gone) · ``open``: the two have an
    exchange under way, ``exchange_id``; ``is_asker``: this town asked · ``blocked``: this town has ended the contact ·
    ``rests``: the other declined, ``until`` · ``often``: this town has asked it and withdrawn often enough this month,
    ``month`` is the next · ``closed``: takes no request now, ``month`` is the next to try · ``enough``: this town has
    asked often enough this month, ``month`` is the next.
    """

    code: str
    exchange_id: int | None = None
    is_asker: bool = False
    until: date | None = None
    month: str | None = None


def between(town_id: int, peer: Town) -> Obstacle | None:
    """What keeps ``town_id`` from asking, None where nothing does: at most eight queries."""
    if peer.id == town_id:
        return Obstacle(OWN)
    if peer.joined_on is None or peer.suspended_at is not None or peer.gone_on is not None:
        return Obstacle(ABSENT)
    found = db.session.execute(
        select(Exchange.id, Exchange.town_id).where(Exchange.open_pair == pair(town_id, peer.id))
    ).first()
    if found is not None:
        return Obstacle(OPEN, exchange_id=found.id, is_asker=found.town_id == town_id)
    if town_blocks.has_blocked(town_id, peer.id):
        return Obstacle(BLOCKED)
    until = _rests_until(town_id, peer.id)
    if until is not None:
        return Obstacle(RESTS, until=until)
    if _withdrawn_this_month(town_id, peer.id) >= MOST_WITHDRAWN:
        return Obstacle(OFTEN, month=availability.next_month())
    if availability.refusing(town_id, [peer.id]):
        return Obstacle(CLOSED, month=availability.next_free_month(peer))
    if asked_this_month(town_id) >= MOST_A_MONTH:
        return Obstacle(ENOUGH, month=availability.next_month())
    return None


def pair(town_id: int, peer_id: int) -> str:
    """What stands in ``exchanges.open_pair`` for these two, whoever asked."""
    return f"{min(town_id, peer_id)}:{max(town_id, peer_id)}"


def asked_this_month(town_id: int) -> int:
    """How many requests the town has sent since the first of this month, withdrawn ones included."""
    return _this_month(town_id)


def _withdrawn_this_month(town_id: int, peer_id: int) -> int:
    return _this_month(town_id, Exchange.peer_id == peer_id, Exchange.state == WITHDRAWN)


def _this_month(town_id: int, *conditions: ColumnElement[bool]) -> int:
    first = formats.first_day(clock.current_month())
    began = datetime(first.year, first.month, first.day, tzinfo=TIME_ZONE)
    query = select(func.count(Exchange.id)).where(
        Exchange.town_id == town_id,
        Exchange.origin != "wishes",
        Exchange.requested_at >= began,
        *conditions,
    )
    return db.session.scalar(query) or 0


def _rests_until(town_id: int, peer_id: int) -> date | None:
    """The day from which on the other may be asked again, None where it has declined no request within the year.

    A suggestion it has declined is its own affair and does not count: refusing here would tell.
    """
    by_request = select(func.max(Exchange.ended_at)).where(
        Exchange.town_id == town_id, Exchange.peer_id == peer_id, Exchange.state == DECLINED
    )
    declined_at = db.session.scalar(by_request)
    if declined_at is None:
        return None
    until = a_year_later(declined_at.astimezone(TIME_ZONE).date())
    return until if until > clock.today() else None


def a_year_later(day: date) -> date:
    """The day from which on a declined request may be sent again."""
    years, index = divmod(day.year * 12 + day.month - 1 + REST_MONTHS, 12)
    # The 29th of February has no anniversary; the day after has.
    return date(years, index + 1, 1) + timedelta(days=day.day - 1)
