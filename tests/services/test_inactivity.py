"""Whoever is not seen for two years is warned three times in half a year, and only then deleted."""

from datetime import UTC, datetime, timedelta

import time_machine
from flask import Flask
from sqlalchemy import func, select

from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Letter, OperatorTask
from kleinstadt_net.services import inactivity
from kleinstadt_net.services.inactivity import Outcome
from tests.factories import AccountFactory, MembershipFactory
from tests.support.letters import text_of

START = datetime(2026, 6, 1, 6, 0, tzinfo=UTC)
NOTHING = Outcome(0, 0, 0)


def run(day: int) -> Outcome:
    moment = START + timedelta(days=day)
    with time_machine.travel(moment, tick=False):
        return inactivity.run(moment)


def inactive(**given: object) -> Account:
    account: Account = AccountFactory(seen_on=(START - timedelta(days=731)).date(), **given)
    return account


def test_three_warnings_in_half_a_year_and_then_the_end(app: Flask) -> None:
    inactive()
    AccountFactory(seen_on=START.date())
    inactive(is_operator=True)
    assert [run(day) for day in (0, 0, 90)] == [Outcome(1, 0, 0), NOTHING, NOTHING]
    assert [run(day) for day in (91, 151, 152, 182)] == [Outcome(1, 0, 0), NOTHING, Outcome(1, 0, 0), NOTHING]
    letters = [text_of(letter) for letter in db.session.scalars(select(Letter).order_by(Letter.id))]
    assert len(letters) == 3 and all(
        "30. November 2026" in letter or "1. Dezember 2026" in letter for letter in letters
    )
    assert [("der letzte Brief" in letter) for letter in letters] == [False, False, True]
    assert run(183) == Outcome(0, 1, 0)
    assert db.session.scalar(select(func.count()).select_from(Account)) == 2


def test_one_click_keeps_the_account_once(app: Flask) -> None:
    account = inactive()
    run(0)
    link = text_of(db.session.scalars(select(Letter)).one()).partition("/dabei/")[2].split()[0]
    with time_machine.travel(START + timedelta(days=1), tick=False):
        assert inactivity.find(link)
        assert inactivity.keep(link) and not inactivity.keep(link)
    db.session.refresh(account)
    assert account.inactivity_warnings == 0
    assert run(200) == NOTHING


def test_whoever_signs_in_after_a_warning_starts_anew(app: Flask) -> None:
    account = inactive()
    run(0)
    account.seen_on = (START + timedelta(days=30)).date()
    db.session.commit()
    assert run(91) == NOTHING
    db.session.refresh(account)
    assert account.inactivity_warnings == 0


def test_whoever_signs_in_on_the_day_of_a_warning_starts_anew(app: Flask) -> None:
    account = inactive()
    run(0)
    account.seen_on = START.date()
    db.session.commit()
    run(1)
    db.session.refresh(account)
    assert (account.inactivity_warnings, account.inactivity_warned_on) == (0, None)


def test_a_last_lead_is_never_deleted_by_time_alone(app: Flask) -> None:
    town = MembershipFactory(account=inactive()).town
    for day in (0, 91, 152):
        run(day)
    for letter in map(text_of, db.session.scalars(select(Letter))):
        assert "löschen wir Ihr Konto nicht von selbst" in letter and town.name in letter
        assert "Ihres am" not in letter
    assert [run(day) for day in (183, 184)] == [Outcome(0, 0, 1), NOTHING]
    assert db.session.scalars(select(OperatorTask.kind)).all() == ["last_lead_inactive"]
    assert db.session.scalar(select(func.count()).select_from(Account)) == 1
