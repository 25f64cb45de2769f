"""What the two towns are told about their dates, in the running transaction; an agreed date comes as an invitation.

Every invitation is made out to its reader alone: it names the two towns and no other person.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from kleinstadt_net import clock, formats, settings
from kleinstadt_net.documents import appointment_calendar
from kleinstadt_net.documents.appointment_calendar import CANCEL, REQUEST, Person
from kleinstadt_net.documents.event_calendar import Entry
from kleinstadt_net.mail import letters
from kleinstadt_net.mail.letters import CalendarPart, Enclosure
from kleinstadt_net.models import Account, Appointment, Exchange, Town
from kleinstadt_net.services import exchange_news, exchanges, town_people, urls
from kleinstadt_net.vocabulary import APPOINTMENT_FORMS

PROPOSED_KIND, AGREED_KIND, CANCELLED_KIND, REMINDER_KIND = (
    "appointment_proposed",
    "appointment_agreed",
    "appointment_cancelled",
    "appointment_reminder",
)
SHEET_PATH = "/gespraeche/{exchange_id}/sprechzettel"
# Where on the page of the exchange its dates stand.
ANCHOR = "#termine"


def proposed(row: Exchange, proposal: Appointment, moved: Appointment | None) -> None:
    """To the other town: the times proposed, and the date they are to replace."""
    _, other = _sides(row, proposal.town_id)
    _tell(
        PROPOSED_KIND,
        row,
        proposal,
        other,
        slots=[formats.span(slot.starts_at, slot.ends_at) for slot in proposal.slots],
        moved=_when(moved) if moved is not None else "",
    )


def agreed(row: Exchange, date: Appointment, *, is_moved: bool) -> None:
    """To both towns: the date, with the invitation for the calendar of each reader."""
    for town in (row.town, row.peer):
        _tell(
            AGREED_KIND,
            row,
            date,
            town,
            with_calendar=True,
            is_moved=is_moved,
            sheet_url=sheet_url(row),
            proposer=_name_of(row, date.town_id),
        )


def cancelled(row: Exchange, date: Appointment, *, by_town_id: int | None) -> None:
    """To both towns: the date is off, and comes out of the calendars.

    ``by_town_id`` is None where nobody cancelled it and the talk as a whole is over.
    """
    by = _name_of(row, by_town_id) if by_town_id is not None else ""
    for town in (row.town, row.peer):
        _tell(CANCELLED_KIND, row, date, town, with_calendar=True, what="cancelled", by=by, stands="")


def dropped(
    row: Exchange, proposal: Appointment, by_town_id: int, *, is_withdrawn: bool, stands: Appointment | None
) -> None:
    """To the other town: the times proposed are withdrawn, or none of them suits. ``stands``: the date that remains."""
    own, other = _sides(row, by_town_id)
    _tell(
        CANCELLED_KIND,
        row,
        proposal,
        other,
        what="withdrawn" if is_withdrawn else "declined",
        by=own.name,
        stands=_when(stands) if stands is not None else "",
    )


def reminder(row: Exchange, date: Appointment, sheets: Mapping[int, Enclosure | None]) -> None:
    """To both towns, the day before: the date, and the sheet for it, of each town its own."""
    for town in (row.town, row.peer):
        sheet = sheets[town.id]
        _tell(
            REMINDER_KIND,
            row,
            date,
            town,
            enclosure=sheet,
            sheet_url=sheet_url(row),
            is_enclosed=sheet is not None,
        )


def sheet_url(row: Exchange) -> str:
    """The sheet to have at hand during the talk; behind the sign-in."""
    return urls.absolute(SHEET_PATH.format(exchange_id=row.id))


def _tell(
    kind: str,
    row: Exchange,
    date: Appointment,
    town: Town,
    *,
    with_calendar: bool = False,
    enclosure: Enclosure | None = None,
    **facts: Any,
) -> None:
    _, peer = _sides(row, town.id)
    exchange_news.tell(
        kind,
        exchanges.people(town.id, row.id),
        town_id=town.id,
        key=f"{date.id}:{date.version}:{town.id}",
        path=exchanges.PATH.format(exchange_id=row.id) + ANCHOR,
        facts={"peer": peer.name, "when": _when(date), "form": date.form, "place": date.place, **facts},
        letter=lambda person: {"link": date.link, "note": date.note},
        calendar=partial(_invitation, row, date, town, peer) if with_calendar else None,
        enclosure=enclosure,
    )


def _when(date: Appointment) -> str:
    """The date in words; nothing while there is none."""
    return formats.span(date.starts_at, date.ends_at) if date.starts_at and date.ends_at else ""


def _invitation(row: Exchange, date: Appointment, town: Town, peer: Town, person: Account) -> CalendarPart:
    is_cancelled = date.state == "cancelled"
    name, address = letters.sender()
    content = appointment_calendar.invitation(
        entry(row, date, town, peer, is_cancelled=is_cancelled),
        Person(address, name or settings.current().network_name),
        Person(letters.mailable(person.email), town_people.name_of(person)),
    )
    return CalendarPart(CANCEL if is_cancelled else REQUEST, content)


def entry(row: Exchange, date: Appointment, town: Town, peer: Town, *, is_cancelled: bool = False) -> Entry:
    """The date as it stands in a calendar of ``town``; what the towns wrote to each other is not in it."""
    assert date.starts_at is not None and date.ends_at is not None
    joining = f"Teilnahme: {date.link}" if date.link else ""
    words = f"{APPOINTMENT_FORMS[date.form]} von {town.name} mit {peer.name}."
    return Entry(
        uid=date.uid,
        sequence=date.sequence,
        stamp=clock.now(),
        starts_at=date.starts_at,
        ends_at=date.ends_at,
        title=f"Gespräch mit {peer.name}",
        text="\n\n".join(part for part in (words, joining, f"Sprechzettel: {sheet_url(row)}") if part),
        place=date.place or date.link,
        address=urls.absolute(exchanges.PATH.format(exchange_id=row.id) + ANCHOR),
        is_cancelled=is_cancelled,
    )


def _sides(row: Exchange, town_id: int) -> tuple[Town, Town]:
    """This town and the other one."""
    return (row.town, row.peer) if row.town_id == town_id else (row.peer, row.town)


def _name_of(row: Exchange, town_id: int) -> str:
    return _sides(row, town_id)[0].name
