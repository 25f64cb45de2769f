"""Letters that were given up: which ones, why, and another try for them."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.mail.outbox import SUPPRESSED
from kleinstadt_net.mail.suppressions import refusals
from kleinstadt_net.models import Letter
from kleinstadt_net.services import audit, letters
from kleinstadt_net.services.letters import HELD

# How it introduces what the other server said, which the page says in its own words.
INTRODUCTION = re.compile(rf"(given up after \d+ tries: |{SUPPRESSED}: )?(mail server answered )?")
# What is older is no news any more.
RETRIED_DAYS = 7


@dataclass(frozen=True)
class Undelivered:
    """A letter that was given up, or never tried (``was_held_back``); ``reason`` is what was said then.

    ``is_suppressed``: as long as its address is blocked, trying again is in vain.
    """

    letter_id: int
    kind: str
    recipient: str
    subject: str
    attempts: int
    created_at: datetime
    reason: str
    was_held_back: bool
    is_suppressed: bool


def given_up() -> ColumnElement[bool]:
    """Letters that were tried and given up: neither withheld from a suppressed address nor held after a restore."""
    return and_(
        Letter.state == "failed",
        func.coalesce(Letter.error, "").not_like(f"{SUPPRESSED}%"),
        func.coalesce(Letter.error, "") != HELD,
    )


def count() -> int:
    """How many letters were not delivered, whatever the reason."""
    return db.session.scalar(select(func.count()).where(Letter.state == "failed")) or 0


def latest(*, limit: int, offset: int) -> list[Undelivered]:
    """Letters that were not delivered, the newest first."""
    rows = db.session.execute(
        select(
            Letter.id,
            Letter.kind,
            Letter.recipient,
            Letter.subject,
            Letter.attempts,
            Letter.created_at,
            Letter.error,
        )
        .where(Letter.state == "failed")
        .order_by(Letter.id.desc())
        .limit(limit)
        .offset(offset)
    ).all()
    blocked = refusals([row.recipient for row in rows])
    return [
        Undelivered(
            *row[:6],
            reason=_said(row.error or ""),
            was_held_back=(row.error or "").startswith(SUPPRESSED),
            is_suppressed=row.recipient in blocked,
        )
        for row in rows
    ]


def _said(error: str) -> str:
    """What the other side said, or else our own reason."""
    return INTRODUCTION.sub("", error, count=1)


def retry(letter_id: int, account_id: int) -> bool:
    """Put one letter back to the foot of its ladder; False where it has not failed or must not be written. Commits."""
    begin_writing(db.session)
    again = letters.put_back(Letter.id == letter_id) > 0
    if again:
        audit.record("letter.retried", account_id=account_id, letter=letter_id)
    db.session.commit()
    return again


def retry_all(account_id: int) -> int:
    """The same for all that failed lately; how many there were. Commits."""
    begin_writing(db.session)
    again = letters.put_back(Letter.created_at > clock.now() - timedelta(days=RETRIED_DAYS))
    if again:
        audit.record("letter.retried", account_id=account_id, letters=again)
    db.session.commit()
    return again
