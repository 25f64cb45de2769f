"""The date of a talk as an invitation to one person (iTIP), and a private calendar to be subscribed to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event, vCalAddress, vText

from kleinstadt_net.documents.event_calendar import Entry, component, empty, written

REQUEST, CANCEL, PUBLISH = "REQUEST", "CANCEL", "PUBLISH"
# How often a calendar program should look, as a duration; few look as often as they are told.
REFRESH = timedelta(hours=6)


@dataclass(frozen=True)
class Person:
    """Who invites or is invited; ``name`` may be empty."""

    email: str
    name: str


@dataclass(frozen=True)
class WholeDay:
    """Something of which only the day is known."""

    uid: str
    sequence: int
    stamp: datetime
    day: date
    title: str
    place: str
    address: str


def invitation(entry: Entry, organizer: Person, attendee: Person) -> bytes:
    """The invitation, or where the entry is cancelled its withdrawal, to this one person.

    No answer is asked for: both towns have agreed by then, and nobody reads what calendars send back.
    """
    event = component(entry)
    event.add("organizer", _address(organizer))
    invited = _address(attendee)
    invited.params["ROLE"] = vText("REQ-PARTICIPANT")
    invited.params["PARTSTAT"] = vText("NEEDS-ACTION")
    invited.params["RSVP"] = vText("FALSE")
    event.add("attendee", invited)
    made = empty(CANCEL if entry.is_cancelled else REQUEST)
    made.add_component(event)
    return written(made)


def feed(name: str, entries: Iterable[Entry], days: Iterable[WholeDay]) -> bytes:
    """A calendar of that name with everything in it."""
    made = empty(PUBLISH)
    _named(made, name)
    for entry in entries:
        made.add_component(component(entry))
    for one in days:
        made.add_component(_whole_day(one))
    return written(made)


def _named(calendar: Calendar, name: str) -> None:
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})


def _whole_day(one: WholeDay) -> Event:
    event = Event()
    event.add("uid", one.uid)
    event.add("sequence", one.sequence)
    event.add("dtstamp", one.stamp)
    event.add("dtstart", one.day)
    event.add("dtend", one.day + timedelta(days=1))
    event.add("summary", one.title)
    event.add("url", one.address)
    event.add("transp", "TRANSPARENT")
    if one.place:
        event.add("location", one.place)
    return event


def _address(person: Person) -> vCalAddress:
    address = vCalAddress(f"mailto:{person.email}")
    if person.name:
        address.params["CN"] = vText(person.name)
    return address
