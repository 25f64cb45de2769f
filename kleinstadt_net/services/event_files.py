"""The calendar file of an event, with the link to join for those who may see it."""

from urllib.parse import urlsplit

from kleinstadt_net import clock, settings
from kleinstadt_net.documents import event_calendar
from kleinstadt_net.documents.event_calendar import TYPE, Entry
from kleinstadt_net.services import urls
from kleinstadt_net.services.events import PATH, EventPage

__all__ = ["TYPE", "calendar", "uid"]


def uid(event_id: int) -> str:
    """What calendars know an event by, for ever."""
    return f"termin-{event_id}@{urlsplit(settings.current().public_url).hostname or ''}"


def calendar(page: EventPage) -> bytes:
    """The file as this reader may have it."""
    row = page.row
    joining = f"Teilnahme online: {page.online_link}" if page.online_link else ""
    return event_calendar.file(
        Entry(
            uid=uid(row.event_id),
            sequence=page.version,
            stamp=clock.now(),
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            title=row.title,
            text="\n\n".join(part for part in (page.text, joining) if part),
            place=row.place or ("online" if row.is_online else ""),
            address=urls.absolute(PATH.format(event_id=row.event_id)),
            is_cancelled=row.is_cancelled,
        )
    )
