"""Who delivers which letter: claims by conditional update, each step one committed transaction.

    pending | unknown  -> claimed -> sent | pending (again, later) | unknown | failed

Whatever happens to a process, its letters are found again: a claim older than the claim timeout is
nobody's. Had the attempt started, the letter may have left, and it becomes ``unknown``; else it
returns to ``pending`` as if nothing had been.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import Update, case, literal, or_, select, update

from kleinstadt_net import clock, settings
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.mail.database_clock import database_now
from kleinstadt_net.mail.ladder import AWAY_TOP, LADDER
from kleinstadt_net.models import Letter

# The commit that follows makes the session forget its objects anyway.
_UNSYNCHRONIZED = {"synchronize_session": False}
DUE_STATES = ("pending", "unknown")
# A digest may be read again by its owner; any other letter may hold a link that only its reader should have.
KEPT_KINDS = ("digest",)


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


def claim_due(limit: int, only_key: str | None = None) -> tuple[str, list[int]]:
    """Claim at most ``limit`` due letters, oldest first, for a new claim; returns it and their ids."""
    claim = str(uuid4())
    due = (
        select(Letter.id)
        .where(Letter.state.in_(DUE_STATES), Letter.next_try_at <= database_now())
        .order_by(Letter.next_try_at, Letter.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
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


def start_attempt(letter_id: int, claim: str) -> Attempt | None:
    """Note, before MAIL FROM, that the letter may leave now; None when the claim was lost meanwhile.

    The note renews the claim, so that only one letter, never a whole batch, must fit into its time.
    """
    rows = _change_returning(
        update(Letter)
        .where(Letter.id == letter_id, Letter.claim == claim, Letter.state == "claimed")
        .values(claimed_at=database_now(), attempt_started_at=database_now(), attempts=Letter.attempts + 1)
        .returning(Letter.kind, Letter.recipient, Letter.sender, Letter.content, Letter.attempts)
    )
    return Attempt(letter_id, claim, *rows[0]) if rows else None


def mark_sent(attempt: Attempt) -> None:
    """The server has accepted it. What is sent is sent, whoever holds the claim by now."""
    values: dict[str, Any] = {"state": "sent", "claim": None, "sent_at": clock.now(), "error": None}
    if attempt.kind not in KEPT_KINDS:
        values["content"] = b""
    _change(update(Letter).where(Letter.id == attempt.letter_id).values(**values))


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
