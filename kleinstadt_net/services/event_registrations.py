"""Coming to an event, not coming after all, and the reminder the day before."""

from datetime import datetime, timedelta

from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Event, EventRegistration
from kleinstadt_net.services import answer_people, event_letters, event_rights, events
from kleinstadt_net.services.directory_filters import Reader
from kleinstadt_net.services.events import ANNOUNCED, UnknownEventError
from kleinstadt_net.territory import TIME_ZONE


class TooLateError(Exception):
    """The event is cancelled, has begun, or its days to register are over; nothing was done."""


def register(event_id: int, town_id: int, account_id: int) -> None:
    """Come to an event for a town; a second time changes nothing. Commits. Raises UnknownEventError, TooLateError."""
    event = _found(event_id, town_id, account_id)
    if not events.is_open(event):
        db.session.rollback()
        raise TooLateError(event_id)
    if _own(event_id, account_id) is None:
        db.session.add(
            EventRegistration(
                event_id=event_id, account_id=account_id, town_id=town_id, registered_at=clock.now()
            )
        )
    db.session.commit()


def cancel(event_id: int, account_id: int) -> bool:
    """Not come after all; False where she had not registered. Commits."""
    db.session.rollback()
    begin_writing(db.session)
    row = _own(event_id, account_id)
    if row is not None:
        db.session.delete(row)
    db.session.commit()
    return row is not None


def remind_due(now: datetime) -> int:
    """Write to everybody who comes to an event of tomorrow, or of today where yesterday's tick was missed.

    Answers how many letters; commits once for each event.
    """
    tomorrow = now.astimezone(TIME_ZONE).date() + timedelta(days=1)
    ahead = db.session.execute(
        select(Event.id, Event.starts_at).where(
            Event.state == ANNOUNCED,
            Event.reminded_at.is_(None),
            Event.starts_at > now,
            Event.starts_at < now + timedelta(days=2),
        )
    ).all()
    due = [row.id for row in ahead if row.starts_at.astimezone(TIME_ZONE).date() <= tomorrow]
    return sum(_remind(event_id, now) for event_id in due)


def inherit(town_id: int, successor_id: int, *, suspended: bool = False) -> None:
    """A dissolved town's events and guests go on with its successor, in the running transaction.

    A suspended town's end with it.
    """
    events = db.session.scalars(select(Event).where(Event.town_id == town_id)).all()
    guests = db.session.scalars(select(EventRegistration).where(EventRegistration.town_id == town_id)).all()
    rows: list[Event | EventRegistration] = [*events, *guests]
    for row in rows:
        row.town_id = successor_id
        if suspended:
            db.session.delete(row)
    db.session.flush()


def _remind(event_id: int, now: datetime) -> int:
    begin_writing(db.session)
    event = db.session.scalar(select(Event).where(Event.id == event_id).with_for_update())
    written = 0
    if event is not None and event.reminded_at is None and event.state == ANNOUNCED:
        written = event_letters.remind(event)
        event.reminded_at = now
    db.session.commit()
    return written


def _found(event_id: int, town_id: int, account_id: int) -> Event:
    """The event, locked against others who register, for somebody who acts for the town."""
    db.session.rollback()
    begin_writing(db.session)
    visible = event_rights.visible(Reader(town_id, verified=True))
    query = select(Event).where(Event.id == event_id, *visible).with_for_update(of=Event)
    event = db.session.scalar(query)
    if event is None or answer_people.role(account_id, town_id) is None:
        db.session.rollback()
        raise UnknownEventError(event_id)
    return event


def _own(event_id: int, account_id: int) -> EventRegistration | None:
    return db.session.scalar(
        select(EventRegistration).where(
            EventRegistration.event_id == event_id, EventRegistration.account_id == account_id
        )
    )
