"""Days on which a town hall is at work: neither a weekend nor a public holiday of its Land."""

from calendar import FRIDAY
from datetime import date
from functools import lru_cache

from kleinstadt_net import territory


def is_working_day(day: date, land: str) -> bool:
    """Whether people work on this day in a Land (two-digit key); one nobody knows has no holidays."""
    return day.weekday() <= FRIDAY and day not in holidays(land, day.year)


@lru_cache(maxsize=64)
def holidays(land: str, year: int) -> frozenset[date]:
    """The public holidays of a Land in a year."""
    if land not in territory.LAENDER:
        return frozenset()
    return frozenset(territory.public_holidays(land, year))
