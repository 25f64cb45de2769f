"""Trouble with the letters, noticed in the database and told to the operators."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from kleinstadt_net import clock, territory
from kleinstadt_net.database import db
from kleinstadt_net.digest.alarms import CODES
from kleinstadt_net.mail.database_clock import database_now
from kleinstadt_net.mail.suppressions import suppress
from kleinstadt_net.models import Account, DigestMonth, Installation, Letter, OperatorAlert
from kleinstadt_net.services import alerts, correspondence, job_runs, letters, operations
from kleinstadt_net.services.alerts import AlertReport
from tests.factories import (
    AccountFactory,
    DigestIssueFactory,
    LetterFactory,
    MembershipFactory,
    RoundFactory,
    SubscriptionFactory,
)
from tests.support.letters import bodies

TUESDAY = datetime(2026, 12, 1, 9, 0, tzinfo=territory.TIME_ZONE)
NOTHING = AlertReport((), ())


@pytest.fixture(autouse=True)
def _travel() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def later(_travel: time_machine.Traveller) -> time_machine.Traveller:
    return _travel


@pytest.fixture(autouse=True)
def _operator(app: Flask) -> None:
    AccountFactory(is_operator=True, first_name="Ida", last_name="Ohm")


def told() -> list[Letter]:
    return list(db.session.scalars(select(Letter).where(Letter.kind == "operator_alert").order_by(Letter.id)))


def test_a_house_in_which_nothing_is_wrong_tells_nobody(app: Flask) -> None:
    assert alerts.check(clock.now()) == NOTHING
    assert operations.open_alerts() == [] and told() == []


def test_every_operator_is_told_once_a_day_and_again_the_next_until_it_is_over(
    app: Flask, later: time_machine.Traveller, caplog: pytest.LogCaptureFixture
) -> None:
    AccountFactory(is_operator=True)
    job_runs.record("digests", clock.now(), clock.now(), False, "enqueued 3, failed 1")
    assert alerts.check(clock.now()) == AlertReport(("compose_failed",), ("compose_failed",))
    assert alerts.check(clock.now()) == AlertReport(("compose_failed",), ())
    assert len(told()) == 2 and operations.open_alerts() == ["compose_failed"]
    assert caplog.text.count("something is wrong with the letters") == 2
    text, html = bodies(told()[0])
    for body in (text, html):
        assert "Mindestens ein Monatsbrief ließ sich nicht schreiben" in body and "/betrieb/briefe" in body

    later.shift(timedelta(hours=2))
    assert alerts.check(clock.now()) == NOTHING
    assert operations.open_alerts() == []
    # It comes again on the same day: shown, but nobody is written to twice.
    job_runs.record("digests", clock.now(), clock.now(), False, "failed 1")
    assert alerts.check(clock.now()) == AlertReport(("compose_failed",), ())
    assert operations.open_alerts() == ["compose_failed"]

    later.shift(timedelta(days=1))
    job_runs.record("digests", clock.now(), clock.now(), False, "failed 1")
    assert alerts.check(clock.now()).told == ("compose_failed",)
    assert len(told()) == 4
    job_runs.record("digests", clock.now(), clock.now(), True, "enqueued 1, failed 0")
    assert alerts.check(clock.now()) == NOTHING
    assert all(row.cleared_at for row in db.session.scalars(select(OperatorAlert)))


def test_a_mailbox_that_nobody_can_read_is_told_after_an_hour_and_not_of_every_failure(
    app: Flask, later: time_machine.Traveller
) -> None:
    for _ in range(5):
        job_runs.record("returns", clock.now(), clock.now(), False, "mailbox cannot be used")
        later.shift(timedelta(minutes=15))
    assert alerts.check(clock.now()).open == ()
    job_runs.record("returns", clock.now(), clock.now(), False, "mailbox cannot be used")
    assert alerts.check(clock.now()).told == ("returns_unread",)
    later.shift(timedelta(hours=2))
    assert alerts.check(clock.now()).open == ()


@pytest.mark.parametrize("is_held_back", [True, False])
def test_where_no_operator_is_reachable_the_address_of_the_impressum_is_told_once_a_day(
    make_app: Callable[..., Flask], later: time_machine.Traveller, is_held_back: bool
) -> None:
    """Letters to the operators' addresses came back, or nobody has an operator's account."""
    with make_app(operator_email="post@netz.example").app_context():
        for operator in db.session.scalars(select(Account).where(Account.is_operator)):
            operator.is_operator = is_held_back
            suppress(operator.email, "report 5.1.1")
        job_runs.record("digests", clock.now(), clock.now(), False, "failed 1")
        for _ in range(2):
            alerts.check(clock.now())
        *withheld, letter = told()
        assert (letter.recipient, letter.state) == ("post@netz.example", "pending")
        assert [one.state for one in withheld] == ["failed"] * is_held_back
        later.shift(timedelta(days=1))
        job_runs.record("digests", clock.now(), clock.now(), False, "failed 1")
        alerts.check(clock.now())
        assert [one.recipient for one in told()].count("post@netz.example") == 2


def test_while_one_operator_is_reachable_the_impressum_is_left_alone(make_app: Callable[..., Flask]) -> None:
    with make_app(operator_email="post@netz.example").app_context():
        suppress(AccountFactory(is_operator=True).email, "report 5.1.1")
        job_runs.record("digests", clock.now(), clock.now(), False, "failed 1")
        alerts.check(clock.now())
        assert [letter.state for letter in told()] == ["pending", "failed"]


@pytest.mark.parametrize("address", ["", "post (at) netz.example"])
def test_without_anybody_to_tell_the_log_says_so(
    make_app: Callable[..., Flask], address: str, caplog: pytest.LogCaptureFixture
) -> None:
    with make_app(operator_email=address).app_context():
        db.session.execute(update(Account).values(is_operator=False))
        job_runs.record("digests", clock.now(), clock.now(), False, "failed 1")
        assert alerts.check(clock.now()).told == ("compose_failed",)
        assert told() == [] and "nobody can be told by letter" in caplog.text


def test_several_troubles_share_a_letter(app: Flask) -> None:
    job_runs.record("digests", clock.now(), clock.now(), False, "failed 1")
    for _ in range(20):
        LetterFactory(state="failed", error="550 5.1.1 no such user")
    assert alerts.check(clock.now()).told == ("compose_failed", "failures")
    (letter,) = told()
    assert letter.subject.endswith("(und eine weitere Störung)")


def test_a_month_without_round_or_letters_is_noticed_on_its_second_day(
    app: Flask, later: time_machine.Traveller
) -> None:
    for _ in range(2):
        SubscriptionFactory(account_id=MembershipFactory(town__taking_part=True).account_id)
    assert alerts.check(clock.now()) == NOTHING
    db.session.add(DigestMonth(month="2026-12", waiting_since=clock.now(), created_at=clock.now()))
    db.session.commit()
    later.shift(timedelta(hours=26))
    assert alerts.check(clock.now()).open == ("no_round", "round_missed", "no_issue")
    RoundFactory(month="2026-12")
    assert alerts.check(clock.now()).open == ("no_issue",)
    DigestIssueFactory(period="2026-12")
    assert alerts.check(clock.now()) == NOTHING


def test_a_town_without_any_other_misses_no_letters(app: Flask, later: time_machine.Traveller) -> None:
    SubscriptionFactory(account_id=MembershipFactory(town__taking_part=True).account_id)
    later.shift(timedelta(days=3))
    assert alerts.check(clock.now()) == NOTHING


@pytest.mark.parametrize(
    "given",
    [
        {"changed_at": TUESDAY + timedelta(days=3, hours=12)},
        {"paused_until": TUESDAY.date() + timedelta(days=3)},
    ],
    ids=["ordered on Friday night", "paused up to Friday"],
)
def test_nobody_misses_a_letter_before_the_day_on_which_it_is_to_come(
    app: Flask, later: time_machine.Traveller, given: dict[str, object]
) -> None:
    RoundFactory(month="2026-12")
    MembershipFactory(town__taking_part=True)
    SubscriptionFactory(account_id=MembershipFactory(town__taking_part=True).account_id, **given)
    later.shift(timedelta(days=4))
    assert alerts.check(clock.now()) == NOTHING
    later.shift(timedelta(days=3, hours=2))
    assert alerts.check(clock.now()).open == ("no_issue",)


def test_letters_withheld_on_purpose_are_no_failures(app: Flask) -> None:
    for _ in range(19):
        LetterFactory(state="sent", sent_at=clock.now())
    LetterFactory(state="failed", error="550 5.1.1 no such user")
    for _ in range(5):
        LetterFactory(state="failed", error="address suppressed: mail server answered 550")
        LetterFactory(state="failed", error=letters.HELD)
    assert alerts.check(clock.now()) == NOTHING
    LetterFactory(state="failed", error=None)
    assert alerts.check(clock.now()).open == ("failures",)


@pytest.mark.parametrize(
    ("given", "next_try", "late"),
    [
        ({}, -61, True),
        ({"state": "unknown"}, -61, True),
        ({}, -59, False),
        ({"state": "kept"}, -61, False),
        # Our server is away: put off from rung to rung, it has waited ever since it was written.
        ({"attempts": 3}, 9, True),
        # Its recipient's server asked for patience.
        ({"attempts": 1, "attempt_started_at": TUESDAY}, 9, False),
    ],
)
def test_a_letter_is_late_when_it_waits_for_us(
    app: Flask, given: dict[str, object], next_try: int, late: bool
) -> None:
    letter = LetterFactory(created_at=clock.now() - timedelta(hours=2), **given)
    # No test can set the clock by which letters are due.
    db.session.execute(
        update(Letter).where(Letter.id == letter.id).values(next_try_at=database_now(60 * next_try))
    )
    db.session.commit()
    assert alerts.check(clock.now()).open == (("oldest_waiting",) if late else ())


def test_while_sending_is_halted_nobody_is_written_to_until_it_goes_on(
    app: Flask, later: time_machine.Traveller
) -> None:
    db.session.execute(update(Installation).values(sending_paused_at=clock.now()))
    db.session.commit()
    later.shift(timedelta(hours=25))
    assert alerts.check(clock.now()) == AlertReport(("paused",), ())
    assert told() == [] and operations.open_alerts() == ["paused"]


def test_every_code_has_words_and_a_remedy(app: Flask) -> None:
    operator = AccountFactory(is_operator=True)
    for code in CODES:
        correspondence.write(
            "operator_alert", operator, key=code, context={"codes": (code,), "desk_url": "http://x.example"}
        )
    db.session.commit()
    assert len({letter.subject for letter in told()}) == len(CODES)
