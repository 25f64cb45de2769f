"""What invented readers do with their Monatsbrief over the months: pause it, move it, change how often it comes.

Pure: for a month the moments and the choices of each habit; the simulation has them stored as a person's own.
"""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime, time
from random import Random

from kleinstadt_net import formats, territory
from kleinstadt_net.digest import due
from kleinstadt_net.services.subscriptions import Choices

STEADY, PAUSES, MOVES, WAVERS = "steady", "pauses", "moves", "wavers"
QUARTERLY, MOVES_QUARTERLY = "quarterly", "moves_quarterly"
HABITS = (STEADY, PAUSES, MOVES, WAVERS, QUARTERLY, MOVES_QUARTERLY)
QUARTERLIES = frozenset({QUARTERLY, MOVES_QUARTERLY})

# Before the first tick of a month, and once letters of most have left.
FIRST = (1, time(0, 30))
SECOND = (10, time(12, 10))
PAUSED_UNTIL = 20
# Of three months one is read as usual, one after a pause, one not at all.
READS, WAITS, MISSES = range(3)

Deed = tuple[datetime, Choices]


def of(number: int) -> str:
    """The habit of the invented reader with this number."""
    return HABITS[number % len(HABITS)]


def frequency(habit: str) -> str:
    """How often she has ordered the letter to begin with."""
    return due.QUARTERLY if habit in QUARTERLIES else due.MONTHLY


def phase(month: str) -> int:
    """What this month is to those who pause: ``READS``, ``WAITS`` until the pause is over, or ``MISSES``."""
    return formats.first_day(month).month % 3


def deeds(habit: str, month: str, draw: Random) -> Sequence[Deed]:
    """What somebody with this habit chooses in a month, and when."""
    if habit == PAUSES:
        return [(_at(month, *FIRST), Choices(due.MONTHLY, _pause(month)))]
    if habit == WAVERS:
        often = ((FIRST, due.QUARTERLY), (SECOND, due.MONTHLY))
        return [(_at(month, *moment), Choices(chosen)) for moment, chosen in often]
    if habit in (MOVES, MOVES_QUARTERLY):
        return [(_at(month, *moment), _moved(habit, draw)) for moment in (FIRST, SECOND)]
    return []


def _pause(month: str) -> date | None:
    first = formats.first_day(month)
    last = monthrange(first.year, first.month)[1]
    return {READS: None, WAITS: first.replace(day=PAUSED_UNTIL), MISSES: first.replace(day=last)}[
        phase(month)
    ]


def _moved(habit: str, draw: Random) -> Choices:
    return Choices(frequency(habit), weekday=draw.choice(due.WEEKDAYS), hour=draw.choice(due.HOURS))


def _at(month: str, day: int, hour: time) -> datetime:
    return datetime.combine(formats.first_day(month).replace(day=day), hour, territory.TIME_ZONE)
