"""Several real processes on one database and one real mail server."""

import signal
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.mail.delivery import DeliveryReport, deliver_due
from kleinstadt_net.models import Letter
from tests.factories import LetterFactory
from tests.mail.conftest import reread
from tests.mail.crashing import crash
from tests.mail.processes import SECONDS, Commands, commands, finish
from tests.support.databases import Database
from tests.support.smtp import LOOPBACK, PostOffice


@pytest.fixture
def flask(app: Flask, database: Database, tmp_path: Path) -> Iterator[Commands]:
    with commands(database, tmp_path) as made:
        yield made


@pytest.mark.on_postgresql
def test_a_process_killed_between_claim_and_attempt_costs_nothing(
    app: Flask, smtp: PostOffice, flask: Commands, claims_outlived: Callable[[], None]
) -> None:
    letter: Letter = LetterFactory()
    with socket.create_server((LOOPBACK, 0)) as silent:
        silent.settimeout(SECONDS)
        process = flask.start("letters", "deliver", port=silent.getsockname()[1])
        # It has claimed the letter and waits for a greeting that never comes.
        with silent.accept()[0]:
            process.kill()
            finish(process)
    letter = reread(letter)
    assert (letter.state, letter.attempt_started_at, letter.attempts) == ("claimed", None, 0)
    assert deliver_due().is_idle
    claims_outlived()
    assert deliver_due() == DeliveryReport(sent=1)
    assert len(smtp.deliveries) == 1


def test_a_process_killed_after_the_text_was_sent_leaves_it_unknown_and_the_same_letter_comes_again(
    app: Flask, smtp: PostOffice, flask: Commands, claims_outlived: Callable[[], None]
) -> None:
    letter: Letter = LetterFactory()

    def kill_the_sender(address: str) -> None:
        process.kill()
        process.wait(SECONDS)

    smtp.on_data = kill_the_sender
    process = flask.start("letters", "deliver", port=smtp.port)
    finish(process)
    letter = reread(letter)
    assert letter.state == "claimed" and letter.attempt_started_at is not None
    smtp.on_data = lambda address: None
    claims_outlived()
    assert deliver_due() == DeliveryReport(sent=1, unknown=1)
    assert [message["Message-ID"] for message in smtp.messages] == [letter.message_id] * 2


def test_of_letters_whose_processes_are_killed_at_random_moments_none_is_lost(
    app: Flask, smtp: PostOffice, flask: Commands
) -> None:
    report = crash(flask, smtp, letters=30, kills=8, seed=7)
    assert (report.kills, report.lost, report.strange, report.unsent) == (8, 0, 0, 0), report
    assert report.doubled <= report.kills and report.most <= 1 + report.kills


@pytest.mark.on_postgresql
def test_told_to_end_a_delivery_finishes_the_letter_in_hand(
    app: Flask, smtp: PostOffice, flask: Commands
) -> None:
    for _ in range(4):
        LetterFactory()
    smtp.on_data = lambda address: process.send_signal(signal.SIGTERM)
    process = flask.start("letters", "deliver", port=smtp.port)
    code, output = finish(process)
    assert code == 0 and "sent 1," in output, output
    assert len(smtp.deliveries) == 1
    states = Counter(db.session.scalars(select(Letter.state)))
    assert states == {"sent": 1, "pending": 3}
