"""Fetching what came back from its mailbox; what follows from it decides ``bounces``.

A message is put aside after what follows from it is stored. If that cannot be, it is read again at the next poll, which
changes nothing more. One that cannot be read is put aside with a star, so that the others need not wait for it.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import structlog

from kleinstadt_net.mail import imap
from kleinstadt_net.mail.imap import Mailbox, MailboxError, Refused
from kleinstadt_net.services import bounces

# A month's letters bring some dozens; a flood waits for the next polls.
MESSAGES = 200

# "stuck": the server does not let go of the message.
Handled = bounces.Outcome | Literal["stuck"]
log = structlog.get_logger("bounces")


@dataclass(frozen=True)
class Poll:
    """What became of the messages, and how many wait. ``error`` says why the mailbox could not be used."""

    outcomes: Counter[Handled] = field(default_factory=Counter)
    waiting: int = 0
    error: str | None = None

    @property
    def is_clean(self) -> bool:
        """Whether nothing is left for a person to look at."""
        return not (self.error or self.outcomes["unreadable"] or self.outcomes["stuck"])

    def __str__(self) -> str:
        return bounces.said(self.outcomes)


def is_configured() -> bool:
    """Whether there is a mailbox to ask."""
    return imap.is_configured()


def poll(limit: int = MESSAGES, *, stop: Callable[[], bool] = lambda: False) -> Poll:
    """Take in messages, at most ``limit``, until none is left or ``stop`` says so; commits after each."""
    outcomes: Counter[Handled] = Counter()
    try:
        with imap.opened() as mailbox:
            found = mailbox.waiting()
            for uid in found[:limit]:
                if stop():
                    break
                outcomes[_handled(mailbox, uid)] += 1
    except MailboxError as error:
        log.warning("mailbox cannot be used", reason=str(error))
        return Poll(outcomes, error=str(error))
    return Poll(outcomes, len(found) - outcomes.total() + outcomes["stuck"])


def _handled(mailbox: Mailbox, uid: int) -> Handled:
    try:
        outcome = _taken(mailbox, uid)
        mailbox.put_aside(uid, marked=outcome == "unreadable")
    except Refused as error:
        log.warning("message stays where it is", uid=uid, reason=str(error))
        return "stuck"
    return outcome


def _taken(mailbox: Mailbox, uid: int) -> bounces.Outcome:
    try:
        raw = mailbox.read(uid)
    except Refused as error:
        log.warning("server does not show a message", uid=uid, reason=str(error))
        return "unreadable"
    return "known" if raw is None else bounces.take(raw)
