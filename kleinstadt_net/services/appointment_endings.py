"""How dates change their state, at the end of a talk and of a town too; in the running transaction."""

from sqlalchemy import or_, select, update

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Appointment, Exchange, TalkRecord
from kleinstadt_net.services import appointment_letters
from kleinstadt_net.services.appointment_rules import AGREED, CANCELLED, PROPOSED


def end(row: Exchange) -> None:
    """The talk is over: open proposals go, and a date that lies ahead is cancelled in both towns' calendars."""
    now = clock.now()
    open_ones = db.session.scalars(
        select(Appointment)
        .where(
            Appointment.exchange_id == row.id,
            or_(
                Appointment.state == PROPOSED,
                (Appointment.state == AGREED) & (Appointment.ends_at > now),
            ),
        )
        .order_by(Appointment.id)
    ).all()
    for date in open_ones:
        was_agreed = date.state == AGREED
        date.sequence += was_agreed
        mark(date, CANCELLED)
        if was_agreed:
            appointment_letters.cancelled(row, date, by_town_id=None)


def mark(date: Appointment, state: str) -> None:
    """A date or proposal enters another state; written at once, as letters are keyed by the version they tell of."""
    date.state, date.changed_at, date.version = state, clock.now(), date.version + 1
    date.open_in = date.exchange_id if state == PROPOSED else None
    db.session.flush()


def inherit(town_id: int, successor_id: int) -> None:
    """Dates and records of a dissolved town go on with its exchanges, which are the successor's by now.

    Where successor and dissolved town have both noted the same day of the same talk, both notes stay as they are.
    """
    moved = select(Exchange.id).where(
        or_(Exchange.town_id == successor_id, Exchange.peer_id == successor_id),
        Exchange.town_id != town_id,
        Exchange.peer_id != town_id,
    )
    db.session.execute(
        update(Appointment)
        .where(Appointment.town_id == town_id, Appointment.exchange_id.in_(moved))
        .values(town_id=successor_id),
        execution_options={"synchronize_session": "fetch"},
    )
    taken = {
        tuple(row)
        for row in db.session.execute(
            select(TalkRecord.exchange_id, TalkRecord.held_on).where(TalkRecord.town_id == successor_id)
        )
    }
    records = db.session.scalars(
        select(TalkRecord).where(TalkRecord.town_id == town_id, TalkRecord.exchange_id.in_(moved))
    ).all()
    for record in records:
        if (record.exchange_id, record.held_on) not in taken:
            record.town_id = successor_id
