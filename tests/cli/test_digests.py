"""``flask digests enqueue``."""

from datetime import timedelta
from typing import NoReturn

import pytest
import time_machine
from flask.testing import FlaskCliRunner
from jinja2 import TemplateSyntaxError
from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.mail import letters
from kleinstadt_net.models import DigestMonth, Letter
from tests.factories import (
    AccountFactory,
    MembershipFactory,
    RoundFactory,
    SubscriptionFactory,
    SuggestionFactory,
    TownFactory,
)
from tests.house.test_reading import everything


def make_reader(email: str = "rathaus@ellernrode.example") -> None:
    account, town = AccountFactory(email=email), TownFactory(taking_part=True)
    MembershipFactory(account=account, town=town)
    SubscriptionFactory(account_id=account.id)
    SuggestionFactory(round=RoundFactory(month="2026-12"), town=town)


@time_machine.travel("2026-11-23 12:00+00:00", tick=False)
def test_on_any_day_letters_are_written_only_when_told_to(runner: FlaskCliRunner) -> None:
    make_reader()
    waiting = runner.invoke(args=["digests", "enqueue", "--month", "2026-12"])
    assert waiting.exit_code == 0
    assert waiting.output.startswith("0 letters written")
    written = runner.invoke(args=["digests", "enqueue", "--month", "2026-12", "--now"])
    assert written.output.startswith("1 letters written")
    assert db.session.scalars(select(Letter.period)).all() == ["2026-12"]


@time_machine.travel("2026-12-01 12:00+00:00", tick=False)
def test_a_dry_run_says_what_would_be_written_and_writes_nothing(runner: FlaskCliRunner) -> None:
    make_reader()
    SubscriptionFactory(account_id=MembershipFactory(town__taking_part=True).account_id)
    before = everything()
    command = ["digests", "enqueue", "--dry-run"]
    *people, summary = runner.invoke(args=command).output.splitlines(keepends=True)
    assert summary.startswith(
        "Dry run, nothing is written: 1 letters written, 0 asking about a pause, 1 with"
    )
    assert everything() == before
    real = runner.invoke(args=command[:2]).output
    assert summary.endswith(real)
    subject = db.session.scalars(select(Letter.subject)).one()
    assert [line.split(": ", 1)[1] for line in people] == [
        f"gets a letter: {subject}\n",
        "gets none, there is nothing new\n",
    ]
    assert runner.invoke(args=command).output.startswith("Dry run, nothing is written: 0 letters written")


@time_machine.travel("2026-12-01 12:00+00:00", tick=False)
def test_without_a_round_a_dry_run_runs_none(runner: FlaskCliRunner) -> None:
    SubscriptionFactory(account_id=MembershipFactory(town__taking_part=True).account_id)
    before = everything()
    command = ["digests", "enqueue", "--dry-run"]
    assert "1 waiting for the round" in runner.invoke(args=command).output
    assert everything() == before
    # A day later the letters no longer wait.
    db.session.add(
        DigestMonth(month="2026-12", waiting_since=clock.now() - timedelta(hours=24), created_at=clock.now())
    )
    db.session.commit()
    assert "1 with nothing new, 0 waiting for the round" in runner.invoke(args=command).output


@time_machine.travel("2026-12-01 12:00+00:00", tick=False)
def test_a_dry_run_sees_a_letter_that_cannot_be_made(
    runner: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_reader()

    def broken(*_: object, **__: object) -> NoReturn:
        raise TemplateSyntaxError("unexpected end of template", 1)

    monkeypatch.setattr(letters, "render", broken)
    before = everything()
    result = runner.invoke(args=["digests", "enqueue", "--dry-run"])
    assert result.exit_code == 1 and everything() == before
    assert "gets none, it cannot be made; the log says why" in result.output
    assert "1 failed" in result.output and "the log names the accounts" in result.stderr


def test_a_month_that_is_none_is_refused(runner: FlaskCliRunner) -> None:
    for month in ("2026-13", "12/2026", "2026-1", "２０２６-12"):
        result = runner.invoke(args=["digests", "enqueue", "--month", month])
        assert result.exit_code == 2
        assert "a month looks like 2026-12" in result.stderr


@time_machine.travel("2026-12-01 12:00+00:00", tick=False)
def test_a_letter_that_cannot_be_written_makes_the_command_fail(runner: FlaskCliRunner) -> None:
    make_reader(email="nobody at all")
    result = runner.invoke(args=["digests", "enqueue"])
    assert result.exit_code == 1
    assert "1 failed" in result.output
    assert "the log names the accounts" in result.stderr
