"""The only place that speaks SMTP: takes due letters from the outbox and hands them to the mail server.

Any number of processes may do this at once. A letter is sent again only if a process died, or the
line broke, in the moment of sending; it then carries the same Message-ID.
"""

import smtplib
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog
from sqlalchemy import Connection

from kleinstadt_net import clock, settings
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.mail import claims, pace
from kleinstadt_net.mail.claims import Attempt
from kleinstadt_net.mail.insistence import insist
from kleinstadt_net.mail.ladder import Reply, blames_address, delay_after, parse_reply
from kleinstadt_net.mail.smtp import VerifiedConnection
from kleinstadt_net.mail.statements import insert_once
from kleinstadt_net.mail.suppressions import hashes, suppress
from kleinstadt_net.models import Bounce

log = structlog.get_logger("mail")

T = TypeVar("T")
# Of the claim's time; the rest is for clocks that do not run alike.
CLAIM_SHARE = 0.8


@dataclass(frozen=True)
class DeliveryReport:
    """What one run did, in letters. ``server_error`` says why the mail server could not be used."""

    sent: int = 0
    delayed: int = 0
    failed: int = 0
    unknown: int = 0
    server_error: str | None = None

    @property
    def is_idle(self) -> bool:
        return not (self.sent or self.delayed or self.failed or self.unknown)

    def __str__(self) -> str:
        return f"sent {self.sent}, delayed {self.delayed}, failed {self.failed}, unknown {self.unknown}"


def deliver_due(
    limit: int | None = None, *, stop: Callable[[], bool] = lambda: False, only_key: str | None = None
) -> DeliveryReport:
    """Deliver letters that are due, at most ``limit``, until none is left or ``stop`` says so.

    ``stop`` is asked between letters: the one in hand is finished, the others are given back. When
    the mail server cannot be reached the run ends; its letters wait on the ladder. Never raises for
    what a mail server does; errors of the database are raised, and no letter is lost by them.
    """
    returned, unknown = claims.release_abandoned()
    if returned or unknown:
        log.warning("found letters of a vanished process", returned=returned, unknown=unknown)
    counts: Counter[str] = Counter(unknown=unknown)
    server_error: str | None = None
    handled = 0
    while server_error is None and not stop():
        batch = settings.current().mail_batch_size
        size = batch if limit is None else min(batch, limit - handled)
        claim, letter_ids = claims.claim_due(size, only_key) if size > 0 else ("", [])
        if not letter_ids:
            break
        handled += len(letter_ids)
        server_error = _deliver_batch(claim, letter_ids, counts, stop)
    return DeliveryReport(server_error=server_error, **counts)


def _deliver_batch(
    claim: str, letter_ids: list[int], counts: Counter[str], stop: Callable[[], bool]
) -> str | None:
    """Deliver the letters of one claim; returns why the server could not be used, if so."""
    remaining = deque(letter_ids)
    try:
        while remaining and not stop():
            with VerifiedConnection() as connection, claims.line() as line:
                _talk(connection, line, claim, remaining, counts, stop)
    except OSError as error:
        # Only opening the connection raises one: whatever happens to a letter is dealt with there.
        return _server_away(claim, error, counts)
    finally:
        db.session.rollback()
        claims.give_back(claim)
    return None


def _talk(
    connection: VerifiedConnection,
    line: Connection,
    claim: str,
    remaining: deque[int],
    counts: Counter[str],
    stop: Callable[[], bool],
) -> None:
    """Letters over one connection, as long as it stays open; marking one sent begins the next."""

    def is_next() -> bool:
        return bool(remaining) and connection.is_open and not stop()

    attempt: Attempt | None = None
    while attempt or is_next():
        if attempt is None:
            attempt = _begun(claims.start_attempt(line, remaining[0], claim), remaining)
            continue
        outcome = _send(connection, attempt)
        counts[outcome] += 1
        attempt = _settle_sent(line, attempt, remaining, is_next()) if outcome == "sent" else None


def _settle_sent(line: Connection, sent: Attempt, remaining: deque[int], goes_on: bool) -> Attempt | None:
    if goes_on:
        return _begun(_insist(sent, lambda: claims.advance(line, sent, remaining[0])), remaining)
    _insist(sent, lambda: claims.mark_sent(line, sent))
    return None


def _begun(attempt: Attempt | None, remaining: deque[int]) -> Attempt | None:
    """Take the first of the remaining letters off the pile, whether or not it could be begun."""
    letter_id = remaining.popleft()
    if attempt is None:
        if pace.is_paused():
            remaining.clear()
        db.session.rollback()
        log.warning("letter not begun: its claim was lost or sending is paused", letter_id=letter_id)
    return attempt


def _insist(attempt: Attempt, step: Callable[[], T]) -> T:
    """Mark a letter as long as its claim is surely ours; what cannot be marked by then becomes unknown."""
    return insist(step, attempt.began + CLAIM_SHARE * settings.current().claim_timeout)


def _server_away(claim: str, error: OSError, counts: Counter[str]) -> str:
    reason = _name(error)
    postponed = claims.postpone(claim, f"mail server away: {reason}")
    counts["delayed"] += postponed
    log.warning("mail server cannot be used", reason=reason, letters=postponed)
    return reason


def _send(connection: VerifiedConnection, attempt: Attempt) -> str:
    """Hand one letter over; the outcome, noted already unless it is "sent"."""
    try:
        connection.send_bytes(attempt.sender, attempt.recipient, attempt.content)
    except smtplib.SMTPRecipientsRefused as refused:
        code, text = next(iter(refused.recipients.values()))
        return _refused(attempt, parse_reply(code, text), text, is_recipient=True)
    except smtplib.SMTPSenderRefused as refused:
        # Our own sender is at fault, which the operator can mend: no letter is given up at once for it.
        return _again(attempt, parse_reply(refused.smtp_code, refused.smtp_error).short, "sender refused")
    except smtplib.SMTPResponseException as refused:
        reply = parse_reply(refused.smtp_code, refused.smtp_error)
        return _refused(attempt, reply, refused.smtp_error, is_recipient=False)
    except OSError as error:
        # The line broke or the server fell silent; it may have taken the letter before.
        return _again(attempt, _name(error), "connection lost", may_have_left=True)
    except Exception as error:
        # A letter that cannot even be spoken must not hold up the others; its half-begun talk ends.
        log.exception("letter cannot be sent as it is", letter_id=attempt.letter_id)
        connection.abandon()
        return _again(attempt, type(error).__name__, str(error))
    return "sent"


def _refused(attempt: Attempt, reply: Reply, text: bytes | str, *, is_recipient: bool) -> str:
    """The server said no to the recipient or to the text: again later, or for good."""
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    if not reply.is_final:
        return _again(attempt, reply.short, said)
    is_no_good = is_recipient and blames_address(reply)
    return _give_up(attempt, reply.short, f"{reply.code} {said}", refused=reply if is_no_good else None)


def _again(attempt: Attempt, code: str, detail: str, *, may_have_left: bool = False) -> str:
    seconds = delay_after(attempt.attempts)
    if seconds is None:
        return _give_up(attempt, code, f"given up after {attempt.attempts} tries: {code} {detail}")
    error = f"{code} {detail}"
    _insist(attempt, lambda: claims.mark_again(attempt, seconds, error, may_have_left=may_have_left))
    log.info("letter delayed", letter_id=attempt.letter_id, reason=code, seconds=seconds)
    return "delayed"


def _give_up(attempt: Attempt, code: str, error: str, *, refused: Reply | None = None) -> str:
    def note() -> None:
        begin_writing(db.session)
        if refused is not None:
            _note_refused(attempt, refused)
        claims.mark_failed(attempt, error)

    _insist(attempt, note)
    log.warning("letter failed", letter_id=attempt.letter_id, reason=code, attempts=attempt.attempts)
    return "failed"


def _note_refused(attempt: Attempt, reply: Reply) -> None:
    """The address is no good: kept like a report that came back, which says whose colleagues are to be told."""
    suppress(attempt.recipient, f"mail server answered {reply.short}")
    row = {
        "report_key": f"smtp:{attempt.letter_id}:{attempt.attempts}",
        "letter_id": attempt.letter_id,
        "address_hash": hashes(attempt.recipient)[0],
        "kind": "hard",
        "status": reply.enhanced or "",
        "at": clock.now(),
    }
    db.session.execute(insert_once(Bounce, row, Bounce.report_key))


def _name(error: OSError) -> str:
    """What may be logged of a connection error: its kind and code, never its text."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__} {parse_reply(error.smtp_code, error.smtp_error).short}"
    return type(error).__name__
