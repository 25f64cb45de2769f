"""Dates and numbers the way a German reader writes them."""

from datetime import date, datetime
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_decimal

from kleinstadt_net.territory import LOCALE, TIME_ZONE, comes_twice


def number(value: float, digits: int = 0) -> str:
    """``12345`` as ``12.345``; ``digits`` places after the decimal comma."""
    if not digits:
        return _whole(round(value))
    return format_decimal(value, format="#,##0." + "0" * digits, locale=LOCALE)


# A page of the directory writes two hundred numbers, most of them again and again.
@lru_cache(maxsize=20_000)
def _whole(value: int) -> str:
    return format_decimal(value, format="#,##0", locale=LOCALE)


def signed_percent(fraction: float, digits: int = 1) -> str:
    """A fraction as a percentage with its sign: ``-0.0123`` as ``−1,2 %`` (no-break space)."""
    text = number(abs(fraction) * 100, digits)
    sign = "" if not any(ch in "123456789" for ch in text) else ("−" if fraction < 0 else "+")
    return f"{sign}{text}\u00a0%"


def percent(fraction: float) -> str:
    """A share as whole percent, ``97 %``; what is not quite all or nothing never reads like it (no-break spaces)."""
    if 0.995 <= fraction < 1:
        return "mehr als 99\u00a0%"
    if 0 < fraction < 0.005:
        return "weniger als 1\u00a0%"
    return f"{number(fraction * 100)}\u00a0%"


def at_least_five(count: int) -> str:
    """A count for everybody's eyes: below five it might point at somebody, so it is ``unter 5``."""
    return "unter 5" if count < 5 else number(count)


def file_size(size: int) -> str:
    """The size of a file as its folder shows it: ``640 kB``, ``1,2 MB`` (no-break space)."""
    kilobytes = max(1, round(size / 1024))
    return f"{number(kilobytes)}\u00a0kB" if kilobytes < 1024 else f"{number(size / 1024**2, 1)}\u00a0MB"


def rounded_population(value: int) -> str:
    """Inhabitants rounded for reading in a sentence: hundreds below 20,000, thousands above."""
    step = 100 if value < 20_000 else 1_000
    return number(round(value / step) * step)


def day(value: date | datetime) -> str:
    """``22.11.2026``; a moment is shown as the day it was in Germany."""
    return format_date(_local(value), "dd.MM.yyyy", locale=LOCALE)


def long_day(value: date | datetime) -> str:
    """``22. November 2026``."""
    return format_date(_local(value), "d. MMMM yyyy", locale=LOCALE)


def month_of(value: date | datetime) -> str:
    """``November 2026``."""
    return format_date(_local(value), "LLLL yyyy", locale=LOCALE)


def time_of(value: datetime) -> str:
    """``14:05 Uhr`` on a wall clock in Germany."""
    return value.astimezone(TIME_ZONE).strftime("%H:%M Uhr")


def span(starts_at: datetime, ends_at: datetime) -> str:
    """``Mittwoch, 12. Mai 2027, 14:00 bis 15:00 Uhr``; with its day where the end is on another one.

    A time that clocks show twice in October says which of both is meant.
    """
    first, last = _local(starts_at), _local(ends_at)
    begins = _season_of(starts_at) or starts_at.astimezone(TIME_ZONE).strftime("%H:%M")
    ends = _season_of(ends_at) or time_of(ends_at)
    return f"{_weekday(first)}, {begins} bis {ends if first == last else f'{_weekday(last)}, {ends}'}"


@lru_cache(maxsize=1_000)
def month(period: str) -> str:
    """A month as stored (``2026-12``) as it is read: ``Dezember 2026``."""
    return month_of(first_day(period))


def first_day(period: str) -> date:
    """The first day of a month as stored; raises ValueError for anything else."""
    return datetime.strptime(period, "%Y-%m").date()


def _weekday(value: date) -> str:
    return format_date(value, "EEEE, d. MMMM yyyy", locale=LOCALE)


def _season_of(value: datetime) -> str:
    """A time that comes twice, with which of both it is; nothing for all others."""
    if not comes_twice(value):
        return ""
    return f"{time_of(value)} ({'Winterzeit' if value.astimezone(TIME_ZONE).fold else 'Sommerzeit'})"


def _local(value: date | datetime) -> date:
    return value.astimezone(TIME_ZONE).date() if isinstance(value, datetime) else value
