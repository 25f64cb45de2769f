"""Dates of talks that lie ahead ("Am 12. Mai sprechen Sie mit …"), and times another town waits to hear about."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

# One letter holds so many; the pages of the talks show all.
MAX_DATES = 2


@dataclass(frozen=True)
class AppointmentNews:
    """A date with ``peer``; ``waits``: only proposed so far, and the reader's town is to say which time suits it.

    ``starts_at`` is the first of several times where it waits.
    """

    appointment_id: int
    exchange_id: int
    peer: str
    starts_at: datetime
    waits: bool

    kind = "appointment"

    @property
    def key(self) -> str:
        return f"appointment:{self.appointment_id}:{'asked' if self.waits else 'agreed'}"


def untold(
    dates: Iterable[AppointmentNews], told: Collection[str], *, today: date
) -> tuple[AppointmentNews, ...]:
    """Those not yet told that lie ahead: what waits for an answer first, then the nearest."""
    fresh = (one for one in dates if one.key not in told and one.starts_at.date() >= today)
    return tuple(
        sorted(fresh, key=lambda one: (not one.waits, one.starts_at, one.appointment_id))[:MAX_DATES]
    )
