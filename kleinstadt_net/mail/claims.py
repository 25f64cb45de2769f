"""Who delivers which letter: claims by conditional update, each step one committed transaction.

    pending | unknown  -> claimed -> sent | pending (again, later) | unknown | failed

Whatever happens to a process, its letters are found again: a claim older than the claim timeout is
nobody's. Had the attempt started, the letter may have left, and it becomes ``unknown``; else it
returns to ``pending`` as if nothing had been.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from sqlalchemy import Boolean, Connection, Update, bindparam, case, delete, literal, or_, select, update

from kleinstadt_net import clock, settings
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.mail import pace
from kleinstadt_net.mail.database_clock import database_now
from kleinstadt_net.mail.ladder import AWAY_TOP, LADDER
from kleinstadt_net.models import Letter, LetterContent

# The commit that follows makes the session forget its objects anyway.
_UNSYNCHRONIZED = {"synchronize_session": False}
DUE_STATES = ("pending", "unknown")
# A digest may be read again by its owner; any other letter may hold a link that only its reader should have.
KEPT_KINDS = ("digest",)

# What is done for every letter is written once, without the ORM, and on one connection to the database for the whole
# talk (``line``): each would cost as much as the letter itself. On SQLite these transactions begin with a write, which
# waits its turn without further ado. On PostgreSQL each is a single statement that needs no BEGIN and no COMMIT: for
# every letter three ways to the server and back less.
_SENT = (
    update(Letter)
    .where(Letter.id == bindparam("sent_id"))
    .values(state="sent", claim=None, sent_at=bindparam("at"), error=None)
)
_EMPTIED = delete(LetterContent).where(
    LetterContent.letter_id == bindparam("sent_id"), ~bindparam("is_kept", type_=Boolean)
)
_START = (
    update(Letter)
    .where(
        Letter.id == bindparam("letter_id"),
        Letter.claim == bindparam("held_by"),
        Letter.state == "claimed",
        pace.NOT_PAUSED,
    )
    .values(claimed_at=database_now(), attempt_started_at=database_now(), attempts=Letter.attempts + 1)
    .returning(Letter.kind, Letter.recipient, Letter.sender, Letter.content, Letter.attempts)
)
_WITH_EMPTIED = _EMPTIED.returning(LetterContent.letter_id).cte("emptied")
_SENT_AND_EMPTIED = _SENT.add_cte(_WITH_EMPTIED)
_SENT_AND_START = _START.add_cte(_SENT.returning(Letter.id).cte("sent"), _WITH_EMPTIED)


@dataclass(frozen=True)
class Attempt:
    """A letter in hand: what SMTP needs, and how often it has been tried, this time included."""

    letter_id: int
    claim: str
    kind: str
    recipient: str
    sender: str
    content: bytes
    attempts: int
    # On the clock of this process: when the claim was renewed for it.
    began: float


def claim_due(limit: int, only_key: str | None = None) -> tuple[str, list[int]]:
    """Claim at most ``limit`` due letters, oldest first, for a new claim; returns it and their ids.

    Not one while sending is paused, and no more than MAIL_PER_MINUTE allows all processes together.
    """
    claim = str(uuid4())
    begin_writing(db.session)
    allowed = min(limit, pace.allowance(limit))
    if allowed <= 0:
        db.session.rollback()
        return claim, []
    due = (
        select(Letter.id)
        .where(Letter.state.in_(DUE_STATES), Letter.next_try_at <= database_now(), pace.NOT_PAUSED)
        .order_by(Letter.next_try_at, Letter.id)
        .limit(allowed)
        .with_for_update(skip_locked=True, of=Letter)
    )
    if only_key is not None:
        due = due.where(Letter.key == only_key)
    # As a common table expression PostgreSQL evaluates it once; inlined it might pass the limit.
    taken = _change_returning(
        update(Letter)
        .where(Letter.id.in_(select(due.cte("due").c.id)), Letter.state.in_(DUE_STATES))
        .values(state="claimed", claim=claim, claimed_at=database_now(), attempt_started_at=None)
        .returning(Letter.id)
    )
    return claim, sorted(row.id for row in taken)


def line() -> Connection:
    """A connection for all that is noted during a talk with the mail server; to be closed."""
    connection = db.engine.connect()
    if _is_postgresql(connection):
        return connection.execution_options(isolation_level="AUTOCOMMIT")
    return connection


def start_attempt(line: Connection, letter_id: int, claim: str) -> Attempt | None:
    """Note, before MAIL FROM, that the letter may leave now.

    None when the claim was lost meanwhile, or sending was paused. The note renews the claim, so that only one letter,
    never a whole batch, must fit into its time.
    """
    with line.begin():
        return _start(line, letter_id, claim)


def mark_sent(line: Connection, attempt: Attempt) -> None:
    """The server has accepted it. What is sent is sent, whoever holds the claim by now."""
    with line.begin():
        _note_sent(line, attempt)


def advance(line: Connection, sent: Attempt, next_id: int) -> Attempt | None:
    """Mark one letter sent and start the next of its claim in one commit: half of what a letter costs us.

    The next is answered as ``start_attempt`` answers it. A commit that fails leaves both as they were: the one may have
    left, the other has not.
    """
    with line.begin():
        if _is_postgresql(line):
            return _start(line, next_id, sent.claim, _SENT_AND_START, _noted(sent))
        _note_sent(line, sent)
        return _start(line, next_id, sent.claim)


def mark_again(attempt: Attempt, seconds: int, error: str, *, may_have_left: bool = False) -> None:
    """Try again after ``seconds``; ``may_have_left`` when the line broke and nobody knows."""
    _change(
        _held(attempt).values(
            state="unknown" if may_have_left else "pending",
            claim=None,
            next_try_at=database_now(seconds),
            error=error[:500],
        )
    )


def mark_failed(attempt: Attempt, error: str) -> None:
    """Not tried again unless the operator asks for it."""
    _change(_held(attempt).values(state="failed", claim=None, error=error[:500]))


def give_back(claim: str) -> int:
    """Return the letters of a claim that were not begun, unharmed and at once; how many there were."""
    return len(_change_returning(_not_begun(claim).values(state="pending", claim=None).returning(Letter.id)))


def postpone(claim: str, error: str) -> int:
    """Put the letters of a claim on the ladder because our own server is away; how many there were."""
    rung = case((Letter.attempts >= AWAY_TOP, Letter.attempts), else_=Letter.attempts + 1)
    next_try = case(
        *((Letter.attempts == n, database_now(LADDER[n].seconds)) for n in range(AWAY_TOP - 1)),
        else_=database_now(LADDER[AWAY_TOP - 1].seconds),
    )
    return len(
        _change_returning(
            _not_begun(claim)
            .values(state="pending", claim=None, attempts=rung, next_try_at=next_try, error=error[:500])
            .returning(Letter.id)
        )
    )


def release_abandoned() -> tuple[int, int]:
    """Free letters whose process vanished: how many returned to pending, how many are now unknown."""
    rows = _change_returning(
        update(Letter)
        .where(
            Letter.state == "claimed",
            or_(
                Letter.claimed_at.is_(None),
                Letter.claimed_at < database_now(-settings.current().claim_timeout),
            ),
        )
        .values(
            state=case((Letter.attempt_started_at.is_(None), "pending"), else_="unknown"),
            error=case(
                (Letter.attempt_started_at.is_(None), Letter.error),
                else_=literal("the process ended while sending; the letter may have arrived"),
            ),
            claim=None,
        )
        .returning(Letter.state)
    )
    states = [row.state for row in rows]
    return states.count("pending"), states.count("unknown")


def _start(
    line: Connection,
    letter_id: int,
    claim: str,
    statement: Any = _START,
    noted: Mapping[str, Any] = MappingProxyType({}),
) -> Attempt | None:
    began = clock.monotonic()
    row = line.execute(statement, {"letter_id": letter_id, "held_by": claim, **noted}).one_or_none()
    if row is None:
        return None
    kind, recipient, sender, content, attempts = row
    return Attempt(letter_id, claim, kind, recipient, sender, content, attempts, began)


def _note_sent(line: Connection, attempt: Attempt) -> None:
    noted = _noted(attempt)
    if _is_postgresql(line):
        line.execute(_SENT_AND_EMPTIED, noted)
        return
    line.execute(_SENT, noted)
    if not noted["is_kept"]:
        line.execute(_EMPTIED, noted)


def _noted(sent: Attempt) -> dict[str, Any]:
    return {"sent_id": sent.letter_id, "at": clock.now(), "is_kept": sent.kind in KEPT_KINDS}


def _is_postgresql(line: Connection) -> bool:
    return line.dialect.name == "postgresql"


def _held(attempt: Attempt) -> Update:
    return update(Letter).where(Letter.id == attempt.letter_id, Letter.claim == attempt.claim)


def _not_begun(claim: str) -> Update:
    return update(Letter).where(
        Letter.claim == claim, Letter.state == "claimed", Letter.attempt_started_at.is_(None)
    )


def _change(statement: Update) -> None:
    """One statement, one transaction."""
    begin_writing(db.session)
    db.session.execute(statement, execution_options=_UNSYNCHRONIZED)
    db.session.commit()


def _change_returning(statement: Any) -> Sequence[Any]:
    """One statement, one transaction, and the rows it returns."""
    begin_writing(db.session)
    rows = db.session.execute(statement, execution_options=_UNSYNCHRONIZED).all()
    db.session.commit()
    return rows
