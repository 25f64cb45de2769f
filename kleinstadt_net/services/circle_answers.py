"""Yes or no to a circle: its beginning with the fourth yes, its lapse without, joining later and leaving.

An answer belongs to the town, whoever gave it. Nobody hears of a no.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select, update

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.matching.weights import CIRCLE_STARTS_AT, CIRCLE_TOWNS
from kleinstadt_net.models import Account, Circle, CircleMeeting, CircleTown, Town
from kleinstadt_net.services import answer_people, audit, circle_letters, circles, inactivity, links
from kleinstadt_net.services.circle_letters import ANSWER_PURPOSE
from kleinstadt_net.services.circles import ENDED, LAPSED, NO, PROPOSED, RUNNING, YES, UnknownCircleError

# Three dates in nine months.
MEETINGS, MONTHS_BETWEEN = 3, 3
# With fewer there is nobody left to meet.
FEWEST_LEFT = 2


class TooLateError(Exception):
    """The circle is over, lapsed or full: nothing was done."""


@dataclass(frozen=True)
class OpenLink:
    """What a link from the letter shows: to whom it went, for which town, and how things stand."""

    recipient: str
    town: str
    circle_id: int
    subject: str
    others: tuple[str, ...]
    answer: str | None
    answer_by: date
    is_open: bool


def answer(circle_id: int, town_id: int, account_id: int, says_yes: bool) -> None:
    """Give the town's answer, or let it join a circle that runs; commits.

    Raises UnknownCircleError where the town may not see the circle or the account does not act for it, TooLateError.
    """
    db.session.rollback()
    begin_writing(db.session)
    circle = db.session.scalar(select(Circle).where(Circle.id == circle_id).with_for_update())
    row = _own(circle_id, town_id)
    may_see = circle is not None and (circle.state == RUNNING or row is not None)
    if circle is None or not may_see or answer_people.role(account_id, town_id) is None:
        db.session.rollback()
        raise UnknownCircleError(circle_id)
    try:
        _give(circle, row, town_id, account_id, YES if says_yes else NO)
    except TooLateError:
        db.session.rollback()
        raise
    db.session.commit()


def find(token: str) -> OpenLink | None:
    """What a link from the letter leads to; None when it is unknown, used or expired, or she has left the town."""
    link = links.find(token, ANSWER_PURPOSE)
    row = db.session.get(CircleTown, link.target_id) if link is not None else None
    if link is None or row is None or answer_people.role(link.account_id, row.town_id) is None:
        return None
    circle = db.session.get_one(Circle, row.circle_id)
    account = db.session.get_one(Account, link.account_id)
    towns = db.session.execute(
        select(Town.id, Town.name)
        .join(CircleTown, CircleTown.town_id == Town.id)
        .where(CircleTown.circle_id == circle.id)
        .order_by(CircleTown.position)
    ).all()
    return OpenLink(
        recipient=f"{account.first_name} {account.last_name}".strip(),
        town=next(town.name for town in towns if town.id == row.town_id),
        circle_id=circle.id,
        subject=circle.subject,
        others=tuple(town.name for town in towns if town.id != row.town_id),
        answer=row.answer,
        answer_by=circle.answer_by,
        is_open=_is_open(circle) and (row.answer == YES or _yes(circle.id) < CIRCLE_TOWNS),
    )


def answer_by_link(token: str, says_yes: bool) -> OpenLink | None:
    """Give the answer, use the link up, and say what it led to; None when it leads nowhere. Commits.

    A town that has answered meanwhile keeps its answer.
    """
    db.session.rollback()
    begin_writing(db.session)
    link = links.find(token, ANSWER_PURPOSE)
    found = find(token)
    if link is None or found is None or not links.consume(link):
        db.session.rollback()
        return None
    inactivity.note_sign_of_life(link.account_id)
    if found.answer is None and found.is_open:
        circle = db.session.scalars(
            select(Circle).where(Circle.id == found.circle_id).with_for_update()
        ).one()
        row = db.session.get_one(CircleTown, link.target_id)
        _give(circle, row, row.town_id, link.account_id, YES if says_yes else NO)
    db.session.commit()
    return found


def lapse_due(now: datetime) -> int:
    """Let every proposal go whose days are over without four yeses; how many. Commits."""
    db.session.rollback()
    begin_writing(db.session)
    due = db.session.scalars(
        select(Circle).where(Circle.state == PROPOSED, Circle.answer_by < clock.today()).with_for_update()
    ).all()
    for circle in due:
        circle.state, circle.ended_at = LAPSED, now
        circle_letters.lapsed(circle)
    db.session.commit()
    return len(due)


def inherit(town_id: int, successor_id: int, *, suspended: bool = False) -> None:
    """A dissolved town's places go to its successor, in the running transaction; a yes of either stays.

    A suspended town brings none along.
    """
    there = {row.circle_id: row for row in _rows_of(successor_id)}
    for row in _rows_of(town_id):
        if suspended:
            db.session.delete(row)
            continue
        existing = there.get(row.circle_id)
        if existing is None:
            row.town_id = successor_id
            continue
        if row.answer == YES:
            existing.answer, existing.answered_at = YES, row.answered_at
        db.session.delete(row)
    heir = None if suspended else successor_id
    for column in (Circle.proposed_by_id, CircleMeeting.host_id):
        db.session.execute(update(column.class_).where(column == town_id).values({column.key: heir}))
    db.session.flush()


def _give(circle: Circle, row: CircleTown | None, town_id: int, account_id: int, said: str) -> None:
    """Write the answer in the running transaction and do what follows from it."""
    if row is not None and row.answer == said:
        return
    if not _is_open(circle) or (said == YES and _yes(circle.id) >= CIRCLE_TOWNS):
        raise TooLateError(circle.id)
    if row is None:
        last = db.session.scalar(
            select(func.max(CircleTown.position)).where(CircleTown.circle_id == circle.id)
        )
        row = CircleTown(circle_id=circle.id, town_id=town_id, position=(last or 0) + 1)
        db.session.add(row)
    row.answer, row.account_id, row.answered_at = said, account_id, clock.now()
    db.session.flush()
    audit.record("circle.answered", account_id=account_id, town_id=town_id, circle=circle.id, answer=said)
    yes = _yes(circle.id)
    if circle.state == PROPOSED and yes >= CIRCLE_STARTS_AT:
        begin(circle)
        circle_letters.started(circle)
    elif circle.state == RUNNING and yes < FEWEST_LEFT:
        circle.state, circle.ended_at = ENDED, clock.now()
    elif circle.state == RUNNING and said == NO:
        _hand_on(circle, town_id)


def begin(circle: Circle) -> None:
    """Let the circle run, with its dates, in the running transaction; nobody is told by this."""
    circle.state, circle.started_at = RUNNING, clock.now()
    for number in range(1, MEETINGS + 1):
        add_meeting(circle, number, MONTHS_BETWEEN * number)
    db.session.flush()


def add_meeting(circle: Circle, number: int, months: int) -> None:
    """The date that is to be within so many months, with its host in turn, in the running transaction."""
    towns = hosts(circle.id)
    db.session.add(
        CircleMeeting(
            circle_id=circle.id,
            number=number,
            host_id=towns[(number - 1) % len(towns)] if towns else None,
            due_by=_months_later(clock.today(), months),
            place="",
            agenda="",
            result="",
            version=1,
        )
    )


def _hand_on(circle: Circle, left_id: int) -> None:
    """What the town that left was to host goes to the next in turn; where it has met already it stays."""
    towns = hosts(circle.id)
    ahead = db.session.scalars(
        select(CircleMeeting).where(
            CircleMeeting.circle_id == circle.id,
            CircleMeeting.host_id == left_id,
            CircleMeeting.result == "",
        )
    )
    for meeting in ahead:
        meeting.host_id = towns[(meeting.number - 1) % len(towns)]


def hosts(circle_id: int) -> list[int]:
    """Ids of the towns in a circle, in the order in which they invite."""
    return list(
        db.session.scalars(
            select(CircleTown.town_id)
            .where(CircleTown.circle_id == circle_id, CircleTown.answer == YES)
            .order_by(CircleTown.position)
        )
    )


def _months_later(day: date, months: int) -> date:
    """The first day of the month so many months on: no circle cares about the difference to a 31st."""
    years, index = divmod(day.month - 1 + months, 12)
    return date(day.year + years, index + 1, 1)


def _is_open(circle: Circle) -> bool:
    if circle.state == PROPOSED:
        return circle.answer_by >= clock.today()
    return circle.state == RUNNING


def _rows_of(town_id: int) -> Sequence[CircleTown]:
    return db.session.scalars(select(CircleTown).where(CircleTown.town_id == town_id)).all()


def _own(circle_id: int, town_id: int) -> CircleTown | None:
    return db.session.scalar(
        select(CircleTown).where(CircleTown.circle_id == circle_id, CircleTown.town_id == town_id)
    )


def _yes(circle_id: int) -> int:
    return circles.counted([circle_id])[circle_id]
