"""Months of the Monatsbrief on a pretended clock: one issue for each person and period, in networks of any size."""

import os
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
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
# Of six invented readers one reads quarterly.
EVERY_SIXTH = 6


@pytest.fixture
def plain_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    """How letters look is tested elsewhere, and takes half of the time."""

    def render(name: str, context: Mapping[str, Any], *, demonstration: bool) -> Rendered:
        return Rendered("Ein Brief", "Guten Tag", "<p>Guten Tag</p>")

    monkeypatch.setattr(letters, "render", render)


@pytest.mark.parametrize(("towns", "short"), [(12, 24), (30, 6), (60, 4)])
def test_every_person_has_one_issue_for_each_month_or_quarter(
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
    told: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
    months: Counter[str] = Counter()
    for moment, month, account, outcome in found:
        assert moment.startswith(month)
        months[account] += 1
        if outcome != "nothing_new":
            told[account].append(due.quarter_of(month))
    monthly = [account for account, closed in months.items() if closed == count]
    quarterly = [account for account in months if account not in monthly]
    assert len(quarterly) == towns // EVERY_SIXTH
    assert len(monthly) == towns - len(quarterly)
    for account in quarterly:
        assert len(told[account]) == len(set(told[account])) <= 1 + count // 3 + 1


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
