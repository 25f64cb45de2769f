"""Dates of a talk as its two towns see them: what is proposed, what is agreed, and what lies behind them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import selectinload

from kleinstadt_net import clock, settings
from kleinstadt_net.database import db
from kleinstadt_net.digest.sources.appointments import AppointmentNews
from kleinstadt_net.models import Appointment, Exchange, Town
from kleinstadt_net.security.tokens import new_token
from kleinstadt_net.services import answer_people, exchange_answers, exchanges, local_times
from kleinstadt_net.services.appointment_rules import AGREED, PROPOSED
from kleinstadt_net.services.exchange_answers import NotNowError
from kleinstadt_net.services.exchange_rules import TALKING
from kleinstadt_net.services.exchanges import Party, UnknownExchangeError


class UnknownAppointmentError(LookupError):
    """No such date or proposal in this exchange."""


@dataclass(frozen=True)
class SlotLine:
    """One of the times proposed; ``is_over``: it has begun, and cannot be picked any more."""

    slot_id: int
    starts_at: datetime
    ends_at: datetime
    is_over: bool


@dataclass(frozen=True)
class Proposal:
    """Times one of the two towns proposes; ``is_own``: this one. ``moves``: it is to replace the date agreed on."""

    appointment_id: int
    is_own: bool
    moves: bool
    form: str
    place: str
    link: str
    note: str
    slots: tuple[SlotLine, ...]

    @property
    def is_over(self) -> bool:
        """Whether all of its times have gone by unanswered."""
        return all(slot.is_over for slot in self.slots)


@dataclass(frozen=True)
class Date:
    """A date both towns have agreed on."""

    appointment_id: int
    form: str
    place: str
    link: str
    note: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Dates:
    """Everything about dates on the page of an exchange; ``seen`` tells a form opened before the last change."""

    proposal: Proposal | None
    agreed: Date | None
    past: tuple[Date, ...]
    may_propose: bool
    seen: str


def of_exchange(party: Party) -> Dates:
    """The dates of an exchange for one of its towns: two queries."""
    rows = _rows(party.exchange_id)
    now = clock.now()
    proposed = next((row for row in rows if row.state == PROPOSED), None)
    agreed = [date_of(row) for row in rows if row.state == AGREED]
    return Dates(
        proposal=_proposal(proposed, party.town_id, now) if proposed is not None else None,
        agreed=next((one for one in agreed if one.ends_at > now), None),
        past=tuple(sorted((one for one in agreed if one.ends_at <= now), key=lambda one: one.starts_at)),
        may_propose=exchanges.may_write(party),
        seen=seen_of(rows),
    )


def last_day(party: Party) -> date | None:
    """The day of the date that was last; None where none has been yet: one query."""
    started = db.session.scalar(
        select(func.max(Appointment.starts_at)).where(
            Appointment.exchange_id == party.exchange_id,
            Appointment.state == AGREED,
            Appointment.starts_at <= clock.now(),
        )
    )
    return local_times.day_of(started) if started is not None else None


def date_of(row: Appointment) -> Date:
    """A date as the page and the sheet show it."""
    assert row.starts_at is not None and row.ends_at is not None
    return Date(row.id, row.form, row.place, row.link, row.note, row.starts_at, row.ends_at)


def seen_of(rows: Collection[Appointment]) -> str:
    """What a form carries along to tell whether anything about the dates has changed since it was opened."""
    newest = max(rows, key=lambda row: row.id, default=None)
    return f"{newest.id}.{newest.version}" if newest is not None else ""


def locked(exchange_id: int, town_id: int, account_id: int) -> tuple[Exchange, list[Appointment]]:
    """The exchange and all its dates, nobody else changing them, in a writing transaction.

    Raises UnknownExchangeError where the person does not act for one of its towns, NotNowError while they do not talk.
    """
    row = exchange_answers.locked(exchange_id)
    if town_id not in (row.town_id, row.peer_id) or answer_people.role(account_id, town_id) is None:
        raise UnknownExchangeError(exchange_id)
    if row.state != TALKING:
        raise NotNowError(row.state)
    return row, _rows(exchange_id)


def ahead(rows: Iterable[Appointment], now: datetime) -> Appointment | None:
    """The date agreed on that is not over yet."""
    return next(
        (row for row in rows if row.state == AGREED and row.ends_at is not None and row.ends_at > now), None
    )


def new_uid() -> str:
    """What calendars are to know a new date by, for ever."""
    return f"gespraech-{new_token()}@{urlsplit(settings.current().public_url).hostname or ''}"


def news(town_ids: Collection[int]) -> dict[int, tuple[AppointmentNews, ...]]:
    """By town the dates ahead and the proposals it has not answered: two queries, however many towns."""
    now = clock.now()
    rows = db.session.scalars(
        select(Appointment)
        .join(Exchange, Exchange.id == Appointment.exchange_id)
        .where(
            Exchange.state == TALKING,
            or_(Exchange.town_id.in_(town_ids), Exchange.peer_id.in_(town_ids)),
            or_(
                Appointment.state == PROPOSED,
                and_(Appointment.state == AGREED, Appointment.starts_at > now),
            ),
        )
        .options(selectinload(Appointment.slots))
        .order_by(Appointment.id)
    ).all()
    sides = _sides({row.exchange_id for row in rows})
    told: dict[int, list[AppointmentNews]] = {}
    for row in rows:
        for town_id, peer in sides.get(row.exchange_id, ()):
            found = _news(row, town_id, peer, now)
            if town_id in town_ids and found is not None:
                told.setdefault(town_id, []).append(found)
    return {town_id: tuple(found) for town_id, found in told.items()}


def _news(row: Appointment, town_id: int, peer: str, now: datetime) -> AppointmentNews | None:
    first = row.starts_at or min((slot.starts_at for slot in row.slots if slot.starts_at > now), default=None)
    waits = row.state == PROPOSED
    if first is None or (waits and row.town_id == town_id):
        return None
    return AppointmentNews(row.id, row.exchange_id, peer, first, waits)


def _sides(exchange_ids: Collection[int]) -> dict[int, tuple[tuple[int, str], ...]]:
    """By exchange each of its towns with the name of the other, where both still take part."""
    towns = select(Exchange.id, Exchange.town_id, Exchange.peer_id).where(Exchange.id.in_(exchange_ids))
    pairs = db.session.execute(towns).all()
    ids = {town_id for _, *both in pairs for town_id in both}
    there = select(Town.id, Town.name).where(Town.id.in_(ids), *answer_people.taking_part(Town))
    names = {row.id: row.name for row in db.session.execute(there)}
    return {
        exchange_id: ((one, names[other]), (other, names[one]))
        for exchange_id, one, other in pairs
        if one in names and other in names
    }


def _rows(exchange_id: int) -> list[Appointment]:
    return list(
        db.session.scalars(
            select(Appointment)
            .where(Appointment.exchange_id == exchange_id)
            .options(selectinload(Appointment.slots))
            .order_by(Appointment.id)
            .execution_options(populate_existing=True)
        )
    )


def _proposal(row: Appointment, town_id: int, now: datetime) -> Proposal:
    return Proposal(
        appointment_id=row.id,
        is_own=row.town_id == town_id,
        moves=row.replaces_id is not None,
        form=row.form,
        place=row.place,
        link=row.link,
        note=row.note,
        slots=tuple(
            SlotLine(slot.id, slot.starts_at, slot.ends_at, slot.starts_at <= now) for slot in row.slots
        ),
    )
