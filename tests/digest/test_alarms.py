from datetime import datetime, timedelta

import pytest

from kleinstadt_net.digest.alarms import CODES, Watched, decide
from kleinstadt_net.territory import TIME_ZONE

NOW = datetime(2026, 12, 3, 10, 0, tzinfo=TIME_ZONE)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def test_a_month_that_goes_its_way_is_no_trouble() -> None:
    assert decide(Watched(), NOW) == ()
    well = Watched(needs_round=True, has_round=True, written=300, sent=290, failed=10)
    assert decide(well, NOW) == ()


@pytest.mark.parametrize(
    ("watched", "code"),
    [
        (Watched(needs_round=True), "no_round"),
        (
            Watched(
                needs_round=True,
                has_round=True,
                written=0,
                overdue_since=NOW - timedelta(hours=25, minutes=1),
            ),
            "no_issue",
        ),
        (Watched(compose_failed=True), "compose_failed"),
        (Watched(sent=19, failed=2), "failures"),
        (Watched(late=1), "oldest_waiting"),
        (Watched(returns_unread=True), "returns_unread"),
        (Watched(paused_at=NOW - timedelta(days=1, minutes=1), late=1), "paused"),
    ],
)
def test_each_trouble_has_its_code(watched: Watched, code: str) -> None:
    assert decide(watched, NOW) == (code,)


@pytest.mark.parametrize(
    "watched",
    [
        Watched(needs_round=False),
        Watched(has_round=True, needs_round=True, waiting_since=NOW - 30 * HOUR),
        Watched(overdue_since=NOW - 25 * HOUR),
        Watched(written=1, overdue_since=NOW - 48 * HOUR),
        # Fewer than twenty say nothing, and one in twenty is not more than one in twenty.
        Watched(sent=10, failed=9),
        Watched(sent=19, failed=1),
        Watched(paused_at=NOW - 23 * HOUR, late=1),
    ],
)
def test_what_is_late_by_plan_or_within_its_bounds_is_none(watched: Watched) -> None:
    assert decide(watched, NOW) == ()


def test_on_the_first_day_a_round_may_still_come_and_letters_wait_a_day_for_it() -> None:
    missing = Watched(needs_round=True, waiting_since=NOW - 24 * HOUR)
    assert decide(missing, NOW.replace(day=1)) == ()
    late = Watched(needs_round=True, waiting_since=NOW - 24 * HOUR - MINUTE)
    assert decide(late, NOW) == ("no_round", "round_missed")


def test_all_of_it_at_once_is_told_in_a_fixed_order() -> None:
    everything = Watched(
        needs_round=True,
        waiting_since=NOW - 48 * HOUR,
        overdue_since=NOW - 48 * HOUR,
        compose_failed=True,
        failed=20,
        returns_unread=True,
        paused_at=NOW - 48 * HOUR,
    )
    assert decide(everything, NOW) == tuple(code for code in CODES if code != "oldest_waiting")
