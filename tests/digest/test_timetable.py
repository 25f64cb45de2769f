"""Two years of ticks at any moment: one letter in every month, in every Land, whatever the reader chose."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kleinstadt_net import territory
from kleinstadt_net.digest import due
from kleinstadt_net.digest.due import Consent, Timetable

START = datetime(2026, 12, 1, tzinfo=UTC)
MONTHS = 24
HOLIDAYS = {
    land: frozenset(day for year in range(2026, 2030) for day in territory.public_holidays(land, year))
    for land in territory.LAENDER
}
TIMETABLES = st.builds(Timetable, st.sampled_from(due.WEEKDAYS), st.sampled_from(due.HOURS))
LAENDER = st.sampled_from(sorted(territory.LAENDER))


def ticks(seed: int, longest: float, start: datetime = START) -> Iterator[datetime]:
    """Moments between a minute and ``longest`` hours apart, over two years with a leap day and every clock change."""
    random, moment, end = Random(seed), start, start + timedelta(days=731)
    while moment < end:
        yield moment
        moment += timedelta(minutes=random.uniform(1, 60 * longest))


def letters(
    consent: Consent, land: str, timetable: Timetable, moments: Iterator[datetime]
) -> dict[str, datetime]:
    """When each month's letter goes, as the database has it: the first due tick closes the month, or the quarter."""
    found: dict[str, datetime] = {}
    for moment in moments:
        month = due.month_of(moment)
        closed = due.quarter_of(month) if consent.frequency == due.QUARTERLY else (month,)
        if not found.keys() & set(closed) and due.is_due(consent, month, moment, HOLIDAYS[land], timetable):
            found[month] = moment.astimezone(territory.TIME_ZONE)
    return found


def is_good(moment: datetime, land: str, timetable: Timetable) -> bool:
    works = moment.weekday() < 5 and moment.date() not in HOLIDAYS[land]
    return works and timetable.hour <= moment.hour < due.CLOSES_AT


@given(LAENDER, TIMETABLES, st.integers())
@settings(max_examples=40, deadline=None)
def test_every_month_has_one_letter_at_a_good_moment(land: str, timetable: Timetable, seed: int) -> None:
    found = letters(
        Consent("monthly", is_given=True), land, timetable, ticks(seed, 0.9 * (20 - timetable.hour))
    )
    assert len(found) == MONTHS
    for month, moment in found.items():
        assert moment >= due.opening(month, HOLIDAYS[land], timetable)
        assert is_good(moment, land, timetable)
        assert moment.date() == due.issue_day(month, HOLIDAYS[land], timetable)


@given(LAENDER, TIMETABLES, st.integers())
@settings(max_examples=20, deadline=None)
def test_long_outages_delay_letters_to_a_good_moment_of_the_same_month(
    land: str, timetable: Timetable, seed: int
) -> None:
    found = letters(Consent("monthly", is_given=True), land, timetable, ticks(seed, 72))
    for month, moment in found.items():
        late = due.good_moment(moment, HOLIDAYS[land], timetable) is None
        assert month == due.month_of(moment)
        assert is_good(moment, land, timetable) or late


@given(LAENDER, TIMETABLES, st.integers())
@settings(max_examples=15, deadline=None)
def test_every_quarter_has_one_quarterly_letter(land: str, timetable: Timetable, seed: int) -> None:
    # From January on: December alone would be a quarter of its own.
    january = ticks(seed, 0.9 * (20 - timetable.hour), START + timedelta(days=31))
    found = letters(Consent("quarterly", is_given=True), land, timetable, january)
    assert [int(month[5:]) for month in found] == [1, 4, 7, 10] * (MONTHS // 12)


@given(LAENDER, TIMETABLES, st.dates(date(2026, 12, 1), date(2028, 11, 30)))
def test_a_pause_delays_the_letter_at_most_to_the_next_good_moment(
    land: str, timetable: Timetable, until: date
) -> None:
    consent = Consent("monthly", is_given=True, paused_until=until)
    start = datetime.combine(until.replace(day=1), datetime.min.time(), territory.TIME_ZONE)
    month = until.strftime("%Y-%m")
    hours = (start + timedelta(hours=n) for n in range(31 * 24))
    found = letters(consent, land, timetable, (hour for hour in hours if due.month_of(hour) == month))
    if (until + timedelta(days=1)).month == until.month:
        assert found[month].date() > until
        assert found[month].hour >= timetable.hour
    else:
        assert found == {}


@pytest.mark.parametrize("land", sorted(territory.LAENDER))
def test_no_land_has_a_month_whose_letter_opens_on_a_free_day(land: str) -> None:
    for year in (2027, 2028):
        for month in range(1, 13):
            for weekday in due.WEEKDAYS:
                day = due.issue_day(f"{year}-{month:02d}", HOLIDAYS[land], Timetable(weekday))
                assert day.weekday() < 5
                assert day not in HOLIDAYS[land]
                assert day.month == month


def test_the_clock_changes_move_no_letter() -> None:
    monday = Timetable(weekday=0, hour=8)
    for month in ("2027-03", "2027-04", "2027-10", "2027-11"):
        opens = due.opening(month, HOLIDAYS["06"], monday)
        assert (opens.hour, opens.minute) == (8, 0)
    assert due.quarter_of("2028-02") == ("2028-01", "2028-02", "2028-03")
    assert due.month_after("2027-12") == "2028-01"
    assert due.month_after("2028-01") == "2028-02"
