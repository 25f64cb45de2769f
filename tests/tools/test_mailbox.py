"""The local SMTP server as ``./run`` starts it, and the reading of what it files."""

import os
import signal
import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kleinstadt_net.services import mailbox
from tests.support.smtp import LOOPBACK

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60
LETTER = (
    b"From: Netz <post@netz.example>\r\nTo: anna@rathaus.example\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
    b"Date: Tue, 01 Dec 2026 07:30:00 +0100\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/alternative; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"Sch=C3=B6n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Hallo</p>\r\n--b--\r\n"
)


def start(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "tools/mailbox.py", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    return tmp_path / "instance" / "mailbox"


@pytest.fixture
def port(maildir: Path) -> Iterator[int]:
    """The port of a running server; port 0 lets the system choose, the server says which."""
    process = start("--port", "0", "--maildir", str(maildir))
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("Mailbox: SMTP on 127.0.0.1:"), process.communicate(timeout=SECONDS)
    yield int(line.split(":")[2].split(",")[0])
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=SECONDS)
    assert (process.returncode, errors) == (0, "")


def send(port: int, content: bytes = LETTER) -> None:
    with smtplib.SMTP(LOOPBACK, port, timeout=SECONDS) as client:
        client.sendmail("post@netz.example", ["anna@rathaus.example"], content)


@pytest.fixture
def stray(monkeypatch: pytest.MonkeyPatch) -> None:
    """This test speaks SMTP to a server of its own."""
    monkeypatch.undo()


def test_a_letter_sent_is_filed_and_can_be_read(stray: None, port: int, maildir: Path) -> None:
    send(port)
    (row,) = mailbox.list_letters(maildir)
    assert (row.subject, row.recipient) == ("Grüße", "anna@rathaus.example")
    assert row.date is not None and row.date.isoformat() == "2026-12-01T07:30:00+01:00"
    letter = mailbox.read_letter(maildir, row.key)
    assert letter is not None
    assert (letter.text.strip(), letter.html.strip()) == ("Schön", "<p>Hallo</p>")
    assert letter.headers[:2] == (
        ("Return-Path", "<post@netz.example>"),
        ("Delivered-To", "anna@rathaus.example"),
    )


def test_several_letters_are_listed_newest_first(stray: None, port: int, maildir: Path) -> None:
    for day in (1, 3, 2):
        send(port, LETTER.replace(b"01 Dec", b"%02d Dec" % day))
    assert [row.date.day for row in mailbox.list_letters(maildir) if row.date] == [3, 2, 1]


def test_the_mailbox_is_for_its_owner_only(port: int, maildir: Path) -> None:
    assert maildir.stat().st_mode & 0o077 == 0


def test_a_taken_port_is_said_in_one_sentence(maildir: Path) -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        number = taken.getsockname()[1]
        process = start("--maildir", str(maildir), SMTP_PORT=str(number))
        _, errors = process.communicate(timeout=SECONDS)
    assert process.returncode == 1
    assert errors == f"Port {number} is taken by another program; choose another with SMTP_PORT or --port.\n"


def test_where_there_is_no_mailbox_there_are_no_letters(maildir: Path) -> None:
    assert mailbox.list_letters(maildir) == []
    assert mailbox.read_letter(maildir, "anything") is None
    assert not maildir.exists()


@pytest.mark.parametrize("key", ["nothing", "../../demo-accounts.txt", "", "new/x"])
def test_a_key_leads_to_letters_of_the_mailbox_only(stray: None, port: int, maildir: Path, key: str) -> None:
    (maildir.parent / "demo-accounts.txt").write_text("secret")
    assert mailbox.read_letter(maildir, key) is None


def test_a_letter_with_a_broken_date_is_listed_without_one(stray: None, port: int, maildir: Path) -> None:
    send(port, b"Subject: Ohne Datum\r\nDate: gestern\r\n\r\nHallo\r\n")
    (row,) = mailbox.list_letters(maildir)
    assert (row.subject, row.date) == ("Ohne Datum", None)
