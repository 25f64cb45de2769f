"""A PostgreSQL that really goes away while the mail server holds a letter: its connections ended, new ones refused.

The mail server does it, after it has read the text and before it says 250, so that the mark of the letter meets it.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select, text
from sqlalchemy.engine import ExceptionContext

from kleinstadt_net import jobs, settings
from kleinstadt_net.database import db
from kleinstadt_net.mail.delivery import deliver_due
from kleinstadt_net.models import JobRun, Letter
from kleinstadt_net.services import operations
from tests.factories import LetterFactory
from tests.mail.conftest import shift
from tests.support import databases
from tests.support.postgres import Server
from tests.support.smtp import PostOffice

LETTERS = 3


class Vanishing:
    """A database of its own; ``go`` and ``come_back`` are what an administrator would do at a restart."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.name = f"kleinstadt_away_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
        self.url = databases.new_postgresql(server, self.name).url

    def go(self) -> None:
        self._administer(f"ALTER DATABASE {self.name} ALLOW_CONNECTIONS false")
        # The number is how many milliseconds it may take, so that none is left when the server says 250.
        self._administer(
            f"SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE datname = '{self.name}'"
        )

    def come_back(self) -> None:
        self._administer(f"ALTER DATABASE {self.name} ALLOW_CONNECTIONS true")

    def _administer(self, statement: str) -> None:
        with databases.administrator(self._server) as connection:
            connection.execute(text(statement))


@pytest.fixture
def vanishing(postgresql_server: Server) -> Iterator[Vanishing]:
    databases.postgresql_template(postgresql_server)
    made = Vanishing(postgresql_server)
    yield made
    databases.remove_postgresql(postgresql_server, made.name)


@contextmanager
def application(vanishing: Vanishing, smtp: PostOffice, **given: object) -> Iterator[Flask]:
    made = databases.application(vanishing.url, mail_server=smtp.host, mail_port=smtp.port, **given)
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def app(vanishing: Vanishing, smtp: PostOffice) -> Iterator[Flask]:
    with application(vanishing, smtp) as made:
        yield made


@pytest.fixture
def hasty_app(vanishing: Vanishing, smtp: PostOffice) -> Iterator[Flask]:
    """Its claims last a second, so it does not insist for longer."""
    with application(vanishing, smtp, mail_claim_timeout=1) as made:
        yield made


def ids_of(number: int) -> dict[str, str]:
    """So many letters that are due: their recipients and Message-IDs."""
    return {letter.recipient: letter.message_id for letter in (LetterFactory() for _ in range(number))}


def once(happening: Callable[[], None]) -> Callable[[str], None]:
    """For ``on_data``: the first letter brings it about."""
    waiting = [happening]
    return lambda address: waiting.pop()() if waiting else None


def copies(smtp: PostOffice) -> Counter[tuple[str, str]]:
    """How often each mailbox holds which letter."""
    return Counter((d.recipients[0], str(d.message["Message-ID"])) for d in smtp.deliveries)


def states() -> Counter[str]:
    db.session.rollback()
    return Counter(db.session.scalars(select(Letter.state)))


def test_a_database_that_comes_back_in_time_costs_no_second_copy(
    app: Flask, vanishing: Vanishing, smtp: PostOffice, caplog: pytest.LogCaptureFixture
) -> None:
    ids = ids_of(LETTERS)
    met: list[str] = []

    def come_back_after_two(context: ExceptionContext) -> None:
        met.append(str(context.original_exception))
        if len(met) == 2:
            vanishing.come_back()

    event.listen(db.engine, "handle_error", come_back_after_two)
    smtp.on_data = once(vanishing.go)
    assert deliver_due().sent == LETTERS
    assert copies(smtp) == Counter(ids.items())
    assert db.session.scalars(select(Letter.state)).all() == ["sent"] * LETTERS
    # In PostgreSQL's own words: the connection of the talk was ended, and a new one was refused.
    assert "terminating connection due to administrator command" in met[0]
    assert "not currently accepting connections" in met[1]
    assert caplog.text.count("database does not take the mark of a letter") == 2


def test_one_that_stays_away_leaves_only_the_letter_in_hand_in_doubt_and_is_told(
    hasty_app: Flask, vanishing: Vanishing, smtp: PostOffice, caplog: pytest.LogCaptureFixture
) -> None:
    ids = ids_of(LETTERS)
    smtp.on_data = once(vanishing.go)
    tick = next(job for job in jobs.JOBS if job.name == "letters")
    jobs.tick(hasty_app, tick)
    assert operations.troubles() == ("database",)
    assert "job failed" in caplog.text and "job could not be noted" in caplog.text
    assert len(smtp.deliveries) == 1
    (in_hand,) = copies(smtp)

    vanishing.come_back()
    assert states() == {"claimed": LETTERS}
    shift("claimed_at", timedelta(seconds=settings.current().claim_timeout + 1))
    jobs.tick(hasty_app, tick)
    assert states() == {"sent": LETTERS}
    # From here it cannot be told from a letter that never left: a second copy, which mail programs know as the same.
    assert copies(smtp) == Counter(ids.items()) + Counter([in_hand])
    assert db.session.scalars(select(JobRun.detail)).all() == ["sent 3, delayed 0, failed 0, unknown 1"]
