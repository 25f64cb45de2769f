"""Proposing times for a talk: up to three, for a first date or to move the one agreed on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlsplit

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Appointment, AppointmentSlot, Exchange
from kleinstadt_net.services import (
    appointment_endings,
    appointment_letters,
    appointments,
    audit,
    exchanges,
    local_times,
    notifications,
)
from kleinstadt_net.services.appointment_rules import PROPOSED, REPLACED
from kleinstadt_net.territory import comes_twice
from kleinstadt_net.vocabulary import APPOINTMENT_FORMS

MOST_SLOTS = 3
PLACE_LENGTH, LINK_LENGTH, NOTE_LENGTH = 200, 300, 1000
# Nobody plans further ahead; whoever types such a day has mistyped the year.
FURTHEST = timedelta(days=366)

Times = list[tuple[datetime, datetime]]


@dataclass(frozen=True)
class Slot:
    """A time on a wall clock in Germany; ``number`` is its place in the form, from 1 on."""

    number: int
    day: date
    begins: time
    ends: time


@dataclass(frozen=True)
class Content:
    """A proposal as it is written. ``place`` is where to meet or the number to call."""

    slots: tuple[Slot, ...]
    form: str
    place: str = ""
    link: str = ""
    note: str = ""


@dataclass(frozen=True)
class Made:
    """A proposal that was stored; ``doubled``: one of its times comes twice that night, and the first is meant."""

    appointment_id: int
    doubled: bool


class RefusedError(ValueError):
    """Something typed cannot be taken; ``problems`` has a German sentence by field, as in ``day_1`` or ``place``."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(f"not taken: {', '.join(problems)}")
        self.problems = problems


class OvertakenError(Exception):
    """The dates of the exchange have changed since the form was opened; nothing was stored."""


def propose(exchange_id: int, town_id: int, account_id: int, content: Content, seen: str) -> Made:
    """Propose times to the other town, which is written to; commits. An open proposal of either town gives way.

    ``seen`` is that of the ``Dates`` the form was opened with. The same proposal sent twice is stored once. Raises
    UnknownExchangeError, NotNowError while the towns do not talk, RefusedError, OvertakenError.
    """
    db.session.rollback()
    begin_writing(db.session)
    try:
        row, rows = appointments.locked(exchange_id, town_id, account_id)
        times = _checked(content)
        before = next((one for one in rows if one.state == PROPOSED), None)
        doubled = any(comes_twice(at) for both in times for at in both)
        if before is not None and before.town_id == town_id and _is_same(before, content, times):
            db.session.rollback()
            return Made(before.id, doubled)
        if appointments.seen_of(rows) != seen:
            raise OvertakenError(exchange_id)
        if before is not None:
            appointment_endings.mark(before, REPLACED)
        made = _store(row, appointments.ahead(rows, clock.now()), town_id, account_id, content, times)
    except Exception:
        db.session.rollback()
        raise
    appointment_id = made.id
    db.session.commit()
    return Made(appointment_id, doubled)


def _store(
    row: Exchange,
    moved: Appointment | None,
    town_id: int,
    account_id: int,
    content: Content,
    times: Times,
) -> Appointment:
    made = Appointment(
        exchange_id=row.id,
        town_id=town_id,
        proposed_by_id=account_id,
        replaces_id=moved.id if moved is not None else None,
        form=content.form,
        place=content.place,
        link=content.link,
        note=content.note,
        state=PROPOSED,
        open_in=row.id,
        uid=moved.uid if moved is not None else appointments.new_uid(),
        sequence=moved.sequence if moved is not None else 0,
        proposed_at=clock.now(),
        changed_at=clock.now(),
        version=1,
        slots=[
            AppointmentSlot(position=place, starts_at=starts_at, ends_at=ends_at)
            for place, (starts_at, ends_at) in enumerate(times, start=1)
        ],
    )
    notifications.settle(account_id, exchanges.PATH.format(exchange_id=row.id))
    db.session.add(made)
    db.session.flush()
    audit.record("appointment.proposed", account_id=account_id, town_id=town_id, exchange=row.id)
    appointment_letters.proposed(row, made, moved)
    exchanges.touch(row.id)
    return made


def _is_same(row: Appointment, content: Content, times: Times) -> bool:
    written = (content.form, content.place, content.link, content.note)
    stored = [(slot.starts_at, slot.ends_at) for slot in row.slots]
    return stored == times and (row.form, row.place, row.link, row.note) == written


def _checked(content: Content) -> Times:
    """The moments meant. Raises RefusedError, ValueError for what no form offers."""
    if content.form not in APPOINTMENT_FORMS or len(content.slots) > MOST_SLOTS:
        raise ValueError("no form of a talk, or too many times")
    problems = _texts(content)
    if not content.slots:
        problems["day_1"] = "Bitte schlagen Sie mindestens eine Zeit vor."
    times: Times = []
    for slot in content.slots:
        problems |= _times(slot)
        both = local_times.moment(slot.day, slot.begins), local_times.moment(slot.day, slot.ends)
        if both in times:
            problems.setdefault(f"day_{slot.number}", "Diese Zeit steht schon weiter oben.")
        times.append(both)
    if problems:
        raise RefusedError(problems)
    return times


def _texts(content: Content) -> dict[str, str]:
    problems = {
        name: f"Bitte höchstens {most} Zeichen."
        for name, most in (("place", PLACE_LENGTH), ("link", LINK_LENGTH), ("note", NOTE_LENGTH))
        if len(getattr(content, name)) > most
    }
    if content.form == "visit" and not content.place:
        problems["place"] = "Bitte schreiben Sie, wo Sie sich treffen."
    if content.link and not _is_web_address(content.link):
        problems["link"] = "Bitte geben Sie eine Adresse an, die mit https:// beginnt."
    return problems


def _times(slot: Slot) -> dict[str, str]:
    for name, at in (("begins", slot.begins), ("ends", slot.ends)):
        if not local_times.exists(slot.day, at):
            return {
                f"{name}_{slot.number}": "Diese Uhrzeit gibt es an dem Tag nicht: "
                "Die Uhren werden in der Nacht von 2 auf 3 Uhr vorgestellt."
            }
    starts_at = local_times.moment(slot.day, slot.begins)
    if starts_at <= clock.now():
        return {f"day_{slot.number}": "Dieser Termin liegt in der Vergangenheit."}
    if starts_at > clock.now() + FURTHEST:
        return {f"day_{slot.number}": "Bitte wählen Sie einen Tag in den nächsten zwölf Monaten."}
    if slot.ends <= slot.begins:
        return {f"ends_{slot.number}": "Das Ende liegt vor dem Beginn."}
    return {}


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and not any(char.isspace() for char in text)
