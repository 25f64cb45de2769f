"""Days on which something is wrong with us: nobody is written to twice, nobody is forgotten, the operator is told."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event, select, text
from sqlalchemy.exc import OperationalError

from kleinstadt_net import jobs, territory
from kleinstadt_net.database import db
from kleinstadt_net.mail.delivery import deliver_due
from kleinstadt_net.models import Account, DigestIssue, DigestItem, Letter, OneTimeLink, Town
from kleinstadt_net.services import digest_desk, digest_letter, letters, operations, rounds
from tests.factories import (
    AccountFactory,
    LetterFactory,
    MembershipFactory,
    RoundFactory,
    SubscriptionFactory,
    SuggestionAnswerFactory,
    SuggestionFactory,
    TownFactory,
)
from tests.support.letters import bodies, text_of
from tests.support.smtp import PostOffice

TUESDAY = datetime(2026, 12, 1, 9, 0, tzinfo=territory.TIME_ZONE)
MONTH = "2026-12"


@pytest.fixture(autouse=True)
def today() -> Iterator[time_machine.Traveller]:
    """The first Tuesday of December, which is also its first day."""
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def _operator(app: Flask) -> None:
    AccountFactory(is_operator=True)


def readers(number: int, *, month: str = MONTH) -> list[Account]:
    """People with one suggestion each in the round of a month."""
    made, suggested = [], RoundFactory(month=month)
    for _ in range(number):
        home = TownFactory(taking_part=True)
        person = MembershipFactory(town=home).account
        SubscriptionFactory(account_id=person.id)
        SuggestionFactory(round=suggested, town=home)
        made.append(person)
    return made


def tick(app: Flask, name: str) -> None:
    jobs.tick(app, next(job for job in jobs.JOBS if job.name == name))
    db.session.rollback()


def written() -> list[Letter]:
    rows = select(Letter).where(Letter.kind == "digest").order_by(Letter.id)
    return list(db.session.scalars(rows, execution_options={"populate_existing": True}))


def told_operator() -> str:
    letter = db.session.scalars(select(Letter).where(Letter.kind == "operator_alert")).one()
    return text_of(letter)


def test_a_letter_that_cannot_be_made_is_logged_once_the_operator_told_and_all_others_go(
    app: Flask, smtp: PostOffice, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    people = readers(3)
    poison, made = people[1].id, digest_letter.fitted

    def fitted(reader: Any, *arguments: Any, **given: Any) -> Any:
        if reader.account_id == poison:
            raise RuntimeError("a template that raises")
        return made(reader, *arguments, **given)

    monkeypatch.setattr(digest_letter, "fitted", fitted)
    tick(app, "digests")
    assert caplog.text.count("digest not made") == 1
    tick(app, "alerts")
    assert operations.open_alerts() == ["compose_failed"]
    assert "ließ sich nicht schreiben" in told_operator()
    tick(app, "letters")
    assert {letter.account_id for letter in written()} == {people[0].id, people[2].id}

    monkeypatch.undo()
    tick(app, "digests")
    tick(app, "letters")
    tick(app, "alerts")
    assert operations.open_alerts() == []
    assert [letter.state for letter in written()] == ["sent"] * 3


def test_a_round_that_never_comes_is_waited_for_a_day_then_letters_go_without_it(
    app: Flask, today: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Something to tell without a round: another town has asked for a talk, a month ago.
    earlier = RoundFactory(month="2026-11")
    for person in readers(2, month="2026-10"):
        asked = SuggestionFactory(round=earlier, peer=person.memberships[0].town)
        SuggestionAnswerFactory(suggestion_id=asked.id)

    def broken(*arguments: Any) -> None:
        raise RuntimeError("the engine does not start")

    monkeypatch.setattr(rounds, "ensure_current", broken)
    for _ in range(2):
        tick(app, "digests")
        assert written() == []
        today.shift(timedelta(hours=12))
    today.shift(timedelta(hours=1))
    tick(app, "digests")
    assert len(written()) == 2
    tick(app, "alerts")
    assert operations.open_alerts() == ["no_round", "round_missed"]
    assert "noch keine Vorschläge" in told_operator()
    tick(app, "digests")
    assert len(written()) == 2


def test_a_clock_put_back_a_day_over_the_end_of_a_month_sends_nothing_twice(
    app: Flask, smtp: PostOffice, today: time_machine.Traveller
) -> None:
    people = readers(2)
    for days in (0, -1, 1, -1, 1):
        today.shift(timedelta(days=days))
        tick(app, "digests")
        tick(app, "letters")
    assert [(letter.account_id, letter.period) for letter in written()] == [(p.id, MONTH) for p in people]
    assert sorted(d.recipients[0] for d in smtp.deliveries) == sorted(p.email for p in people)


def test_after_a_restore_a_month_that_had_left_is_closed_without_a_second_letter(
    app: Flask, smtp: PostOffice
) -> None:
    """As docs/betrieb/sicherung.md says: written and held before the scheduler starts."""
    people = readers(2)
    tick(app, "digests")
    assert letters.hold_waiting() == 2
    for job in ("digests", "letters", "alerts"):
        tick(app, job)
    assert smtp.deliveries == [] and [letter.state for letter in written()] == ["failed"] * 2
    assert operations.open_alerts() == []
    assert letters.retry_failed(1) == 2
    tick(app, "letters")
    assert sorted(d.recipients[0] for d in smtp.deliveries) == sorted(p.email for p in people)


@contextmanager
def full_disk() -> Iterator[None]:
    """No further page for SQLite. For PostgreSQL only its words for it, at the first letter: a real one would need a
    disk of its own, which only root can make (seen once by hand: the same words, and the same outcome)."""
    if db.engine.dialect.name == "sqlite":
        pages = db.session.scalar(text("PRAGMA page_count"))
        before = db.session.scalar(text("PRAGMA max_page_count"))

        def limit(connection: Any, *rest: Any, to: int = pages) -> None:
            connection.execute(f"PRAGMA max_page_count={to}")

        db.session.rollback()
        event.listen(db.engine, "checkout", limit)
        yield
        event.remove(db.engine, "checkout", limit)
        db.session.rollback()
        with db.engine.connect() as connection:
            connection.execute(text(f"PRAGMA max_page_count={before}"))
        return
    with refused("INSERT INTO letters", "could not extend file: No space left on device"):
        yield


@contextmanager
def refused(statement: str, why: str, times: int | None = None) -> Iterator[None]:
    """The database refuses statements that begin so, always or a few times."""
    left = [times]

    def refuse(connection: Any, cursor: Any, said: str, *rest: Any) -> None:
        if said.startswith(statement) and left[0] != 0:
            left[0] = None if left[0] is None else left[0] - 1
            raise OperationalError(said, None, Exception(why))

    event.listen(db.engine, "before_cursor_execute", refuse)
    yield
    event.remove(db.engine, "before_cursor_execute", refuse)


def test_on_a_full_disk_no_letter_is_half_written_and_all_are_once_there_is_room(
    app: Flask, smtp: PostOffice
) -> None:
    people = readers(3)
    with full_disk():
        tick(app, "digests")
        tick(app, "digests")
    for model in (Letter, DigestIssue, DigestItem, OneTimeLink):
        assert db.session.scalars(select(model.id)).all() == []
    tick(app, "digests")
    tick(app, "letters")
    assert [letter.state for letter in written()] == ["sent"] * 3
    assert sorted(d.recipients[0] for d in smtp.deliveries) == sorted(p.email for p in people)


def test_a_database_away_between_the_text_and_its_mark_costs_no_second_copy(
    app: Flask, smtp: PostOffice
) -> None:
    """Its words alone, on both databases; ``test_database_away.py`` has a PostgreSQL that really goes."""
    for _ in range(2):
        # Due by the database's clock, which does not travel.
        LetterFactory(next_try_at=TUESDAY - timedelta(days=365))
    accepted: list[str] = []
    smtp.on_data = lambda address: accepted.append(address)
    with refused_after(lambda: bool(accepted), times=2):
        assert deliver_due().sent == 2
    assert len(smtp.deliveries) == 2
    assert db.session.scalars(select(Letter.state)).all() == ["sent"] * 2


@contextmanager
def refused_after(happened: Callable[[], bool], times: int) -> Iterator[None]:
    """The database refuses the first changes of letters after something has happened."""
    left = [times]

    def refuse(connection: Any, cursor: Any, said: str, *rest: Any) -> None:
        if "UPDATE letters" in said and happened() and left[0]:
            left[0] -= 1
            raise OperationalError(said, None, Exception("server closed the connection unexpectedly"))

    event.listen(db.engine, "before_cursor_execute", refuse)
    yield
    event.remove(db.engine, "before_cursor_execute", refuse)
    assert not left[0]


def test_names_with_line_breaks_emoji_and_marks_of_direction_make_a_plain_letter(app: Flask) -> None:
    (person,) = readers(1)
    person.first_name, person.last_name = "Anna 🌻\r\nBcc: alle@rathaus.example", "\u202eMuster\u2066"
    peer = db.session.scalars(select(Town).order_by(Town.id.desc())).first()
    assert peer is not None
    peer.name = "Ellern\u202erode\u2028am See 🏞️"
    db.session.commit()
    tick(app, "digests")
    (letter,) = written()
    message = message_from_bytes(letter.content, policy=policy.default)
    assert message["Bcc"] is None and not message.defects
    assert len(message["To"].addresses) == 1 and message["To"].addresses[0].addr_spec == person.email
    whole = (letter.subject, *bodies(letter), str(message["To"]))
    assert not [part for part in whole if set(part) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068")]
    assert all("🌻" in body and "🏞️" in body for body in bodies(letter))


def test_somebody_without_a_town_gets_no_letter_and_counts_for_none(
    app: Flask, today: time_machine.Traveller
) -> None:
    readers(1)
    SubscriptionFactory(account_id=AccountFactory().id)
    assert digest_desk.desk(TUESDAY).progress.open == 1
    tick(app, "digests")
    today.shift(timedelta(days=2))
    tick(app, "digests")
    assert len(written()) == 1
    assert digest_desk.desk(TUESDAY + timedelta(days=2)).progress.open == 0
    assert operations.open_alerts() == []
