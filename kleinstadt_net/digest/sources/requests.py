"""Requests for a talk that wait for the reader's town: to be answered, or a question about its own."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from kleinstadt_net.digest.sources.towns import Peer

Turn = Literal["asked", "replied", "question"]


@dataclass(frozen=True)
class Request:
    """``peer`` waits since a moment, and for what.

    ``turn``: it has "asked" for a talk, or has "replied" to what was asked back, and the reader's town is to answer;
    or it has been asked itself, and has a "question" first. What it is about stands behind the sign-in: it may be what
    ``peer`` seeks.
    """

    exchange_id: int
    since: datetime
    peer: Peer
    form: str
    turn: Turn

    kind = "request"
    # It is answered by a link of its own, not in a suggestion.
    own: ClassVar[None] = None

    @property
    def key(self) -> str:
        return f"request:{self.exchange_id}:{self.turn}"

    @property
    def is_ours(self) -> bool:
        """Whether the reader's town has asked for the talk itself."""
        return self.turn == "question"


def untold(requests: Iterable[Request], told: Collection[str]) -> tuple[Request, ...]:
    """Those not yet told; who has waited longest comes first."""
    fresh = (one for one in requests if one.key not in told)
    return tuple(sorted(fresh, key=lambda one: (one.since, one.exchange_id)))
