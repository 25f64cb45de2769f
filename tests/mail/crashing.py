"""Delivery under fire: processes killed at random moments, and what the mailboxes hold in the end.

Moments are drawn from a seed: while the server thinks about the recipient or the text (so the kill falls inside the
conversation), and at any other time by a clock that nobody coordinates with anything.
"""

import os
import signal
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, Queue
from random import Random
from subprocess import Popen
from threading import Thread
from time import monotonic

from sqlalchemy import func, select

from kleinstadt_net.database import db
from kleinstadt_net.models import Letter
from tests.factories import LetterFactory
from tests.mail.processes import Commands
from tests.support.smtp import PostOffice

# Seconds: what the settings of the killed processes say, and how long nothing may happen before the test gives up.
CLAIM_TIMEOUT, PATIENCE = 1, 60
AT_RECIPIENT, AT_TEXT, ANY_TIME = range(3)


@dataclass(frozen=True)
class CrashReport:
    """``lost``: letters in no mailbox. ``doubled``: letters that arrived more than once; ``most``: how often at most.

    ``strange``: copies under a Message-ID nobody wrote, and copies to a recipient beyond the kills at which a letter to
    him was being sent.
    """

    letters: int
    kills: int
    lost: int
    doubled: int
    most: int
    strange: int
    unsent: int
    seconds: float


class Victims:
    """The one deliverer of the moment, and its end."""

    def __init__(self, forker: Popen[str]) -> None:
        self.forker = forker
        self.pid: int | None = None
        self._said: Queue[str] = Queue()
        Thread(target=self._listen, daemon=True).start()

    def start(self) -> None:
        assert self.forker.stdin is not None
        self.forker.stdin.write("letters deliver\n")
        self.forker.stdin.flush()
        self.pid = int(self._next("started", PATIENCE))

    def kill(self) -> bool:
        """False where it has just ended by itself."""
        if self.pid is None:
            return False
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
            return True
        return False

    def has_ended(self, within: float) -> bool:
        """Whether it ends within these seconds."""
        try:
            self._next("ended", within)
        except Empty:
            return False
        self.pid = None
        return True

    def _next(self, word: str, within: float) -> str:
        said, _, pid = self._said.get(timeout=within).partition(" ")
        assert said == word, f"the forker said {said!r}, not {word!r}"
        return pid.strip()

    def _listen(self) -> None:
        assert self.forker.stdout is not None
        for line in self.forker.stdout:
            self._said.put(line)


class Fire:
    """Decides at which moment each victim dies, and notes what was in flight then."""

    def __init__(self, smtp: PostOffice, victims: Victims, kills: int, random: Random) -> None:
        self.victims, self.random = victims, random
        self.left = kills
        self.done = 0
        # How often a letter to this recipient was being sent at a kill.
        self.in_flight: Counter[str] = Counter()
        self._moment, self._after = ANY_TIME, 0
        self._sending = ""
        smtp.on_recipient, smtp.on_data = self._at_recipient, self._at_text

    def aim(self) -> float:
        """Draw the next moment; seconds after which the clock strikes, unless the conversation came first."""
        self._moment, self._after = self.random.randrange(3), self.random.randrange(4)
        return self.random.uniform(0.005, 0.4) if self._moment == ANY_TIME else PATIENCE

    def strike(self) -> None:
        if self.left and self.victims.kill():
            self.left -= 1
            self.done += 1
            self.in_flight[self._sending] += 1

    def _at_recipient(self, address: str) -> None:
        self._sending = address
        self._hit(AT_RECIPIENT)

    def _at_text(self, address: str) -> None:
        self._hit(AT_TEXT)

    def _hit(self, moment: int) -> None:
        if self._moment != moment:
            return
        self._after -= 1
        if self._after < 0:
            self._moment = ANY_TIME
            self.strike()


def crash(commands: Commands, smtp: PostOffice, *, letters: int, kills: int, seed: int) -> CrashReport:
    """Deliver to ``letters`` recipients by processes of which ``kills`` are killed; then let one finish, and count.

    Each recipient has one letter at first; where all have left, a tenth of them get another, so that every kill meets a
    process that is working.
    """
    random, began = Random(seed), monotonic()
    ids = _lay(range(letters))
    victims = Victims(commands.start_forker(smtp.port, mail_claim_timeout=CLAIM_TIMEOUT))
    fire = Fire(smtp, victims, kills, random)
    while fire.left or _unsent():
        assert monotonic() - began < PATIENCE + 10 * kills, "letters do not leave any more"
        if fire.left and not _due():
            ids |= _lay(random.sample(range(letters), letters // 10))
        within = fire.aim()
        victims.start()
        if not victims.has_ended(within):
            fire.strike()
            assert victims.has_ended(PATIENCE)
    arrived = Counter(str(d.message["Message-ID"]) for d in smtp.deliveries)
    again: Counter[str] = Counter()
    for message_id, count in arrived.items():
        again[ids.get(message_id, "")] += count - 1
    return CrashReport(
        letters=len(ids),
        kills=fire.done,
        lost=len(ids.keys() - arrived.keys()),
        doubled=sum(count > 1 for count in arrived.values()),
        most=max(arrived.values()),
        strange=len(arrived.keys() - ids.keys()) + (again - fire.in_flight).total(),
        unsent=_unsent(),
        seconds=monotonic() - began,
    )


def _lay(numbers: Iterable[int]) -> dict[str, str]:
    """A letter to each of these recipients; who gets which Message-ID."""
    made = [LetterFactory(recipient=f"empfang{number}@rathaus.example") for number in numbers]
    return {letter.message_id: letter.recipient for letter in made}


def _unsent() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(Letter.state != "sent")) or 0


def _due() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(Letter.state == "pending")) or 0
