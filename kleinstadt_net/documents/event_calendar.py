"""An event as a calendar file (iCalendar), to be put into one's own calendar; no invitation, nothing to answer."""

from dataclasses import dataclass
from datetime import datetime

from icalendar import Calendar, Event, Timezone

from kleinstadt_net.territory import CALENDAR_TIME_ZONE, TIME_ZONE

TYPE = "text/calendar; charset=utf-8"
PRODUCT = "-//Kleinstadtnetz//Termine//DE"


@dataclass(frozen=True)
class Entry:
    """What stands in the file; ``uid`` stays the same for ever, ``sequence`` rises with every change."""

    uid: str
    sequence: int
    stamp: datetime
    starts_at: datetime
    ends_at: datetime
    title: str
    text: str
    place: str
    address: str
    is_cancelled: bool


def file(entry: Entry) -> bytes:
    """The file with the times on a wall clock in Germany and the rules of its zone."""
    made = empty("PUBLISH")
    made.add_component(component(entry))
    return written(made)


def empty(method: str) -> Calendar:
    """A calendar that knows its time zone and holds nothing yet."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    # Ours and not the library's, which lets summer time begin an hour late.
    calendar.add_component(Timezone.from_ical(CALENDAR_TIME_ZONE))
    return calendar


def component(entry: Entry) -> Event:
    """What stands in a calendar for one entry."""
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.stamp)
    event.add("dtstart", entry.starts_at.astimezone(TIME_ZONE))
    event.add("dtend", entry.ends_at.astimezone(TIME_ZONE))
    event.add("summary", entry.title)
    event.add("url", entry.address)
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    if entry.text:
        event.add("description", entry.text)
    if entry.place:
        event.add("location", entry.place)
    return event


def written(calendar: Calendar) -> bytes:
    """The calendar as its file."""
    made: bytes = calendar.to_ical()
    return made
