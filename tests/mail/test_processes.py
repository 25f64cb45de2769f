"""Several real processes on one database and one real mail server."""

import os
import signal
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Semaphore

import pytest
from flask import Flask
from sqlalchemy import func, select

from kleinstadt_net import jobs
from kleinstadt_net.database import db
from kleinstadt_net.mail.delivery import DeliveryReport, deliver_due
from kleinstadt_net.models import JobHeartbeat, JobRun, Letter
from tests.factories import AccountFactory, LetterFactory
from tests.mail.conftest import reread
from tests.mail.processes import SECONDS, Commands, commands, finish
from tests.support.databases import Database
from tests.support.smtp import LOOPBACK, PostOffice

LETTERS = 60


@pytest.fixture
def flask(app: Flask, database: Database, tmp_path: Path) -> Iterator[Commands]:
    with commands(database, tmp_path) as made:
        yield made


def test_two_schedulers_and_eight_deliveries_at_once_send_each_letter_exactly_once(
    app: Flask, smtp: PostOffice, flask: Commands
) -> None:
    person = AccountFactory().id
    letters = [LetterFactory(account_id=person, kind="digest").recipient for _ in range(LETTERS)]
    arrived = Semaphore(0)
    smtp.on_data = lambda address: arrived.release()
    process = flask.start_together(["jobs run"] * 2 + ["letters deliver"] * 8, smtp.port)
    assert process.stdout is not None
    schedulers, ended, running = [], 0, 0
    while ended < 8 or running < 2:
        line = process.stdout.readline()
        assert line, "the launcher ended early"
        ended += line.startswith("ended")
        running += line.startswith("Jobs are running")
        if line.startswith("started") and "jobs run" in line:
            schedulers.append(int(line.split()[1]))
    for _ in range(LETTERS):
        assert arrived.acquire(timeout=SECONDS)
    # Told to end any sooner, a scheduler would rightly give back what it has not begun.
    for pid in schedulers:
        os.kill(pid, signal.SIGTERM)
    code, output = finish(process)
    assert code == 0 and output.count("Jobs have ended.") == 2, output
    assert Counter(d.recipients[0] for d in smtp.deliveries) == Counter(letters)
    assert db.session.scalar(select(func.count()).where(Letter.state == "sent")) == LETTERS
    assert set(db.session.scalars(select(JobHeartbeat.name))) == {job.name for job in jobs.JOBS}
    for detail in db.session.scalars(select(JobRun.detail).where(JobRun.name == "letters")):
        assert detail.startswith("sent ")


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
