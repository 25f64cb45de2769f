"""When a letter is tried again, and what a mail server's answer means. Pure: numbers and codes only."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Rung:
    """One delay (seconds) and why it is that long."""

    seconds: int
    reason: str


MINUTE, HOUR = 60, 60 * 60
LADDER = (
    Rung(1 * MINUTE, "a hiccup of the network is over"),
    Rung(5 * MINUTE, "greylisting servers let a second try in after one to five minutes"),
    Rung(15 * MINUTE, "the strict ones wait a quarter of an hour; a restart is over as well"),
    Rung(1 * HOUR, "hourly quotas of providers have begun anew"),
    Rung(3 * HOUR, "somebody has noticed a full disk"),
    Rung(8 * HOUR, "a night between the evening's fault and the morning's repair"),
    Rung(24 * HOUR, "one working day more for the other side; later the letter is no news"),
)
# When our own server does not answer, that says nothing about a letter. It climbs to the hourly rung
# and waits there however long it takes; the upper rungs stay in store for refusals of the letter itself.
AWAY_TOP = 4


def delay_after(attempts: int) -> int | None:
    """Seconds until the next try after so many tries (1, 2, ...); None when the ladder has ended."""
    return LADDER[attempts - 1].seconds if attempts <= len(LADDER) else None


@dataclass(frozen=True)
class Reply:
    """A server's refusal: the code, and the enhanced code (RFC 3463) when it gave one, without its text."""

    code: int
    enhanced: str | None

    @property
    def is_final(self) -> bool:
        return 500 <= self.code < 600

    @property
    def short(self) -> str:
        """What may be logged: codes name nobody, while the text of a reply mostly repeats the address."""
        return f"{self.code} {self.enhanced}" if self.enhanced else str(self.code)


# Subjects of enhanced codes that refuse for another reason than the address being no good.
NOT_THE_ADDRESS = {
    "5.2.2": "the mailbox is full",
    "5.3": "the other mail system has a fault",
    "5.4": "the way there has a fault",
    "5.5": "we spoke the protocol wrongly",
    "5.7": "a policy, such as a block list our server is on",
}


def parse_reply(code: int, text: bytes | str) -> Reply:
    """The codes of a reply; its text is dropped."""
    plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    found = re.match(r"\s*([245]\.\d{1,3}\.\d{1,3})\b", plain)
    return Reply(code, found.group(1) if found else None)


def blames_address(reply: Reply) -> bool:
    """Whether a refusal of RCPT TO says that the address itself is no good, for good.

    Without an enhanced code a 5xx to RCPT TO is taken at its word.
    """
    if not reply.is_final:
        return False
    enhanced = f"{reply.enhanced}." if reply.enhanced else ""
    return not any(enhanced.startswith(f"{prefix}.") for prefix in NOT_THE_ADDRESS)
