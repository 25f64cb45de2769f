"""Reading the Maildir of the local SMTP server, for the development-only page."""

import mailbox
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Literal

# Letters without a readable date come last.
NO_DATE = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class MailboxRow:
    """A letter in the list; ``key`` opens it, ``date`` is None when the letter has no readable one."""

    key: str
    subject: str
    sender: str
    recipient: str
    date: datetime | None


@dataclass(frozen=True)
class MailboxLetter:
    """A letter opened: its row, both bodies (empty where it has none) and all headers in order."""

    row: MailboxRow
    text: str
    html: str
    headers: tuple[tuple[str, str], ...]


def list_letters(maildir: Path) -> list[MailboxRow]:
    """All letters of the Maildir, newest first; empty when there is no such directory."""
    if not maildir.is_dir():
        return []
    box = _open(maildir)
    rows = [_row(key, _parse(box.get_bytes(key))) for key in box.iterkeys()]
    return sorted(rows, key=lambda row: (row.date or NO_DATE, row.key), reverse=True)


def read_letter(maildir: Path, key: str) -> MailboxLetter | None:
    """The letter with this key, or None; keys lead to letters of this Maildir and nowhere else."""
    if not maildir.is_dir():
        return None
    try:
        letter = _parse(_open(maildir).get_bytes(key))
    except KeyError:
        return None
    headers = tuple((name, str(value)) for name, value in letter.items())
    return MailboxLetter(_row(key, letter), _body(letter, "plain"), _body(letter, "html"), headers)


def _open(maildir: Path) -> mailbox.Maildir:
    return mailbox.Maildir(maildir, create=True)


def _parse(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.default)


def _row(key: str, letter: EmailMessage) -> MailboxRow:
    return MailboxRow(
        key=key,
        subject=str(letter["Subject"] or ""),
        sender=str(letter["From"] or ""),
        recipient=str(letter["To"] or ""),
        date=_date(str(letter["Date"] or "")),
    )


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _body(letter: EmailMessage, kind: Literal["plain", "html"]) -> str:
    part = letter.get_body((kind,))
    return str(part.get_content()) if part is not None else ""
