"""What becomes of letters before servers that misbehave: a table of outcomes. Nothing is lost, nothing doubled.

The one exception is in the table too: a server that takes a letter and hangs up without saying so gets it again, under
the same Message-ID, because from here it cannot be told from one that never took it. A letter that comes back later
is in ``tests/services/test_bounces.py``.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.mail.delivery import deliver_due
from kleinstadt_net.mail.suppressions import refusals
from kleinstadt_net.models import Letter
from tests.factories import LetterFactory
from tests.support import bad_smtp
from tests.support.bad_smtp import BadServer
from tests.support.smtp import PostOffice

LETTERS = 6
# Enough for every letter to meet every habit once; no ladder here is longer.
ROUNDS = 8


@dataclass(frozen=True)
class Case:
    """A server, and what is left in the end: letters by state, copies per mailbox, addresses suppressed.

    ``waiting_for`` is the reason that stands with those that wait however long it takes.
    """

    server: type[BadServer]
    states: dict[str, int]
    copies: int = 1
    suppressed: int = 0
    waiting_for: str | None = None


TABLE = (
    Case(bad_smtp.Greylisting, {"sent": 6}),
    Case(bad_smtp.Closing, {"sent": 6}),
    Case(bad_smtp.RefusingOneInThree, {"sent": 4, "failed": 2}, suppressed=2),
    Case(bad_smtp.Full, {"failed": 6}),
    Case(bad_smtp.DroppingBefore, {"sent": 6}),
    Case(bad_smtp.Dropping, {"sent": 6}, copies=2),
    Case(bad_smtp.Stalling, {"sent": 6}),
    Case(
        bad_smtp.WrongCertificate,
        {"pending": 6},
        waiting_for="mail server away: SSLCertVerificationError",
    ),
)


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.server.__name__)
def test_nothing_is_lost_and_nothing_doubled_before(
    case: Case, make_app: Callable[..., Flask], smtp: PostOffice, wait_over: Callable[[], None]
) -> None:
    server = case.server()
    smtp.allowed_ports.add(server.port)
    server.start()
    try:
        with make_app(
            mail_port=server.port, mail_step_timeout=0.3, mail_use_tls=server.encrypted
        ).app_context():
            letters = [LetterFactory(recipient=f"empfang{n}@rathaus.example") for n in range(LETTERS)]
            ids = {letter.recipient: letter.message_id for letter in letters}
            for _ in range(ROUNDS):
                deliver_due()
                wait_over()
            assert Counter(db.session.scalars(select(Letter.state))) == case.states
            assert len(refusals(list(ids))) == case.suppressed
            waiting = db.session.scalars(select(Letter.error).where(Letter.state == "pending"))
            assert set(waiting) <= {case.waiting_for}
    finally:
        server.stop()
    assert set(server.accepted.values()) <= {case.copies}
    # Without a certificate to trust, not even an address is named.
    assert bool(server.tries) == (case.waiting_for is None)
    assert len(server.accepted) == case.states.get("sent", 0)
    assert {(d.recipients[0], d.message["Message-ID"]) for d in server.deliveries} <= ids.items()
