"""What operators do with letters: send themselves one to see that it arrives, look at the outbox."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, exists, func, select, update

from kleinstadt_net import clock, formats
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.digest import due
from kleinstadt_net.mail import letters, outbox
from kleinstadt_net.mail.database_clock import database_now
from kleinstadt_net.mail.suppressions import refusals
from kleinstadt_net.models import Letter, Subscription
from kleinstadt_net.services import installation

# What the list of letters says of one that was waiting in a restored backup.
HELD = "held after a restore"


@dataclass(frozen=True)
class LetterLine:
    """A letter as ``flask letters list`` shows it; times in UTC."""

    key: str
    state: str
    attempts: int
    next_try: str
    error: str


def post_test_letter(address: str) -> str:
    """Lay a test letter to ``address`` into the outbox; returns its key. Raises ValueError for no address."""
    now = clock.local_now()
    rendered = letters.render(
        "test",
        {"posted_on": formats.day(now), "posted_at": formats.time_of(now)},
        demonstration=installation.is_demonstration(),
    )
    # Every test is a letter of its own: an operator sends several while setting up the mail server.
    draft = letters.build(rendered, key=f"test:{secrets.token_hex(8)}", kind="test", recipient=address)
    begin_writing(db.session)
    outbox.post(draft)
    db.session.commit()
    return draft.key


def counts() -> dict[str, int]:
    """How many letters are in which state."""
    rows = db.session.execute(select(Letter.state, func.count().label("number")).group_by(Letter.state)).all()
    return {row.state: row.number for row in rows}


def unfinished(limit: int) -> list[LetterLine]:
    """The letters that have neither arrived nor are due for the first time, oldest first."""
    rows = db.session.execute(
        select(Letter.key, Letter.state, Letter.attempts, Letter.next_try_at, Letter.error)
        .where(Letter.state.not_in(("sent", "kept")))
        .order_by(Letter.id)
        .limit(limit)
    ).all()
    return [
        LetterLine(row.key, row.state, row.attempts, f"{row.next_try_at:%Y-%m-%d %H:%M}", row.error or "")
        for row in rows
    ]


def hold_waiting() -> int:
    """Mark every letter not yet sent as failed; returns how many.

    After a restore nobody knows which of them left after the backup was made. ``retry_failed`` lets them go.
    """
    begin_writing(db.session)
    held = db.session.scalars(
        update(Letter)
        .where(Letter.state.in_(("pending", "claimed", "unknown")))
        .values(state="failed", claim=None, error=HELD)
        .returning(Letter.id),
        execution_options={"synchronize_session": False},
    ).all()
    db.session.commit()
    return len(held)


def retry_failed(days: int) -> int:
    """Put failed letters of the last ``days`` back to the foot of the ladder; returns how many. Commits.

    Older ones are no news any more.
    """
    begin_writing(db.session)
    again = put_back(Letter.created_at > clock.now() - timedelta(days=days))
    db.session.commit()
    return again


def put_back(which: ColumnElement[bool]) -> int:
    """The same for certain letters, in the running transaction.

    An address that was refused stays refused, and who has left the Monatsbrief meanwhile gets none.
    """
    has_left = exists().where(Subscription.account_id == Letter.account_id, Subscription.frequency == due.OFF)
    failed = db.session.execute(
        select(Letter.id, Letter.recipient)
        .where(Letter.state == "failed", which, ~((Letter.kind == "digest") & has_left))
        .order_by(Letter.id)
        # Another operator may be at it; what she has put back may be on its way already.
        .with_for_update()
    ).all()
    refused = refusals({row.recipient for row in failed})
    chosen = [row.id for row in failed if row.recipient not in refused]
    db.session.execute(
        update(Letter)
        .where(Letter.id.in_(chosen))
        .values(state="pending", attempts=0, next_try_at=database_now()),
        execution_options={"synchronize_session": False},
    )
    return len(chosen)
