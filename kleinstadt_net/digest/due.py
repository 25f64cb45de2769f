"""When an issue is due: by the calendar alone, never by the time that has passed since the last one.

The default day is the first Tuesday of the month from eight o'clock, on the next working day where
that Tuesday is a public holiday. A tick that was missed is made up for within the same month.
"""

from calendar import FRIDAY, TUESDAY
from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from kleinstadt_net.formats import first_day
from kleinstadt_net.territory import TIME_ZONE

WEEKDAY = TUESDAY
OPENS_AT = time(8)
# An issue without suggestions is a poor one, a letter that never comes is none at all.
PATIENCE = timedelta(hours=24)


@dataclass(frozen=True)
class Consent:
    """What a person agreed to: ``monthly`` or ``off``, and the last day of a pause."""

    frequency: str
    is_given: bool
    paused_until: date | None = None

    def allows(self, today: date) -> bool:
        """Whether a letter may be written to her on this day; the last day of a pause still counts to it."""
        is_paused = self.paused_until is not None and today <= self.paused_until
        return self.is_given and self.frequency == "monthly" and not is_paused


def usual_day(month: str) -> date:
    """The first Tuesday of a month as stored (``2026-12``)."""
    first = first_day(month)
    return first + timedelta(days=(WEEKDAY - first.weekday()) % 7)


def issue_day(month: str, holidays: Container[date]) -> date:
    """The day the issue opens where these are the public holidays; always within the month."""
    day = usual_day(month)
    while day in holidays or day.weekday() > FRIDAY:
        day += timedelta(days=1)
    return day


def opening(month: str, holidays: Container[date]) -> datetime:
    """The moment from which the issue of a month may go out, on a wall clock in Germany."""
    return datetime.combine(issue_day(month, holidays), OPENS_AT, TIME_ZONE)


def is_due(
    consent: Consent,
    month: str,
    now: datetime,
    holidays: Container[date],
    *,
    any_day: bool = False,
) -> bool:
    """Whether the issue of ``month`` may be written now; ``any_day`` leaves out only the calendar."""
    local = now.astimezone(TIME_ZONE)
    if not consent.allows(local.date()):
        return False
    return any_day or (local.strftime("%Y-%m") == month and local >= opening(month, holidays))


def waits_for_round(month: str, now: datetime, holidays: Container[date]) -> bool:
    """Whether an issue without this month's suggestions should rather wait for them a little longer."""
    return now.astimezone(TIME_ZONE) < opening(month, holidays) + PATIENCE
