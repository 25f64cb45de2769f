"""When an issue is due: the calendar decides, not the time that has passed."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kleinstadt_net import territory
from kleinstadt_net.digest.due import (
    Consent,
    Timetable,
    good_moment,
    is_due,
    issue_day,
    opening,
    quarter_of,
    usual_day,
)

WILLING = Consent("monthly", is_given=True)
MONTHS = st.dates(date(2024, 1, 1), date(2060, 12, 1)).map(lambda day: day.strftime("%Y-%m"))


def holidays(land: str, year: int) -> frozenset[date]:
    return frozenset(territory.public_holidays(land, year))


def berlin(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=territory.TIME_ZONE)  # type: ignore[misc, arg-type]


def test_the_usual_day_is_the_first_tuesday() -> None:
    assert usual_day("2026-12") == date(2026, 12, 1)
    assert usual_day("2027-01") == date(2027, 1, 5)


def test_a_holiday_of_the_land_pushes_the_issue_to_the_next_working_day() -> None:
    epiphany = date(2026, 1, 6)
    assert issue_day("2026-01", holidays("09", 2026)) == date(2026, 1, 7)
    assert issue_day("2026-01", holidays("03", 2026)) == epiphany


def test_two_holidays_in_a_row_push_it_twice() -> None:
    assert issue_day("2026-12", {date(2026, 12, 1), date(2026, 12, 2)}) == date(2026, 12, 3)


def test_a_weekend_after_a_holiday_is_passed_over_too() -> None:
    from_tuesday_to_friday = {date(2026, 12, day) for day in (1, 2, 3, 4)}
    assert issue_day("2026-12", from_tuesday_to_friday) == date(2026, 12, 7)


@given(MONTHS, st.sampled_from(sorted(territory.LAENDER)))
def test_every_month_in_every_land_has_its_working_day(month: str, land: str) -> None:
    free = holidays(land, int(month[:4]))
    day = issue_day(month, free)
    assert day.strftime("%Y-%m") == month
    assert day.weekday() < 5
    assert day not in free
    assert day >= usual_day(month)


def test_the_issue_opens_at_eight_in_the_morning_in_germany() -> None:
    assert not is_due(WILLING, "2026-12", berlin(2026, 12, 1, 7, 59), ())
    assert is_due(WILLING, "2026-12", berlin(2026, 12, 1, 8, 0), ())
    assert is_due(WILLING, "2026-12", datetime(2026, 12, 1, 7, 0, tzinfo=UTC), ())
    assert opening("2027-07", ()).utcoffset() != opening("2027-01", ()).utcoffset()


def test_a_missed_day_is_made_up_for_on_a_working_day_between_the_hour_and_the_evening() -> None:
    for hour, is_time in ((7, False), (8, True), (19, True), (20, False)):
        assert is_due(WILLING, "2026-12", berlin(2026, 12, 3, hour, 59), ()) is is_time
    assert not is_due(WILLING, "2026-12", berlin(2026, 12, 5, 9, 0), ())
    assert not is_due(WILLING, "2026-12", berlin(2026, 12, 25, 9, 0), holidays("03", 2026))


def test_the_last_evening_of_a_month_is_better_than_no_letter() -> None:
    assert is_due(WILLING, "2026-12", berlin(2026, 12, 31, 23, 59), ())
    assert not is_due(WILLING, "2026-10", berlin(2026, 10, 31, 7, 59), ())
    assert is_due(WILLING, "2026-10", berlin(2026, 10, 31, 8, 0), ())


def test_a_letter_whose_pause_ends_at_midnight_comes_in_the_morning() -> None:
    assert good_moment(berlin(2026, 12, 15, 0, 7), ()) == berlin(2026, 12, 15, 8, 0)
    assert good_moment(berlin(2026, 12, 18, 21, 0), ()) == berlin(2026, 12, 21, 8, 0)
    assert good_moment(berlin(2026, 12, 31, 20, 0), ()) is None


def test_a_reader_may_choose_the_weekday_and_the_hour() -> None:
    friday = Timetable(weekday=4, hour=14)
    assert opening("2026-12", (), friday) == berlin(2026, 12, 4, 14, 0)
    assert not is_due(WILLING, "2026-12", berlin(2026, 12, 4, 13, 59), (), friday)
    assert not is_due(WILLING, "2026-12", berlin(2026, 12, 7, 13, 59), (), friday)


def test_a_quarterly_letter_comes_like_a_monthly_one() -> None:
    assert is_due(Consent("quarterly", is_given=True), "2026-12", berlin(2026, 12, 1, 9, 0), ())
    assert quarter_of("2026-12") == ("2026-10", "2026-11", "2026-12")
    assert quarter_of("2027-01") == ("2027-01", "2027-02", "2027-03")


def test_a_missed_month_is_not_made_up_for_in_the_next() -> None:
    assert not is_due(WILLING, "2026-12", berlin(2027, 1, 1, 9, 0), ())


def test_the_month_in_germany_decides_near_midnight() -> None:
    # Still November in UTC, already December in Germany: the December issue, but not before its day.
    assert not is_due(WILLING, "2026-11", datetime(2026, 11, 30, 23, 30, tzinfo=UTC), ())


def test_any_day_leaves_out_the_calendar_but_not_the_consent() -> None:
    monday = berlin(2026, 11, 23, 4, 0)
    assert is_due(WILLING, "2026-12", monday, (), any_day=True)
    assert not is_due(Consent("off", is_given=True), "2026-12", monday, (), any_day=True)


@pytest.mark.parametrize(
    "consent",
    [
        Consent("off", is_given=True),
        Consent("monthly", is_given=False),
        Consent("monthly", is_given=True, paused_until=date(2026, 12, 1)),
    ],
    ids=["left", "never agreed", "paused"],
)
def test_nobody_is_written_to_against_her_will(consent: Consent) -> None:
    assert not is_due(consent, "2026-12", berlin(2026, 12, 1, 9, 0), ())


def test_the_day_after_a_pause_the_letter_comes() -> None:
    consent = Consent("monthly", is_given=True, paused_until=date(2026, 12, 14))
    assert is_due(consent, "2026-12", berlin(2026, 12, 15, 9, 0), ())
