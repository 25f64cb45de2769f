import smtplib
from collections.abc import Callable
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kleinstadt_net import clock, settings
from kleinstadt_net.database import db
from kleinstadt_net.mail import claims
from kleinstadt_net.mail import smtp as smtp_room
from kleinstadt_net.mail.claims import Attempt
from kleinstadt_net.mail.delivery import DeliveryReport, deliver_due
from kleinstadt_net.mail.ladder import LADDER
from kleinstadt_net.mail.suppressions import suppression_reason
from kleinstadt_net.models import Letter
from tests.factories import LetterFactory
from tests.mail.conftest import reread
from tests.support.smtp import PostOffice


def start(letter_id: int, claim: str) -> Attempt | None:
    with claims.line() as line:
        return claims.start_attempt(line, letter_id, claim)


def test_a_due_letter_arrives_byte_for_byte_and_is_marked_sent(app: Flask, smtp: PostOffice) -> None:
    letter: Letter = LetterFactory(kind="digest")
    content = letter.content
    assert deliver_due() == DeliveryReport(sent=1)
    (delivered,) = smtp.deliveries
    assert delivered.content.rstrip() == content.rstrip()
    assert delivered.recipients == (letter.recipient,)
    letter = reread(letter)
    assert (letter.state, letter.claim, letter.attempts, letter.error) == ("sent", None, 1, None)
    assert letter.sent_at is not None and letter.content == content


def test_a_letter_that_may_hold_a_link_is_emptied_once_it_has_left(app: Flask, smtp: PostOffice) -> None:
    letter: Letter = LetterFactory(kind="password")
    deliver_due()
    assert reread(letter).content == b""


def test_many_letters_share_a_connection_and_leave_in_order(app: Flask, smtp: PostOffice) -> None:
    letters = [LetterFactory() for _ in range(5)]
    assert deliver_due().sent == 5
    assert smtp.connections == 1
    assert [d.recipients[0] for d in smtp.deliveries] == [letter.recipient for letter in letters]


def test_a_limit_is_kept_and_the_rest_stays_due(app: Flask, smtp: PostOffice) -> None:
    for _ in range(3):
        LetterFactory()
    assert deliver_due(2).sent == 2
    assert deliver_due().sent == 1
    assert deliver_due().is_idle


def test_what_is_not_due_yet_waits(app: Flask, smtp: PostOffice) -> None:
    LetterFactory(next_try_at=clock.now() + timedelta(hours=1))
    assert deliver_due().is_idle
    assert smtp.connections == 0


def test_a_temporary_refusal_climbs_the_ladder_and_the_letter_arrives_later(
    app: Flask, smtp: PostOffice, wait_over: Callable[[], None]
) -> None:
    letter: Letter = LetterFactory()
    smtp.on_recipient = lambda address: "450 4.2.0 greylisted, come back later"
    for rung in LADDER[:3]:
        before = clock.now()
        assert deliver_due() == DeliveryReport(delayed=1)
        letter = reread(letter)
        wait = (letter.next_try_at - before).total_seconds()
        assert rung.seconds - 2 <= wait <= rung.seconds + 60
        assert letter.state == "pending" and "greylisted" in (letter.error or "")
        assert deliver_due().is_idle
        wait_over()
    smtp.on_recipient = lambda address: None
    assert deliver_due() == DeliveryReport(sent=1)
    assert len(smtp.deliveries) == 1


def test_after_the_last_rung_the_letter_is_given_up_and_kept(
    app: Flask, smtp: PostOffice, wait_over: Callable[[], None]
) -> None:
    letter: Letter = LetterFactory(attempts=len(LADDER))
    smtp.on_data = lambda address: "451 4.3.0 disk full"
    assert deliver_due() == DeliveryReport(failed=1)
    letter = reread(letter)
    assert letter.state == "failed" and letter.content
    wait_over()
    assert deliver_due().is_idle


def test_an_address_refused_for_good_fails_at_once_and_is_suppressed(app: Flask, smtp: PostOffice) -> None:
    letter: Letter = LetterFactory()
    smtp.on_recipient = lambda address: f"550 5.1.1 <{address}> does not exist"
    assert deliver_due() == DeliveryReport(failed=1)
    assert reread(letter).state == "failed"
    assert suppression_reason(letter.recipient) == "mail server answered 550 5.1.1"


def test_a_block_list_is_not_the_fault_of_the_address(app: Flask, smtp: PostOffice) -> None:
    letter: Letter = LetterFactory()
    smtp.on_recipient = lambda address: "554 5.7.1 your server is on a block list"
    assert deliver_due() == DeliveryReport(failed=1)
    assert suppression_reason(letter.recipient) is None


def test_a_refused_text_fails_without_blaming_the_address(app: Flask, smtp: PostOffice) -> None:
    letter: Letter = LetterFactory()
    smtp.on_data = lambda address: "554 5.6.0 we do not like this text"
    assert deliver_due() == DeliveryReport(failed=1)
    assert suppression_reason(letter.recipient) is None


def test_a_poison_letter_does_not_hold_up_the_others(app: Flask, smtp: PostOffice) -> None:
    poison: Letter = LetterFactory(recipient="jürgen@rathaus.example")
    good = [LetterFactory() for _ in range(3)]
    assert deliver_due() == DeliveryReport(sent=3, delayed=1)
    assert {d.recipients[0] for d in smtp.deliveries} == {letter.recipient for letter in good}
    poison = reread(poison)
    assert poison.state == "pending" and "UnicodeEncodeError" in (poison.error or "")
    assert poison.next_try_at > clock.now()


def test_one_refused_recipient_does_not_hold_up_the_others(app: Flask, smtp: PostOffice) -> None:
    refused, good = LetterFactory().recipient, LetterFactory().recipient
    smtp.on_recipient = lambda address: "550 5.1.1 no" if address == refused else None
    assert deliver_due() == DeliveryReport(sent=1, failed=1)
    assert smtp.to(good)
    assert smtp.connections == 1


def test_a_server_that_closes_the_talk_is_called_again_for_the_next_letter(
    app: Flask, smtp: PostOffice
) -> None:
    first, second = LetterFactory().recipient, LetterFactory().recipient
    smtp.on_recipient = lambda address: "421 4.3.2 closing" if address == first else None
    assert deliver_due() == DeliveryReport(sent=1, delayed=1)
    assert smtp.connections == 2
    assert smtp.to(second)


def test_a_silent_server_leaves_the_letter_unknown_and_it_is_sent_again_under_the_same_id(
    app: Flask, make_app: Callable[..., Flask], smtp: PostOffice, wait_over: Callable[[], None]
) -> None:
    letter: Letter = LetterFactory()
    answered = Event()
    smtp.on_data = lambda address: None if answered.wait(30) else "451 the test hangs"
    with make_app(mail_step_timeout=0.3).app_context():
        assert deliver_due() == DeliveryReport(delayed=1)
    answered.set()
    assert reread(letter).state == "unknown"
    smtp.on_data = lambda address: None
    wait_over()
    assert deliver_due() == DeliveryReport(sent=1)
    assert {message["Message-ID"] for message in smtp.messages} == {letter.message_id}


def test_a_server_that_is_down_loses_nothing_and_the_letters_climb_to_the_hourly_rung(
    make_app: Callable[..., Flask], smtp: PostOffice
) -> None:
    with make_app(mail_port=smtp.closed_port()).app_context():
        letter: Letter = LetterFactory()
        for expected in (60, 300, 900, 3600, 3600, 3600):
            before = clock.now()
            report = deliver_due()
            assert report == DeliveryReport(delayed=1, server_error="ConnectionRefusedError")
            letter = reread(letter)
            assert expected - 2 <= (letter.next_try_at - before).total_seconds() <= expected + 60
            assert letter.state == "pending"
            letter.next_try_at = clock.now() - timedelta(seconds=1)
            db.session.commit()
        # Three rungs stay in store for what the letter itself may meet.
        assert reread(letter).attempts == 4
    with make_app().app_context():
        assert deliver_due() == DeliveryReport(sent=1)


def test_the_log_of_a_bad_day_names_nobody(
    app: Flask, smtp: PostOffice, caplog: pytest.LogCaptureFixture
) -> None:
    for recipient in ("anna@rathaus.example", "bernd@rathaus.example", "jürgen@rathaus.example"):
        LetterFactory(recipient=recipient)
    smtp.on_recipient = lambda a: (
        f"550 5.1.1 <{a}> unknown" if a.startswith("a") else f"450 4.2.0 <{a}> later"
    )
    deliver_due()
    # The mail server of the test logs in this process too, and says everything.
    lines = "\n".join(str(record.msg) for record in caplog.records if record.name == "mail")
    assert "letter failed" in lines and "letter delayed" in lines
    assert "rathaus.example" not in lines


def test_asked_to_stop_it_finishes_the_letter_in_hand_and_gives_the_others_back(
    app: Flask, smtp: PostOffice
) -> None:
    for _ in range(3):
        LetterFactory()
    assert deliver_due(stop=lambda: bool(smtp.deliveries)) == DeliveryReport(sent=1)
    states = db.session.execute(select(Letter.state, Letter.claim).order_by(Letter.id)).all()
    assert [tuple(row) for row in states] == [("sent", None), ("pending", None), ("pending", None)]


def test_two_claims_never_share_a_letter(app: Flask) -> None:
    for _ in range(5):
        LetterFactory()
    _, first = claims.claim_due(3)
    _, second = claims.claim_due(3)
    assert len(first) == 3 and len(second) == 2
    assert not set(first) & set(second)


def test_a_letter_whose_claim_was_lost_is_not_begun(app: Flask, claims_outlived: Callable[[], None]) -> None:
    letter: Letter = LetterFactory()
    slow, _ = claims.claim_due(1)
    claims_outlived()
    assert claims.release_abandoned() == (1, 0)
    quick, _ = claims.claim_due(1)
    assert start(letter.id, slow) is None
    assert start(letter.id, quick) is not None


def test_a_claim_that_outlived_its_process_before_the_attempt_returns_silently(
    app: Flask, smtp: PostOffice, claims_outlived: Callable[[], None]
) -> None:
    letter: Letter = LetterFactory()
    claims.claim_due(1)
    assert deliver_due().is_idle
    claims_outlived()
    assert deliver_due() == DeliveryReport(sent=1)
    assert reread(letter).attempts == 1


def test_a_claim_that_outlived_its_process_within_the_attempt_is_unknown_and_tried_again(
    app: Flask, smtp: PostOffice, claims_outlived: Callable[[], None]
) -> None:
    letter: Letter = LetterFactory()
    claim, _ = claims.claim_due(1)
    start(letter.id, claim)
    claims_outlived()
    assert claims.release_abandoned() == (0, 1)
    letter = reread(letter)
    assert letter.state == "unknown" and "may have arrived" in (letter.error or "")
    assert deliver_due() == DeliveryReport(sent=1)


def test_what_is_sent_is_sent_even_if_the_claim_has_passed_on(
    app: Flask, claims_outlived: Callable[[], None]
) -> None:
    letter: Letter = LetterFactory()
    slow, _ = claims.claim_due(1)
    attempt = start(letter.id, slow)
    assert attempt is not None
    claims_outlived()
    claims.release_abandoned()
    quick, _ = claims.claim_due(1)
    with claims.line() as line:
        claims.mark_sent(line, attempt)
    assert start(letter.id, quick) is None
    assert reread(letter).state == "sent"


def test_a_fault_of_ours_gives_the_letters_back(
    app: Flask, smtp: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = [LetterFactory() for _ in range(2)]

    def broken(*arguments: Any) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(claims, "start_attempt", broken)
    with pytest.raises(RuntimeError, match="a fault of ours"):
        deliver_due()
    assert all(reread(letter).state == "pending" for letter in letters)


def test_only_the_letter_asked_for_leaves(app: Flask, smtp: PostOffice) -> None:
    LetterFactory()
    wanted = LetterFactory()
    assert deliver_due(only_key=wanted.key).sent == 1
    assert [d.recipients[0] for d in smtp.deliveries] == [wanted.recipient]


def test_the_connection_has_a_time_limit_and_does_not_wait_for_full_packets(
    app: Flask, smtp: PostOffice
) -> None:
    from socket import IPPROTO_TCP, TCP_NODELAY

    with smtp_room.VerifiedConnection() as connection:
        assert isinstance(connection.host, smtplib.SMTP) and connection.host.sock is not None
        assert connection.host.sock.gettimeout() == settings.current().mail_step_timeout == 30
        assert connection.host.sock.getsockopt(IPPROTO_TCP, TCP_NODELAY)
        assert connection.host.local_hostname in settings.current().public_url
