"""How fast letters leave, whether any do, and what the mark of one has to do with the next."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.mail import claims, insistence
from kleinstadt_net.mail.claims import Attempt
from kleinstadt_net.mail.delivery import DeliveryReport, deliver_due
from kleinstadt_net.models import Installation, Letter
from tests.factories import LetterFactory
from tests.mail.conftest import reread
from tests.support.smtp import PostOffice


def set_pause(is_paused: bool) -> None:
    db.session.execute(update(Installation).values(sending_paused_at=clock.now() if is_paused else None))
    db.session.commit()


def states() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Letter.state).order_by(Letter.id)))


def test_while_sending_is_paused_no_letter_leaves_and_afterwards_all_do(app: Flask, smtp: PostOffice) -> None:
    letters = [LetterFactory() for _ in range(2)]
    set_pause(True)
    assert deliver_due().is_idle
    assert smtp.connections == 0 and {reread(letter).attempts for letter in letters} == {0}
    set_pause(False)
    assert deliver_due() == DeliveryReport(sent=2)


def test_a_pause_in_the_middle_of_a_talk_lets_only_the_letter_in_hand_leave(
    app: Flask, smtp: PostOffice
) -> None:
    for _ in range(3):
        LetterFactory()

    def pause(address: str) -> None:
        with app.app_context():
            set_pause(True)

    smtp.on_data = pause
    assert deliver_due() == DeliveryReport(sent=1)
    assert states() == ["sent", "pending", "pending"]


def test_no_minute_sees_more_letters_than_allowed_however_many_take_turns(
    make_app: Callable[..., Flask], smtp: PostOffice, claims_outlived: Callable[[], None]
) -> None:
    with make_app(mail_per_minute=3, mail_batch_size=2).app_context():
        for _ in range(5):
            LetterFactory()
        _, held = claims.claim_due(1)
        assert deliver_due() == DeliveryReport(sent=2)
        assert deliver_due().is_idle and len(held) == 1
        claims_outlived()
        # The minute is over, and the one that was held and never begun has been given up.
        assert deliver_due() == DeliveryReport(sent=3)
        assert deliver_due().is_idle


def test_marking_one_letter_begins_the_next_in_the_same_commit(app: Flask) -> None:
    first, second = LetterFactory().id, LetterFactory().id
    claim, _ = claims.claim_due(2)
    with claims.line() as line:
        attempt = claims.start_attempt(line, first, claim)
        assert attempt is not None
        following = claims.advance(line, attempt, second)
    assert following is not None and (following.letter_id, following.attempts) == (second, 1)
    rows = db.session.execute(select(Letter.state, Letter.attempt_started_at).order_by(Letter.id)).all()
    assert [row.state for row in rows] == ["sent", "claimed"]
    assert all(row.attempt_started_at is not None for row in rows)


def test_if_the_next_is_another_process_by_now_the_first_is_marked_all_the_same(
    app: Flask, claims_outlived: Callable[[], None]
) -> None:
    first, second = LetterFactory().id, LetterFactory().id
    claim, _ = claims.claim_due(2)
    with claims.line() as line:
        attempt = claims.start_attempt(line, first, claim)
        assert attempt is not None
        claims_outlived()
        claims.release_abandoned()
        assert claims.advance(line, attempt, second) is None
    assert states() == ["sent", "pending"]


def failing(times: int, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Marks are refused so many times, as by a full disk."""
    refused: list[str] = []

    def noted(sent: Attempt) -> dict[str, Any]:
        if len(refused) < times:
            refused.append("refused")
            raise OperationalError("UPDATE letters", {}, Exception("database or disk is full"))
        return real(sent)

    real = claims._noted
    monkeypatch.setattr(claims, "_noted", noted)
    monkeypatch.setattr(insistence, "FIRST_WAIT", 0.001)
    return refused


def test_an_accepted_letter_is_marked_once_the_database_takes_it_and_none_is_sent_twice(
    app: Flask, smtp: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        LetterFactory()
    refused = failing(4, monkeypatch)
    assert deliver_due() == DeliveryReport(sent=2)
    assert len(refused) == 4 and len(smtp.deliveries) == 2
    assert states() == ["sent", "sent"]


def test_a_mark_that_fails_as_long_as_the_claim_holds_leaves_the_letter_unknown(
    make_app: Callable[..., Flask],
    smtp: PostOffice,
    monkeypatch: pytest.MonkeyPatch,
    claims_outlived: Callable[[], None],
) -> None:
    with make_app(mail_claim_timeout=1).app_context():
        for _ in range(2):
            LetterFactory()
        failing(1_000, monkeypatch)
        with pytest.raises(OperationalError):
            deliver_due()
        assert states() == ["claimed", "pending"]
        claims_outlived()
        claims.release_abandoned()
        assert states() == ["unknown", "pending"]
        assert len(smtp.deliveries) == 1
