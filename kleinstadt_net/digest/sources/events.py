"""Events ahead which others invite the reader's town to: its networks and circles, and towns on what concerns it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

# One letter holds so many; the page of events shows all.
MAX_EVENTS = 2


@dataclass(frozen=True)
class EventNews:
    """An event; ``by`` is the town or network that invites, ``circle`` the subject of a circle, both may be empty.

    ``subject`` is what it is about, where that was said. ``starts_at`` is on a wall clock in Germany.
    """

    event_id: int
    title: str
    starts_at: datetime
    place: str
    is_online: bool
    by: str
    circle: str
    subject: str | None
    is_own: bool

    kind = "event"

    @property
    def key(self) -> str:
        return f"event:{self.event_id}"


def untold(events: Iterable[EventNews], told: Collection[str], *, today: date) -> tuple[EventNews, ...]:
    """Those not yet told that lie ahead: of the reader's own networks and circles first, then the nearest."""
    fresh = (one for one in events if one.key not in told and one.starts_at.date() >= today)
    return tuple(sorted(fresh, key=lambda one: (not one.is_own, one.starts_at, one.event_id))[:MAX_EVENTS])
