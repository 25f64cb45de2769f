"""A whole month made by several real processes at once: one round, and one letter for each person."""

import os
import re
import signal
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from subprocess import Popen
from threading import Semaphore

import pytest
from flask import Flask
from sqlalchemy import func, select

from kleinstadt_net import clock, jobs
from kleinstadt_net.database import db
from kleinstadt_net.digest import due
from kleinstadt_net.models import DigestIssue, JobHeartbeat, Letter, OneTimeLink, Round, Suggestion, Welcome
from kleinstadt_net.vocabulary import TOPICS
from tests.factories import (
    AccountFactory,
    MembershipFactory,
    StanceFactory,
    SubscriptionFactory,
    TownFactory,
    TownFigureFactory,
)
from tests.mail.processes import SECONDS, Commands, commands, finish
from tests.support.databases import Database
from tests.support.smtp import PostOffice

TOWNS = 12
READERS_OF_A_TOWN = 2
HALF_AN_HOUR = timedelta(minutes=30)
ANSWER = re.compile(r"/antwort/([\w-]+)\?a=contact")


@pytest.fixture
def flask(app: Flask, database: Database, tmp_path: Path) -> Iterator[Commands]:
    with commands(database, tmp_path) as made:
        yield made


# A dozen processes that each start Python: on the other database when all are asked for.
@pytest.mark.on_postgresql
def test_three_schedulers_and_eight_deliveries_whose_clocks_differ_send_everybody_one_letter_for_the_month(
    app: Flask, smtp: PostOffice, flask: Commands
) -> None:
    readers = [address for n in range(TOWNS) for address in make_town(n)]
    arrived = Semaphore(0)
    smtp.on_data = lambda address: arrived.release()
    right, slow, fast = clocks(opening_of_next_month() + timedelta(hours=1))

    # All find the month due by the calendar, and race for its round, its letters and each of them.
    timetable = flask.start_together(
        [f"{clock_} jobs run" for clock_ in (right, slow, fast)]
        + [f"{clock_} rounds run" for clock_ in (right, fast)],
        smtp.port,
    )
    schedulers = started_and_ended(timetable, "rounds run")
    deliveries = [f"{clock_} letters deliver" for clock_ in (right, slow, fast, right) * 2]
    together(flask, [f"{right} digests enqueue", f"{slow} digests enqueue", *deliveries], smtp.port)
    # Those were at work while letters were still being written; these find all of them there.
    together(flask, deliveries, smtp.port)
    for _ in readers:
        assert arrived.acquire(timeout=SECONDS)
    for pid in schedulers:
        os.kill(pid, signal.SIGTERM)
    code, output = finish(timetable)

    assert code == 0 and output.count("Jobs have ended.") == 3, output
    month = opening_of_next_month().strftime("%Y-%m")
    assert Counter(d.recipients for d in smtp.deliveries) == Counter((address,) for address in readers)
    letters = db.session.execute(select(Letter.kind, Letter.period, Letter.state)).all()
    assert Counter(map(tuple, letters)) == {("digest", month, "sent"): len(readers)}
    issues = db.session.execute(select(DigestIssue.period, DigestIssue.outcome)).all()
    assert Counter(map(tuple, issues)) == {(month, "written"): len(readers)}
    assert db.session.scalars(select(Round.month)).all() == [month]
    assert_every_answer_link_was_sent(smtp)
    assert set(db.session.scalars(select(JobHeartbeat.name))) == {job.name for job in jobs.JOBS}


def opening_of_next_month() -> datetime:
    """A moment at which no clock half an hour off shows another month, whatever today is."""
    return due.opening(due.month_after(clock.current_month()), ())


def clocks(moment: datetime) -> tuple[str, str, str]:
    """For the launcher: a clock that is right, one half an hour slow and one half an hour fast."""
    return tuple(f"@{(moment + off * HALF_AN_HOUR).isoformat()}" for off in (0, -1, 1))  # type: ignore[return-value]


def make_town(n: int) -> list[str]:
    """A town with something to share; the addresses of those in it who read the letter."""
    town = TownFactory(taking_part=True)
    TownFigureFactory(town=town)
    for step, state in enumerate(("in_progress", "seeking", "strength")):
        StanceFactory(town_id=town.id, subject=list(TOPICS)[(n + 5 * step) % 12], state=state)
    # Welcomed long ago: her letter would come at this moment, too.
    db.session.add(Welcome(town_id=town.id, inputs={}, welcomed_at=clock.now()))
    people = [MembershipFactory(town=town).account for _ in range(READERS_OF_A_TOWN)]
    for person in people:
        SubscriptionFactory(account_id=person.id)
    # Present in the same town hall, but she has not asked for the letter or no longer wants it.
    SubscriptionFactory(
        account_id=MembershipFactory(town=town, account=AccountFactory()).account_id, frequency="off"
    )
    return [person.email for person in people]


def started_and_ended(launcher: Popen[str], command: str) -> list[int]:
    """Wait until every process of ``command`` has ended well and all others say that they are running."""
    assert launcher.stdout is not None
    expected, ended, running = 0, 0, 0
    others: list[int] = []
    while not expected or ended < expected or running < len(others):
        line = launcher.stdout.readline()
        assert line, "the launcher ended early"
        if line.startswith("started"):
            expected += line.endswith(f"{command}\n")
            others += [] if line.endswith(f"{command}\n") else [int(line.split()[1])]
        if line.startswith("ended"):
            assert line.endswith(" 0\n"), line
            ended += 1
        running += line.startswith("Jobs are running")
    return others


def together(flask: Commands, command_lines: list[str], port: int) -> None:
    code, output = finish(flask.start_together(command_lines, port))
    assert code == 0, output


def assert_every_answer_link_was_sent(smtp: PostOffice) -> None:
    """A letter written twice would leave links behind that nobody was sent, or send some that lead nowhere."""
    sent = []
    for message in smtp.messages:
        body = message.get_body(("plain",))
        assert body is not None
        sent += ANSWER.findall(body.get_content())
    stored = db.session.scalar(select(func.count()).select_from(OneTimeLink))
    proposed = db.session.scalar(select(func.count()).select_from(Suggestion))
    assert len(set(sent)) == len(sent) == stored == (proposed or 0) * READERS_OF_A_TOWN
