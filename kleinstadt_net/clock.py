"""The only place that asks for the time.

Everything that needs the time imports this module and calls ``clock.now()`` at the moment of use,
so that a test which travels in time travels everywhere at once, and so does a simulation by ``at``.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime

from kleinstadt_net.territory import TIME_ZONE

_pretended: ContextVar[datetime | None] = ContextVar("pretended", default=None)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let it be this aware moment within the block, for this thread alone; the database's own clock goes on."""
    token = _pretended.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _pretended.reset(token)


def now() -> datetime:
    """The present moment, aware, in UTC: what the database stores."""
    return _pretended.get() or datetime.now(UTC)


def local_now() -> datetime:
    """The present moment on a wall clock in Germany."""
    return now().astimezone(TIME_ZONE)


def today() -> date:
    """The calendar day in Germany, which near midnight is not the day in UTC."""
    return local_now().date()


def current_month() -> str:
    """The calendar month in Germany as a period, such as ``2026-12``."""
    return today().strftime("%Y-%m")


def monotonic() -> float:
    """Seconds that only ever rise, for measuring how long something took."""
    return time.monotonic()
