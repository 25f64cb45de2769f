"""``flask rounds run`` and what it prints."""

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Round
from tests.factories import StanceFactory, TownFactory, TownFigureFactory


def network(count: int) -> None:
    for _ in range(count):
        town = TownFactory(taking_part=True)
        TownFigureFactory(town=town)
        StanceFactory(town_id=town.id, subject="waerme", state="in_progress")


def test_the_round_is_stored_and_reported(runner: FlaskCliRunner) -> None:
    network(3)
    result = runner.invoke(args=["rounds", "run", "--month", "2026-12"])
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[:2] == [
        "2026-12: stored now",
        "3 active towns, 4 suggestions (4 mutual)",
    ]
    assert "coverage out: 3 of 3 towns (100.0%) received a suggestion" in result.stdout
    assert "coverage in:  3 of 3 towns (100.0%) stand in a list" in result.stdout


def test_a_second_call_says_that_nothing_changed(runner: FlaskCliRunner) -> None:
    network(2)
    runner.invoke(args=["rounds", "run", "--month", "2026-12"])
    result = runner.invoke(args=["rounds", "run", "--month", "2026-12"])
    assert result.exit_code == 0
    assert "was stored before, unchanged" in result.stdout
    assert db.session.scalar(select(func.count()).select_from(Round)) == 1


def test_without_a_month_the_present_one_is_meant(runner: FlaskCliRunner) -> None:
    network(2)
    assert runner.invoke(args=["rounds", "run"]).exit_code == 0
    assert db.session.scalars(select(Round.month)).all() == [clock.current_month()]


def test_a_network_of_one_is_told_what_is_missing(runner: FlaskCliRunner) -> None:
    network(1)
    result = runner.invoke(args=["rounds", "run"])
    assert result.exit_code == 1
    assert "1 active towns, at least two are needed" in result.stderr


@pytest.mark.parametrize("month", ["2026-13", "Dezember", "2026-1", ""])
def test_what_is_no_month_is_refused_with_an_example(runner: FlaskCliRunner, month: str) -> None:
    result = runner.invoke(args=["rounds", "run", "--month", month])
    assert result.exit_code == 2
    assert "a month looks like 2026-12" in result.stderr
    assert "Traceback" not in result.output
