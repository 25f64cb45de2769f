"""Mail servers that misbehave: real ones on the loopback address, each with one bad habit.

``accepted`` is what a server took for its own, whether or not it said so: what a mailbox would hold.
"""

import asyncio
from collections import Counter

import trustme
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.certificates import server_context
from tests.support.smtp import PostOffice


def hang_up(server: SMTP) -> None:
    """End the connection in the middle of a word."""
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()


class BadServer(PostOffice):
    """A server without any habit; those below each have one."""

    encrypted = False

    def reset(self) -> None:
        super().reset()
        self.tries: Counter[str] = Counter()
        self.on_recipient = self._refusal

    @property
    def accepted(self) -> Counter[str]:
        """How often each address holds a letter."""
        return Counter(delivered.recipients[0] for delivered in self.deliveries)

    def answer(self, address: str, tries: int) -> str | None:
        """What RCPT TO is answered at so many tries (1, 2, ...); None: 250."""
        return None

    def _refusal(self, address: str) -> str | None:
        self.tries[address] += 1
        return self.answer(address, self.tries[address])


class Greylisting(BadServer):
    """Lets nobody in at the first try."""

    def answer(self, address: str, tries: int) -> str | None:
        return "450 4.2.0 greylisted, come back later" if tries == 1 else None


class Closing(BadServer):
    """Ends every talk with its second letter."""

    talk = 0

    def answer(self, address: str, tries: int) -> str | None:
        self.talk = (self.talk + 1) % 2
        return None if self.talk else "421 4.3.2 closing"


class RefusingOneInThree(BadServer):
    """Does not know every third address."""

    def answer(self, address: str, tries: int) -> str | None:
        number = int("".join(filter(str.isdigit, address)))
        return "550 5.1.1 no such user" if number % 3 == 0 else None


class Full(BadServer):
    """Has no room in any mailbox."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        return "552 5.2.2 mailbox is full"


class Dropping(BadServer):
    """Takes the text and hangs up without a word, once for each letter."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        said = await super().handle_DATA(server, session, envelope)
        if self.tries[envelope.rcpt_tos[0]] == 1:
            hang_up(server)
        return said


class DroppingBefore(Dropping):
    """Hangs up before it has taken the text."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.tries[envelope.rcpt_tos[0]] > 1:
            return await BadServer.handle_DATA(self, server, session, envelope)
        hang_up(server)
        return "451 never heard"


class Stalling(BadServer):
    """Says nothing for longer than anybody waits, once for each letter."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.tries[envelope.rcpt_tos[0]] == 1:
            await asyncio.Event().wait()
        return await super().handle_DATA(server, session, envelope)


class WrongCertificate(BadServer):
    """Insists on STARTTLS and shows a certificate nobody vouches for."""

    encrypted = True

    def __init__(self) -> None:
        super().__init__(tls_context=server_context(trustme.CA()), require_starttls=True)
