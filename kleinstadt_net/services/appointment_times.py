"""The day before: both towns are reminded of their date, with the sheet for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select

from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Appointment, Exchange, Town
from kleinstadt_net.services import (
    answer_people,
    appointment_letters,
    exchange_answers,
    local_times,
    talk_sheets,
)
from kleinstadt_net.services.appointment_rules import AGREED
from kleinstadt_net.services.exchange_rules import TALKING

# Looked at more closely by the calendar day; the day before begins at most so long before a date.
AHEAD = timedelta(days=2)

log = structlog.get_logger("appointments")


@dataclass(frozen=True)
class Report:
    """How many dates were called to mind; ``failed`` come up again at the next call."""

    reminded: int = 0
    failed: int = 0


def remind_due(now: datetime) -> Report:
    """Remind of every date of tomorrow, or of today where yesterday's tick was missed; commits once for each."""
    rows = db.session.execute(
        select(Appointment.id, Appointment.exchange_id)
        .where(
            Appointment.state == AGREED,
            Appointment.reminded_at.is_(None),
            Appointment.starts_at > now,
            Appointment.starts_at < now + AHEAD,
        )
        .order_by(Appointment.id)
    ).all()
    done = [_attempt(appointment_id, exchange_id, now) for appointment_id, exchange_id in rows]
    return Report(done.count(True), done.count(None))


def _attempt(appointment_id: int, exchange_id: int, now: datetime) -> bool | None:
    """Whether it was done; None where it failed."""
    db.session.rollback()
    try:
        begin_writing(db.session)
        done = _remind(exchange_answers.locked(exchange_id), appointment_id, now)
        db.session.commit()
        return done
    except Exception:
        # One date that cannot be called to mind must not keep the others waiting.
        db.session.rollback()
        log.exception("date not called to mind")
        return None


def _remind(row: Exchange, appointment_id: int, now: datetime) -> bool:
    date = db.session.get(Appointment, appointment_id, populate_existing=True)
    if date is None or row.state != TALKING or not _is_due(date, now):
        return False
    date.reminded_at = now
    there = select(Town.id).where(Town.id.in_((row.town_id, row.peer_id)), *answer_people.taking_part(Town))
    if len(db.session.scalars(there).all()) < 2:
        return False
    sheets = {town_id: talk_sheets.enclosure(row.id, town_id) for town_id in (row.town_id, row.peer_id)}
    appointment_letters.reminder(row, date, sheets)
    return True


def _is_due(date: Appointment, now: datetime) -> bool:
    """Not for a date agreed on today: its invitation has only just been sent."""
    if date.state != AGREED or date.reminded_at is not None or not date.starts_at or not date.agreed_at:
        return False
    today = local_times.day_of(now)
    is_near = now < date.starts_at and local_times.day_of(date.starts_at) <= today + timedelta(days=1)
    return is_near and local_times.day_of(date.agreed_at) < today
