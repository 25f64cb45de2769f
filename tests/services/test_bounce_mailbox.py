"""What came back, fetched from a real IMAP server: nothing is lost and nothing happens twice, whatever breaks."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import trustme
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from kleinstadt_net import clock, jobs
from kleinstadt_net.database import db
from kleinstadt_net.mail import imap, inbound
from kleinstadt_net.mail.suppressions import suppression_reason
from kleinstadt_net.models import Bounce, JobRun, Letter
from kleinstadt_net.services import bounce_mailbox, bounces
from tests.factories import LetterFactory
from tests.support import returned
from tests.support.certificates import server_context
from tests.support.imap import HANG_UP, HANG_UP_AFTER, PASSWORD, REFUSE, SILENT, USER, MailRoom

ANNA = "anna@rathaus.example"
DONE = "Processed"


@pytest.fixture(scope="module")
def server(authority: trustme.CA) -> Iterator[MailRoom]:
    made = MailRoom(server_context(authority))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def room(server: MailRoom) -> MailRoom:
    server.reset()
    return server


@pytest.fixture
def make_mailbox_app(make_app: Callable[..., Flask], room: MailRoom) -> Callable[..., Flask]:
    """Applications that ask the server; ``make_mailbox_app(mail_imap_password="…")``."""
    asked = {
        "mail_imap_server": room.host,
        "mail_imap_port": room.port,
        "mail_imap_username": USER,
        "mail_imap_password": PASSWORD,
    }
    return lambda **given: make_app(**{**asked, **given})


@pytest.fixture
def mailbox_app(make_mailbox_app: Callable[..., Flask], trusted: None) -> Iterator[Flask]:
    app = make_mailbox_app()
    with app.app_context():
        yield app


def sent(number: int, address: str = ANNA) -> Letter:
    letter: Letter = LetterFactory(
        recipient=address, state="sent", sent_at=clock.now(), bounce_token=f"{number:032x}"
    )
    return letter


def soft(number: int) -> bytes:
    """A report about a letter of its own to an address of its own."""
    letter = sent(number, f"empfang{number}@rathaus.example")
    return returned.report(str(letter.bounce_token), "4.4.7")


def counted() -> int:
    return db.session.scalar(select(func.count(Bounce.id))) or 0


@pytest.mark.both_databases
def test_each_message_comes_to_what_it_would_from_a_maildir_and_none_is_read_twice(
    mailbox_app: Flask, room: MailRoom
) -> None:
    gone, bert = sent(1), sent(2, "bert@rathaus.example")
    room.put(
        returned.report(str(gone.bounce_token), "5.1.1"),
        soft(3),
        returned.answer(bert.message_id, "bert@rathaus.example", subject="Abwesenheitsnotiz: AW"),
        returned.answer(bert.message_id, "bert@rathaus.example"),
        b"Subject: Gewinnspiel\r\n\r\nNichts von uns.\r\n",
    )
    poll = bounce_mailbox.poll()
    assert poll.outcomes == {"suppressed": 1, "noted": 1, "hinted": 1, "ignored": 2}
    assert (poll.error, poll.waiting, poll.is_clean) == (None, 0, True)
    assert suppression_reason(ANNA) == "report 5.1.1"
    assert room.folder() == [] and len(room.folder(DONE)) == 5
    assert bounce_mailbox.poll().outcomes == {}
    assert counted() == 2


@pytest.mark.both_databases
def test_a_message_that_cannot_be_read_is_set_aside_with_a_star_and_logged_once(
    mailbox_app: Flask, room: MailRoom, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The server itself would choke on a truly poisonous one; those are in ``test_bounces.py``."""
    read = inbound.read

    def choke(raw: bytes, host: str) -> inbound.Incoming:
        if b"poison" in raw:
            raise RecursionError
        return read(raw, host)

    monkeypatch.setattr(inbound, "read", choke)
    room.put(soft(1), b"Subject: poison\r\n\r\n\r\n", soft(2))
    poll = bounce_mailbox.poll()
    assert poll.outcomes == {"noted": 2, "unreadable": 1} and not poll.is_clean
    assert bounce_mailbox.poll().outcomes == {}
    assert caplog.text.count("message cannot be taken in") == 1
    (aside,) = [flags for flags, raw in room.folder(DONE) if b"poison" in raw]
    assert rb"\Flagged" in aside


@pytest.mark.parametrize(
    ("command", "number", "when"),
    [
        ("AUTHENTICATE", 1, HANG_UP),
        ("SELECT", 1, HANG_UP),
        ("UID SEARCH", 1, HANG_UP),
        ("UID FETCH", 2, HANG_UP),
        ("UID MOVE", 2, HANG_UP),
        ("UID MOVE", 2, HANG_UP_AFTER),
        ("UID MOVE", 3, HANG_UP_AFTER),
    ],
)
def test_a_line_that_breaks_loses_nothing_and_the_next_poll_goes_on(
    mailbox_app: Flask, room: MailRoom, command: str, number: int, when: str
) -> None:
    room.put(*(soft(n) for n in (1, 2, 3)))
    room.habit = lambda given, times: when if (given, times) == (command, number) else None
    assert "broke off" in (bounce_mailbox.poll().error or "")
    room.habit = lambda given, times: None
    assert bounce_mailbox.poll().error is None
    assert counted() == 3
    assert room.folder() == [] and len(room.folder(DONE)) == 3


@pytest.mark.both_databases
def test_two_that_poll_at_once_change_nothing_more_than_one(mailbox_app: Flask, room: MailRoom) -> None:
    room.put(*(soft(n) for n in (1, 2, 3)))
    others: list[bounce_mailbox.Poll] = []

    def meanwhile() -> bool:
        if not others:
            others.append(bounce_mailbox.poll())
        return False

    assert bounce_mailbox.poll(stop=meanwhile).outcomes == {"known": 3}
    assert others[0].outcomes == {"noted": 3}
    assert counted() == 3 and len(room.folder(DONE)) == 3


def test_a_database_that_is_away_leaves_the_message_in_its_folder(
    mailbox_app: Flask, room: MailRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.put(soft(1))

    def away(session: Any) -> None:
        raise OperationalError("BEGIN", None, Exception("server closed the connection unexpectedly"))

    with monkeypatch.context() as patch:
        patch.setattr(bounces, "begin_writing", away)
        with pytest.raises(OperationalError):
            bounce_mailbox.poll()
    assert len(room.folder()) == 1
    assert bounce_mailbox.poll().outcomes == {"noted": 1}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_server_nobody_vouches_for_is_told_no_password(
    make_mailbox_app: Callable[..., Flask], room: MailRoom, request: pytest.FixtureRequest, host: str
) -> None:
    """Its certificate is by an authority nobody knows, or for another name."""
    if host == "localhost":
        request.getfixturevalue("trusted")
    with make_mailbox_app(mail_imap_server=host).app_context():
        assert bounce_mailbox.poll().error == f"nobody vouches for the certificate of {host}"
    assert not room.commands


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"mail_imap_password": "falsch"}, ("MAIL_IMAP_USERNAME and MAIL_IMAP_PASSWORD", "AUTHENTICATIONFAILED")),
        ({"mail_imap_folder": "Nirgends"}, ("Nirgends", "MAIL_IMAP_FOLDER")),
        ({"mail_imap_done_folder": "Neu"}, ("Neu", "MAIL_IMAP_DONE_FOLDER")),
    ],
)  # fmt: skip
def test_what_is_set_wrongly_is_named(
    make_mailbox_app: Callable[..., Flask],
    trusted: None,
    room: MailRoom,
    given: dict[str, str],
    words: tuple[str, ...],
) -> None:
    room.habit = lambda command, number: REFUSE if command == "CREATE" else None
    with make_mailbox_app(**given).app_context():
        error = bounce_mailbox.poll().error or ""
    assert all(word in error for word in words), error
    assert USER not in error and "falsch" not in error


def test_a_server_that_falls_silent_is_left_after_a_while(
    make_mailbox_app: Callable[..., Flask], trusted: None, room: MailRoom
) -> None:
    room.put(b"Subject: a\r\n\r\n\r\n")
    room.habit = lambda command, number: SILENT if command == "UID FETCH" else None
    with make_mailbox_app(mail_step_timeout=0.5).app_context():
        assert "broke off" in (bounce_mailbox.poll().error or "")
    assert len(room.folder()) == 1


def test_of_a_long_message_only_the_beginning_is_fetched(
    mailbox_app: Flask, room: MailRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = sent(1)
    room.put(returned.answer(letter.message_id, ANNA) + b"Anhang\r\n" * 5000)
    monkeypatch.setattr(imap, "READ_BYTES", 4096)
    with imap.opened() as mailbox:
        (uid,) = mailbox.waiting()
        assert len(mailbox.read(uid) or b"") == 4096
    assert bounce_mailbox.poll().outcomes == {"hinted": 1}


def test_a_flood_waits_for_the_next_polls_and_a_signal_ends_one(mailbox_app: Flask, room: MailRoom) -> None:
    room.put(*(soft(n) for n in (1, 2, 3)))
    assert bounce_mailbox.poll(stop=lambda: True).waiting == 3
    assert (poll := bounce_mailbox.poll(2)).outcomes.total() == 2 and poll.waiting == 1
    assert bounce_mailbox.poll(2).waiting == 0


def test_a_server_that_cannot_move_is_left_a_copy_and_a_mark(mailbox_app: Flask, room: MailRoom) -> None:
    room.without(b"MOVE")
    room.put(soft(1), soft(2))
    assert bounce_mailbox.poll().outcomes == {"noted": 2}
    assert bounce_mailbox.poll().outcomes == {}
    assert all(rb"\Deleted" in flags for flags, _ in room.folder()) and len(room.folder(DONE)) == 2


@pytest.mark.parametrize(
    ("command", "outcome", "left"), [("UID MOVE", "stuck", 1), ("UID FETCH", "unreadable", 0)]
)
def test_a_message_the_server_keeps_to_itself_holds_up_no_other(
    mailbox_app: Flask, room: MailRoom, command: str, outcome: str, left: int
) -> None:
    room.put(soft(1), soft(2))
    room.habit = lambda given, number: REFUSE if (given, number) == (command, 1) else None
    poll = bounce_mailbox.poll()
    assert poll.outcomes == {"noted": 1, outcome: 1} and not poll.is_clean
    assert poll.waiting == len(room.folder()) == left


def test_the_job_asks_only_where_there_is_a_mailbox_and_says_what_is_wrong(
    app: Flask, make_mailbox_app: Callable[..., Flask], trusted: None, room: MailRoom
) -> None:
    job = next(job for job in jobs.JOBS if job.name == "returns")
    with make_mailbox_app(mail_imap_password="falsch").app_context():
        room.put(soft(1))
    jobs.tick(app, job)
    jobs.tick(make_mailbox_app(mail_imap_password="falsch"), job)
    for _ in range(2):
        jobs.tick(make_mailbox_app(), job)
    db.session.rollback()
    failed, worked = db.session.scalars(select(JobRun).order_by(JobRun.id))
    assert not failed.succeeded and "MAIL_IMAP_PASSWORD" in failed.detail
    assert worked.succeeded and worked.detail == "messages: 1 noted"
