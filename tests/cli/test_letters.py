from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskCliRunner

from kleinstadt_net import clock
from tests.factories import LetterFactory
from tests.support.smtp import PostOffice


def test_deliver_says_what_it_did(runner: FlaskCliRunner, smtp: PostOffice) -> None:
    for _ in range(3):
        LetterFactory()
    result = runner.invoke(args=["letters", "deliver", "--limit", "2"])
    assert (result.exit_code, result.stdout) == (0, "Letters: sent 2, delayed 0, failed 0, unknown 0.\n")
    assert len(smtp.deliveries) == 2


def test_a_limit_below_one_is_refused(runner: FlaskCliRunner) -> None:
    assert runner.invoke(args=["letters", "deliver", "--limit", "0"]).exit_code == 2


def test_a_test_letter_goes_through_the_outbox_to_the_mailbox(
    runner: FlaskCliRunner, smtp: PostOffice
) -> None:
    waiting = LetterFactory().recipient
    result = runner.invoke(args=["letters", "test", "anna@rathaus.example"])
    assert result.exit_code == 0, result.output
    assert "accepted the test letter" in result.stdout
    (message,) = smtp.to("anna@rathaus.example")
    assert message["Subject"] == "Probebrief: Der Versand funktioniert"
    # What else waits is none of a test's business.
    assert not smtp.to(waiting)


def test_a_test_letter_to_no_address_is_refused_in_a_sentence(runner: FlaskCliRunner) -> None:
    result = runner.invoke(args=["letters", "test", "anna"])
    assert result.exit_code == 1
    assert result.stderr == "Error: 'anna': this is no e-mail address that can be written to\n"


def test_a_server_that_is_down_is_named_and_the_test_letter_waits(
    make_app: Callable[..., Flask], smtp: PostOffice
) -> None:
    app = make_app(mail_port=smtp.closed_port())
    with app.app_context():
        result = app.test_cli_runner().invoke(args=["letters", "test", "anna@rathaus.example"])
        listed = app.test_cli_runner().invoke(args=["letters", "list"])
    assert result.exit_code == 1
    assert "cannot be used (ConnectionRefusedError). The letters wait in the outbox" in result.stderr
    assert listed.stdout.startswith("pending: 1\n")
    assert "mail server away: ConnectionRefusedError" in listed.stdout


def test_a_refused_test_letter_is_reported_and_listed_with_the_servers_words(
    runner: FlaskCliRunner, smtp: PostOffice
) -> None:
    smtp.on_recipient = lambda address: "550 5.1.1 nobody here"
    result = runner.invoke(args=["letters", "test", "anna@rathaus.example"])
    assert result.exit_code == 1 and "was not sent" in result.stderr
    assert "nobody here" in runner.invoke(args=["letters", "list"]).stdout


def test_what_is_only_to_be_read_on_the_web_is_not_listed_as_unsent(runner: FlaskCliRunner) -> None:
    LetterFactory(state="kept", key="digest:1:2026-12")
    assert runner.invoke(args=["letters", "list"]).stdout == "kept: 1\n"


def test_failed_letters_can_be_tried_again_after_the_cause_is_mended(
    runner: FlaskCliRunner, smtp: PostOffice
) -> None:
    letter = LetterFactory(state="failed", attempts=8, error="554 5.7.1 block list").recipient
    assert runner.invoke(args=["letters", "retry"]).stdout == "Letters due again: 1.\n"
    runner.invoke(args=["letters", "deliver"])
    assert smtp.to(letter)


def test_letters_that_are_old_or_go_to_a_refused_address_are_not_tried_again(
    runner: FlaskCliRunner, smtp: PostOffice
) -> None:
    refused = LetterFactory().recipient
    smtp.on_recipient = lambda address: "550 5.1.1 nobody here" if address == refused else None
    runner.invoke(args=["letters", "deliver"])
    LetterFactory(state="failed", created_at=clock.now() - timedelta(days=30))
    assert runner.invoke(args=["letters", "retry"]).stdout == "Letters due again: 0.\n"
    assert runner.invoke(args=["letters", "retry", "--days", "60"]).stdout == "Letters due again: 1.\n"


def test_after_a_restore_nothing_leaves_that_was_waiting_until_it_is_let_go(
    runner: FlaskCliRunner, smtp: PostOffice
) -> None:
    waiting = [LetterFactory(state=state).recipient for state in ("pending", "claimed", "unknown")]
    LetterFactory(state="sent")
    assert runner.invoke(args=["letters", "hold"]).stdout.startswith("Letters held: 3. ")
    runner.invoke(args=["letters", "deliver"])
    assert not any(smtp.to(address) for address in waiting)
    assert "held after a restore" in runner.invoke(args=["letters", "list"]).stdout
    runner.invoke(args=["letters", "retry"])
    runner.invoke(args=["letters", "deliver"])
    assert all(smtp.to(address) for address in waiting)
