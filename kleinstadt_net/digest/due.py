"""When an issue is due: by the calendar alone, never by the time that has passed since the last one.

The default day is the first Tuesday of the month from eight o'clock, on the next working day where
that Tuesday is a public holiday. A tick that was missed is made up for within the same month, on a
working day between the reader's hour and the evening, as long as the month still has one.
"""

from calendar import FRIDAY, TUESDAY
from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from kleinstadt_net.formats import first_day
from kleinstadt_net.territory import TIME_ZONE

MONTHLY, QUARTERLY, OFF = "monthly", "quarterly", "off"
FREQUENCIES = (MONTHLY, QUARTERLY, OFF)
WEEKDAY = TUESDAY
OPENS_AT = 8
# A letter made up for comes while somebody is at work.
CLOSES_AT = 20
# What a reader and the operator may choose.
WEEKDAYS = range(FRIDAY + 1)
HOURS = range(6, CLOSES_AT)
# An issue without suggestions is a poor one, a letter that never comes is none at all.
PATIENCE = timedelta(hours=24)
# So many months without a letter in a row, then one asks whether to pause.
SILENT_MONTHS = 3
MONTHS_OF_QUARTER = 3


@dataclass(frozen=True)
class Timetable:
    """The weekday (Monday is 0) whose first one of the month opens an issue, and from which hour."""

    weekday: int = WEEKDAY
    hour: int = OPENS_AT


USUAL = Timetable()


@dataclass(frozen=True)
class Consent:
    """What a person agreed to: ``monthly``, ``quarterly`` or ``off``, and the last day of a pause."""

    frequency: str
    is_given: bool
    paused_until: date | None = None

    def allows(self, today: date) -> bool:
        """Whether a letter may be written to her on this day; the last day of a pause still counts to it."""
        is_paused = self.paused_until is not None and today <= self.paused_until
        return self.is_given and self.frequency in (MONTHLY, QUARTERLY) and not is_paused


def usual_day(month: str, timetable: Timetable = USUAL) -> date:
    """The first Tuesday, or other weekday of the timetable, of a month as stored (``2026-12``)."""
    first = first_day(month)
    return first + timedelta(days=(timetable.weekday - first.weekday()) % 7)


def issue_day(month: str, holidays: Container[date], timetable: Timetable = USUAL) -> date:
    """The day the issue opens where these are the public holidays; always within the month."""
    day = usual_day(month, timetable)
    while not _is_working_day(day, holidays):
        day += timedelta(days=1)
    return day


def opening(month: str, holidays: Container[date], timetable: Timetable = USUAL) -> datetime:
    """The moment from which the issue of a month may go out, on a wall clock in Germany."""
    return _at(issue_day(month, holidays, timetable), timetable)


def good_moment(now: datetime, holidays: Container[date], timetable: Timetable = USUAL) -> datetime | None:
    """The first moment from ``now`` on at which a letter does not come at night or on a free day.

    None where the month has no such moment left.
    """
    local = now.astimezone(TIME_ZONE)
    if _is_working_day(local.date(), holidays) and local.hour < CLOSES_AT:
        return max(local, _at(local.date(), timetable))
    day = local.date() + timedelta(days=1)
    while day.month == local.month:
        if _is_working_day(day, holidays):
            return _at(day, timetable)
        day += timedelta(days=1)
    return None


def is_due(
    consent: Consent,
    month: str,
    now: datetime,
    holidays: Container[date],
    timetable: Timetable = USUAL,
    *,
    any_day: bool = False,
) -> bool:
    """Whether the issue of ``month`` may be written now; ``any_day`` leaves out only the calendar."""
    local = now.astimezone(TIME_ZONE)
    if not consent.allows(local.date()):
        return False
    return any_day or (month_of(now) == month and comes_at(month, now, holidays, timetable) <= local)


def comes_at(month: str, now: datetime, holidays: Container[date], timetable: Timetable = USUAL) -> datetime:
    """When an issue that is still to be written comes: when it opens, or, later than that, at the next good moment.

    Where the month has none left it comes on a free day or late in the evening, for the next one brings another issue.
    """
    local = now.astimezone(TIME_ZONE)
    opens_at = opening(month, holidays, timetable)
    if local < opens_at:
        return opens_at
    return good_moment(local, holidays, timetable) or max(local, _at(local.date(), timetable))


def month_of(now: datetime) -> str:
    """The month whose issue is the present one."""
    return now.astimezone(TIME_ZONE).strftime("%Y-%m")


def month_after(month: str) -> str:
    """The month that follows one as stored."""
    return (first_day(month) + timedelta(days=31)).strftime("%Y-%m")


def quarter_of(month: str) -> tuple[str, ...]:
    """The months of the quarter a month lies in; who reads quarterly gets one letter in them."""
    first = first_day(month)
    begins = first.month - (first.month - 1) % MONTHS_OF_QUARTER
    return tuple(f"{first.year}-{begins + n:02d}" for n in range(MONTHS_OF_QUARTER))


def patience_ends(waiting_since: datetime) -> datetime:
    """Until when letters that were due at ``waiting_since`` wait for their round."""
    return waiting_since + PATIENCE


def _at(day: date, timetable: Timetable) -> datetime:
    return datetime.combine(day, time(timetable.hour), TIME_ZONE)


def _is_working_day(day: date, holidays: Container[date]) -> bool:
    return day.weekday() <= FRIDAY and day not in holidays
