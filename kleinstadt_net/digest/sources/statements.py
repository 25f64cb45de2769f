"""Something useful without a click: what a suggested town says of itself, in its own sentence."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kleinstadt_net.digest.sources.towns import Peer
from kleinstadt_net.vocabulary import CONFIDENTIAL_STATES, State


@dataclass(frozen=True, slots=True)
class Statement:
    """A stance of the peer with the day it was last confirmed; ``sentence`` may be empty."""

    stance_id: int
    subject: str
    state: str
    sentence: str
    confirmed_on: date
    is_focus: bool = False

    kind = "statement"

    @property
    def key(self) -> str:
        return f"statement:{self.stance_id}"


Statements = Mapping[int, Sequence[Statement]]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A statement with the town that made it."""

    peer: Peer
    said: Statement

    kind = "statement"

    @property
    def key(self) -> str:
        return self.said.key


def strongest(statements: Iterable[Statement]) -> Statement | None:
    """The statement a town is best introduced by, chosen without regard to who reads it.

    Because the reader's own stances play no part, a subject line made from it tells nobody what
    she is looking for. Confidential states never qualify.
    """
    ranked = sorted(_public(statements), key=_rank)
    return ranked[0] if ranked else None


def spoken(peers: Iterable[Peer], statements: Statements, told: Collection[str]) -> Spoken | None:
    """The first peer with a public sentence of its own not yet told, and that sentence."""
    for peer in peers:
        sentences = [s for s in statements.get(peer.town_id, ()) if s.sentence and s.key not in told]
        found = strongest(sentences)
        if found is not None:
            return Spoken(peer, found)
    return None


def _public(statements: Iterable[Statement]) -> list[Statement]:
    return [statement for statement in statements if State(statement.state) not in CONFIDENTIAL_STATES]


def _rank(statement: Statement) -> tuple[bool, bool, int, str]:
    """What a town can show before what it works on, its focus first, then the latest confirmed."""
    return (
        statement.state != State.STRENGTH,
        not statement.is_focus,
        -statement.confirmed_on.toordinal(),
        statement.subject,
    )
