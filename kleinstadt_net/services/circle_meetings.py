"""What becomes of a circle's dates: day and place by its host, the result by anybody in it, an end or another date."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Circle, CircleMeeting, CircleTown
from kleinstadt_net.services import audit, circle_answers, circle_letters, circles
from kleinstadt_net.services.circles import ENDED, RUNNING, YES, CirclePage, Meeting, UnknownCircleError

PLACE_LENGTH, AGENDA_LENGTH, RESULT_LENGTH = 200, 3000, 4000


@dataclass(frozen=True)
class Content:
    """What people write about a date; texts are Markdown."""

    held_on: date | None
    place: str
    agenda: str
    result: str


class Decision(Protocol):
    """What a lead of a town in the circle decides for it."""

    def __call__(self, circle_id: int, *, town_id: int, account_id: int) -> None: ...


class StaleVersionError(Exception):
    """Somebody else has changed the date meanwhile; nothing was stored. ``version`` is the present one."""

    def __init__(self, content: Content, version: int) -> None:
        super().__init__(version)
        self.content = content
        self.version = version


def for_editing(circle_id: int, number: int, town_id: int) -> tuple[CirclePage, Meeting]:
    """A date for the towns of a circle that runs. Raises UnknownCircleError for everybody else."""
    page = circles.page(circle_id, town_id)
    found = next((meeting for meeting in page.meetings if meeting.number == number), None)
    if found is None or page.state != RUNNING or not page.is_member:
        raise UnknownCircleError(circle_id)
    return page, found


def edit(
    circle_id: int, number: int, content: Content, version: int, *, town_id: int, account_id: int
) -> None:
    """Store what a town in the circle writes about a date; commits. All are told of a new day or place.

    Day, place and agenda are the host's, and stay where another town writes; any of them may write the result.

    Raises UnknownCircleError where the town is not in the circle or it does not run, StaleVersionError.
    """
    circle = _running(circle_id, town_id)
    meeting = db.session.scalar(
        select(CircleMeeting)
        .where(CircleMeeting.circle_id == circle_id, CircleMeeting.number == number)
        .with_for_update()
    )
    if meeting is None:
        db.session.rollback()
        raise UnknownCircleError(circle_id)
    before = Content(meeting.held_on, meeting.place, meeting.agenda, meeting.result)
    if meeting.version != version:
        present = meeting.version
        db.session.rollback()
        raise StaleVersionError(before, present)
    if meeting.host_id not in (town_id, None):
        content = replace(before, result=content.result)
    if before == content:
        db.session.rollback()
        return
    meeting.held_on, meeting.place = content.held_on, content.place
    meeting.agenda, meeting.result = content.agenda, content.result
    meeting.version += 1
    is_news = (content.held_on, content.place) != (before.held_on, before.place)
    if is_news and content.held_on is not None and content.held_on >= clock.today():
        circle_letters.dated(circle, meeting)
    audit.record("circle.meeting", account_id=account_id, town_id=town_id, circle=circle_id, number=number)
    db.session.commit()


def go_on(circle_id: int, *, town_id: int, account_id: int) -> None:
    """Another date with the next host; commits. Raises UnknownCircleError."""
    circle = _running(circle_id, town_id)
    numbers = db.session.scalars(
        select(CircleMeeting.number).where(CircleMeeting.circle_id == circle_id)
    ).all()
    circle_answers.add_meeting(circle, max(numbers, default=0) + 1, circle_answers.MONTHS_BETWEEN)
    audit.record("circle.goes_on", account_id=account_id, town_id=town_id, circle=circle_id)
    db.session.commit()


def end(circle_id: int, *, town_id: int, account_id: int) -> None:
    """The circle is over; its pages stay. Commits. Raises UnknownCircleError."""
    circle = _running(circle_id, town_id)
    circle.state, circle.ended_at = ENDED, clock.now()
    audit.record("circle.ended", account_id=account_id, town_id=town_id, circle=circle_id)
    db.session.commit()


def _running(circle_id: int, town_id: int) -> Circle:
    """The circle, locked, in a writing transaction, if it runs and the town is in it."""
    db.session.rollback()
    begin_writing(db.session)
    circle = db.session.scalar(select(Circle).where(Circle.id == circle_id).with_for_update())
    member = db.session.scalar(
        select(CircleTown.id).where(
            CircleTown.circle_id == circle_id, CircleTown.town_id == town_id, CircleTown.answer == YES
        )
    )
    if circle is None or circle.state != RUNNING or member is None:
        db.session.rollback()
        raise UnknownCircleError(circle_id)
    return circle
