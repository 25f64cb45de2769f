"""The only place that asks for the time.

Everything that needs the time imports this module and calls ``clock.now()`` at the moment of use,
so that a test which travels in time travels everywhere at once.
"""

import time
from datetime import UTC, date, datetime

from kleinstadt_net.territory import TIME_ZONE


def now() -> datetime:
    """The present moment, aware, in UTC: what the database stores."""
    return datetime.now(UTC)


def local_now() -> datetime:
    """The present moment on a wall clock in Germany."""
    return datetime.now(TIME_ZONE)


def today() -> date:
    """The calendar day in Germany, which near midnight is not the day in UTC."""
    return local_now().date()


def current_month() -> str:
    """The calendar month in Germany as a period, such as ``2026-12``."""
    return today().strftime("%Y-%m")


def monotonic() -> float:
    """Seconds that only ever rise, for measuring how long something took."""
    return time.monotonic()
