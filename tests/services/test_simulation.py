"""Months of the Monatsbrief on a pretended clock: one issue for each person and period, in networks of any size."""

import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.digest import due
from kleinstadt_net.mail import letters
from kleinstadt_net.mail.letters import Rendered
from kleinstadt_net.models import DigestIssue, Letter, Round
from kleinstadt_net.services import digest_habits
from tests.factories import (
    MembershipFactory,
    RoundFactory,
    SubscriptionFactory,
    SuggestionFactory,
    TownFactory,
)

FIRST = "2026-12-01 00:10+01:00"
LINE = re.compile(r"(\S+ \S+)  (\S+)  account (\d+)  .+?  (written|nothing_new|pause_asked)\b.*")
MONTHS = 24
# Larger networks are given all months by ``make soak`` alone.
LONG = "SIMULATE_ALL_MONTHS"


@pytest.fixture
def plain_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    """How letters look is tested elsewhere, and takes half of the time."""

    def render(name: str, context: Mapping[str, Any], *, demonstration: bool) -> Rendered:
        return Rendered("Ein Brief", "Guten Tag", "<p>Guten Tag</p>")

    monkeypatch.setattr(letters, "render", render)


@pytest.mark.parametrize(("towns", "short"), [(12, 24), (30, 3), (60, 2)])
def test_every_person_has_one_issue_for_each_period_whatever_she_changes(
    runner: FlaskCliRunner, plain_letters: None, towns: int, short: int
) -> None:
    count = MONTHS if os.environ.get(LONG) else short
    with time_machine.travel(FIRST, tick=False):
        result = runner.invoke(
            args=["digests", "simulate", "--months", str(count), "--towns", str(towns), "--seed", str(towns)]
        )
    assert result.exit_code == 0
    *lines, last = result.stdout.splitlines()
    found = [match.groups() for line in lines if (match := LINE.fullmatch(line))]
    assert len(found) == len(lines)
    assert last.startswith(f"{count} months: ")
    assert max(Counter((month, account) for _, month, account, _ in found).values()) == 1
    closed: defaultdict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    for moment, month, account, outcome in found:
        assert moment.startswith(month)
        closed[account][month] = moment, outcome
    assert len(closed) == towns
    for account, months in closed.items():
        # The accounts of an invented network are numbered from one.
        habit = digest_habits.of(int(account) - 1)
        CHECKS.get(habit, one_for_each_month)(months, the_months(count))


Closed = Mapping[str, tuple[str, str]]


def the_months(count: int) -> list[str]:
    months = [FIRST[:7]]
    while len(months) < count:
        months.append(due.month_after(months[-1]))
    return months


def one_for_each_month(closed: Closed, months: list[str]) -> None:
    """Steady or not: moved by weekday and hour before and after the letter, made quarterly and monthly again."""
    assert list(closed) == months


def one_unless_paused_to_the_end(closed: Closed, months: list[str]) -> None:
    phases = {month: digest_habits.phase(month) for month in months}
    assert list(closed) == [month for month in months if phases[month] != digest_habits.MISSES]
    for month, (moment, _) in closed.items():
        waited = int(moment[8:10]) > digest_habits.PAUSED_UNTIL
        assert waited == (phases[month] == digest_habits.WAITS)


def one_for_each_quarter(closed: Closed, months: list[str]) -> None:
    """As soon as a month of the quarter has something to tell; the months before are closed without a letter."""
    assert any(outcome == "written" for _, outcome in closed.values())
    for quarter in {due.quarter_of(month) for month in months}:
        outcomes = [closed[month][1] for month in quarter if month in closed]
        *before, last = outcomes
        assert set(before) <= {"nothing_new"}
        if last == "nothing_new":
            assert len(outcomes) == len({*quarter} & {*months})


CHECKS: dict[str, Callable[[Closed, list[str]], None]] = {
    digest_habits.PAUSES: one_unless_paused_to_the_end,
    digest_habits.QUARTERLY: one_for_each_quarter,
    digest_habits.MOVES_QUARTERLY: one_for_each_quarter,
}


@time_machine.travel("2026-12-01 06:00+01:00", tick=False)
def test_the_present_database_is_copied_and_left_as_it_was(runner: FlaskCliRunner) -> None:
    town = TownFactory(name="Ellernrode", taking_part=True)
    account_id = MembershipFactory(town=town).account_id
    SubscriptionFactory(account_id=account_id)
    SuggestionFactory(round=RoundFactory(month="2026-12"), town=town)
    result = runner.invoke(args=["digests", "simulate", "--months", "1"])
    assert re.search(rf"2026-12-01 08:.*account {account_id}  Ellernrode  written", result.stdout)
    for model, rows in ((Letter, 0), (DigestIssue, 0), (Round, 1)):
        assert db.session.scalar(select(func.count()).select_from(model)) == rows
    assert clock.current_month() == "2026-12"
