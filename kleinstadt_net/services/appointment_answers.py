"""What becomes of proposed times: one is picked, none suits, they are withdrawn; and a date that is cancelled."""

from datetime import datetime

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Appointment, AppointmentSlot, Exchange
from kleinstadt_net.services import (
    appointment_endings,
    appointment_letters,
    appointment_rules,
    appointments,
    audit,
    exchanges,
    notifications,
)
from kleinstadt_net.services.appointment_rules import (
    ACTIONS,
    AGREED,
    CANCEL,
    CANCELLED,
    DECLINE,
    OTHER,
    PICK,
    PROPOSED,
    PROPOSER,
    REPLACED,
    WITHDRAW,
)
from kleinstadt_net.services.appointments import UnknownAppointmentError
from kleinstadt_net.services.exchange_answers import NotNowError

_CODES = {PICK: "agreed", DECLINE: "declined", WITHDRAW: "withdrawn", CANCEL: "cancelled"}


class TooLateError(Exception):
    """The time picked has begun, or the date is over; nothing was done."""


def act(
    exchange_id: int,
    appointment_id: int,
    town_id: int,
    account_id: int,
    action: str,
    slot_id: int | None = None,
) -> None:
    """Do one of ``ACTIONS`` for a town; commits. ``slot_id`` is the time picked. Done twice it changes nothing more.

    Raises UnknownExchangeError, UnknownAppointmentError (a slot of another proposal included), NotNowError where
    somebody else was faster, TooLateError, ValueError for any other action.
    """
    if action not in ACTIONS:
        raise ValueError(f"nothing to be done with a date: {action!r}")
    db.session.rollback()
    begin_writing(db.session)
    try:
        row, rows = appointments.locked(exchange_id, town_id, account_id)
        found = next((one for one in rows if one.id == appointment_id), None)
        if found is None:
            raise UnknownAppointmentError(appointment_id)
        slot = _slot(found, slot_id) if action == PICK else None
        if not _is_done(found, action, slot):
            _must_be_possible(found, town_id, action)
            _do(row, rows, found, account_id, town_id, action, slot)
    except Exception:
        db.session.rollback()
        raise
    db.session.commit()


def _slot(row: Appointment, slot_id: int | None) -> AppointmentSlot:
    found = next((slot for slot in row.slots if slot.id == slot_id), None)
    if found is None:
        raise UnknownAppointmentError(slot_id)
    return found


def _is_done(row: Appointment, action: str, slot: AppointmentSlot | None) -> bool:
    """Whether things stand as wished already: a second click, or the other town wished the same."""
    if slot is not None:
        return row.state == AGREED and row.starts_at == slot.starts_at
    was_agreed = row.agreed_at is not None
    return row.state == CANCELLED and was_agreed == (action == CANCEL)


def _must_be_possible(row: Appointment, town_id: int, action: str) -> None:
    if not appointment_rules.may(row.state, action, PROPOSER if row.town_id == town_id else OTHER):
        raise NotNowError(row.state)


def _do(
    row: Exchange,
    rows: list[Appointment],
    found: Appointment,
    account_id: int,
    town_id: int,
    action: str,
    slot: AppointmentSlot | None,
) -> None:
    now = clock.now()
    notifications.settle(account_id, exchanges.PATH.format(exchange_id=row.id))
    found.answered_by_id = account_id
    if slot is not None:
        _agree(row, rows, found, slot, now)
    elif action == CANCEL:
        _cancel(row, rows, found, town_id, now)
    else:
        appointment_endings.mark(found, CANCELLED)
        stands = appointments.ahead(rows, now)
        appointment_letters.dropped(row, found, town_id, is_withdrawn=action == WITHDRAW, stands=stands)
    audit.record(f"appointment.{_CODES[action]}", account_id=account_id, town_id=town_id, exchange=row.id)
    exchanges.touch(row.id)


def _agree(
    row: Exchange, rows: list[Appointment], found: Appointment, slot: AppointmentSlot, now: datetime
) -> None:
    if slot.starts_at <= now:
        raise TooLateError(slot.id)
    moved = appointments.ahead((one for one in rows if one.id == found.replaces_id), now)
    if moved is not None:
        found.sequence = moved.sequence + 1
        appointment_endings.mark(moved, REPLACED)
    elif found.replaces_id is not None:
        # What was to be moved has taken place meanwhile; this is another date.
        found.uid, found.sequence = appointments.new_uid(), 0
    found.starts_at, found.ends_at, found.agreed_at = slot.starts_at, slot.ends_at, now
    appointment_endings.mark(found, AGREED)
    appointment_letters.agreed(row, found, is_moved=moved is not None)


def _cancel(row: Exchange, rows: list[Appointment], found: Appointment, town_id: int, now: datetime) -> None:
    assert found.ends_at is not None
    if found.ends_at <= now:
        raise TooLateError(found.id)
    found.sequence += 1
    appointment_endings.mark(found, CANCELLED)
    for proposal in rows:
        # With the date goes what was to replace it.
        if proposal.state == PROPOSED and proposal.replaces_id == found.id:
            appointment_endings.mark(proposal, CANCELLED)
    appointment_letters.cancelled(row, found, by_town_id=town_id)
