"""Circles to read: what a town is asked, where it takes part, where a place is free, and one circle's page.

Whoever said no to a proposal stays in its list of invited towns, so that nobody can tell; once a circle runs, only the
towns that said yes stand in it.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.digest.sources.circles import CircleNews
from kleinstadt_net.matching.weights import CIRCLE_STARTS_AT, CIRCLE_TOWNS
from kleinstadt_net.models import Account, Circle, CircleMeeting, CircleTown, Stance, Town
from kleinstadt_net.services import snapshot, town_cards
from kleinstadt_net.services.town_cards import TownCard
from kleinstadt_net.vocabulary import State

PROPOSED, RUNNING, LAPSED, ENDED = ("proposed", "running", "lapsed", "ended")
YES, NO = "yes", "no"
CHALLENGES = (State.IN_PROGRESS.value, State.SEEKING.value)
# Circles the list shows beside one's own; there is room for the newest.
OTHERS_SHOWN = 30


class UnknownCircleError(LookupError):
    """No such circle, or none that this town may see."""


@dataclass(frozen=True)
class CircleRow:
    """A circle in a list: ``yes`` towns have said yes, ``free`` places are left; ``answer`` is the own town's."""

    circle_id: int
    subject: str
    state: str
    yes: int
    free: int
    answer: str | None
    answer_by: date


@dataclass(frozen=True)
class CircleList:
    """What waits for the town's answer, where it takes part or has, and the other circles that run."""

    asked: tuple[CircleRow, ...]
    own: tuple[CircleRow, ...]
    others: tuple[CircleRow, ...]


@dataclass(frozen=True)
class Meeting:
    """A date of a circle; ``due_by`` is the day until which it should have taken place."""

    number: int
    host: TownCard | None
    due_by: date
    held_on: date | None
    place: str
    agenda: str
    result: str
    version: int


@dataclass(frozen=True)
class CirclePage:
    """A circle as one town sees it; ``towns`` are those invited, or once it runs those that take part.

    ``answered_by``: who gave the own town's answer, for her colleagues alone.
    """

    circle_id: int
    subject: str
    state: str
    origin: str
    proposed_by: str | None
    answer_by: date
    yes: int
    towns: tuple[TownCard, ...]
    meetings: tuple[Meeting, ...]
    answer: str | None
    answered_by: str | None
    invited: bool

    @property
    def is_member(self) -> bool:
        return self.answer == YES

    @property
    def free(self) -> int:
        return max(0, CIRCLE_TOWNS - self.yes)

    @property
    def missing(self) -> int:
        """How many yeses it lacks to begin."""
        return max(0, CIRCLE_STARTS_AT - self.yes)

    @property
    def may_answer(self) -> bool:
        """Whether the town is asked, or may join: a place is free and the circle is not over."""
        open_ = self.state == RUNNING or (self.state == PROPOSED and self.invited)
        return open_ and not self.is_member and self.free > 0

    @property
    def is_through(self) -> bool:
        """Whether every date has its result, so that the circle may end or go on."""
        return bool(self.meetings) and all(meeting.result for meeting in self.meetings)


def listing(town_id: int) -> CircleList:
    """The circles a town is asked for, is in, or could join: three queries."""
    mine = {
        row.circle_id: row.answer
        for row in db.session.execute(
            select(CircleTown.circle_id, CircleTown.answer).where(CircleTown.town_id == town_id)
        )
    }
    circles = db.session.scalars(
        select(Circle)
        .where(or_(Circle.id.in_(list(mine)), Circle.state == RUNNING))
        .order_by(Circle.proposed_at.desc(), Circle.id.desc())
    ).all()
    yes = counted(circle.id for circle in circles)
    rows = [_row(circle, yes[circle.id], mine.get(circle.id)) for circle in circles]
    return CircleList(
        asked=tuple(row for row in rows if row.circle_id in mine and _waits(row)),
        own=tuple(row for row in rows if row.answer == YES),
        others=tuple(
            row
            for row in rows
            if row.state == RUNNING and row.answer != YES and not (row.circle_id in mine and _waits(row))
        )[:OTHERS_SHOWN],
    )


@dataclass(frozen=True)
class Invitation:
    """A circle the town is asked for and has not answered."""

    circle_id: int
    subject: str
    answer_by: date


def invitations(town_id: int) -> tuple[Invitation, ...]:
    """What waits for the town's yes or no, the most urgent first: one query."""
    rows = db.session.execute(
        select(Circle.id, Circle.subject, Circle.answer_by)
        .join(CircleTown, CircleTown.circle_id == Circle.id)
        .where(
            CircleTown.town_id == town_id,
            CircleTown.answer.is_(None),
            Circle.state == PROPOSED,
            Circle.answer_by >= clock.today(),
        )
        .order_by(Circle.answer_by, Circle.id)
    )
    return tuple(Invitation(*row) for row in rows)


def page(circle_id: int, town_id: int | None) -> CirclePage:
    """One circle; a proposal is seen by the invited towns and, with ``town_id`` None, by the operator.

    Raises UnknownCircleError.
    """
    circle = db.session.get(Circle, circle_id)
    if circle is None:
        raise UnknownCircleError(circle_id)
    rows = db.session.scalars(
        select(CircleTown).where(CircleTown.circle_id == circle_id).order_by(CircleTown.position)
    ).all()
    own = next((row for row in rows if row.town_id == town_id), None)
    if circle.state in (PROPOSED, LAPSED) and own is None and town_id is not None:
        raise UnknownCircleError(circle_id)
    shown = [row.town_id for row in rows if circle.state in (PROPOSED, LAPSED) or row.answer == YES]
    meetings = db.session.scalars(
        select(CircleMeeting).where(CircleMeeting.circle_id == circle_id).order_by(CircleMeeting.number)
    ).all()
    hosts = {meeting.host_id for meeting in meetings if meeting.host_id is not None}
    proposer = {circle.proposed_by_id} if circle.proposed_by_id is not None else set()
    cards = town_cards.cards(snapshot.current(), {*shown, *hosts, *proposer}, seen_from=town_id)
    return CirclePage(
        circle_id=circle.id,
        subject=circle.subject,
        state=circle.state,
        origin=circle.origin,
        proposed_by=cards[circle.proposed_by_id].name if circle.proposed_by_id in cards else None,
        answer_by=circle.answer_by,
        yes=sum(row.answer == YES for row in rows),
        towns=tuple(cards[town] for town in shown if town in cards and cards[town].taking_part),
        meetings=tuple(_meeting(meeting, cards) for meeting in meetings),
        answer=own.answer if own else None,
        answered_by=_name(own.account_id) if own else None,
        invited=own is not None,
    )


def latest() -> tuple[CircleRow, ...]:
    """The newest circles of the whole network, for the operator: two queries."""
    rows = db.session.scalars(
        select(Circle).order_by(Circle.proposed_at.desc(), Circle.id.desc()).limit(OTHERS_SHOWN)
    ).all()
    yes = counted(circle.id for circle in rows)
    return tuple(_row(circle, yes[circle.id], None) for circle in rows)


def counted(circle_ids: Iterable[int]) -> Counter[int]:
    """How many towns of each circle have said yes."""
    rows = db.session.execute(
        select(CircleTown.circle_id, func.count())
        .where(CircleTown.circle_id.in_(list(circle_ids)), CircleTown.answer == YES)
        .group_by(CircleTown.circle_id)
    )
    return Counter({row[0]: row[1] for row in rows})


def busy() -> set[int]:
    """Ids of the towns that are asked for a circle or take part in one, and are left out of new proposals."""
    rows = db.session.execute(
        select(CircleTown.town_id)
        .join(Circle, Circle.id == CircleTown.circle_id)
        .where(
            or_(
                (Circle.state == PROPOSED) & (func.coalesce(CircleTown.answer, YES) == YES),
                (Circle.state == RUNNING) & (CircleTown.answer == YES),
            )
        )
    )
    return set(rows.scalars())


def news(town_ids: Collection[int]) -> dict[int, tuple[CircleNews, ...]]:
    """By town the circles it is asked for and has not answered, and those on its challenges with a place free.

    Four queries, however many towns; one while there are no circles.
    """
    open_ = or_(Circle.state == RUNNING, (Circle.state == PROPOSED) & (Circle.answer_by >= clock.today()))
    found = db.session.scalars(select(Circle).where(open_).order_by(Circle.id)).all()
    if not found:
        return {}
    ids = [circle.id for circle in found]
    columns = (CircleTown.circle_id, CircleTown.town_id, CircleTown.answer)
    asked = select(*columns).where(CircleTown.circle_id.in_(ids), CircleTown.town_id.in_(town_ids))
    standing = {(row.circle_id, row.town_id): row.answer for row in db.session.execute(asked)}
    declared = select(Stance.town_id, Stance.subject).where(
        Stance.town_id.in_(town_ids), Stance.state.in_(CHALLENGES)
    )
    challenges = {(row.town_id, row.subject) for row in db.session.execute(declared)}
    yes = counted(ids)
    told: dict[int, list[CircleNews]] = {}
    for circle in found:
        for town_id in town_ids if yes[circle.id] < CIRCLE_TOWNS else ():
            is_asked = circle.state == PROPOSED and (circle.id, town_id) in standing
            shares = circle.state == RUNNING and (town_id, circle.subject) in challenges
            if standing.get((circle.id, town_id)) is None and (is_asked or shares):
                told.setdefault(town_id, []).append(_news(circle, yes[circle.id], is_asked))
    return {town_id: tuple(circles) for town_id, circles in told.items()}


def _news(circle: Circle, yes: int, is_asked: bool) -> CircleNews:
    until = circle.answer_by if is_asked else None
    return CircleNews(circle.id, circle.subject, yes, CIRCLE_TOWNS - yes, is_asked, until)


def known_pairs() -> set[tuple[str, str]]:
    """Keys of all towns that are or were in one circle together, each pair once."""
    members: dict[int, list[str]] = {}
    for circle_id, ags in db.session.execute(
        select(CircleTown.circle_id, Town.ags)
        .join(Circle, Circle.id == CircleTown.circle_id)
        .join(Town, Town.id == CircleTown.town_id)
        .where(Circle.started_at.is_not(None), CircleTown.answer == YES)
        .order_by(Town.ags)
    ):
        members.setdefault(circle_id, []).append(ags)
    return {
        (first, second)
        for towns in members.values()
        for place, first in enumerate(towns)
        for second in towns[place + 1 :]
    }


def _waits(row: CircleRow) -> bool:
    asked = row.state == PROPOSED and row.answer_by >= clock.today()
    return row.answer is None and row.free > 0 and (asked or row.state == RUNNING)


def _row(circle: Circle, yes: int, answer: str | None) -> CircleRow:
    free = max(0, CIRCLE_TOWNS - yes)
    return CircleRow(circle.id, circle.subject, circle.state, yes, free, answer, circle.answer_by)


def _meeting(row: CircleMeeting, cards: Mapping[int, TownCard]) -> Meeting:
    host = cards.get(row.host_id) if row.host_id is not None else None
    return Meeting(row.number, host, row.due_by, row.held_on, row.place, row.agenda, row.result, row.version)


def _name(account_id: int | None) -> str | None:
    account = db.session.get(Account, account_id) if account_id is not None else None
    return f"{account.first_name} {account.last_name}".strip() if account is not None else None
