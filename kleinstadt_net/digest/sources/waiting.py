"""Towns that would like to talk to the reader's and have not had an answer."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from kleinstadt_net.digest.sources.suggestions import Suggestion
from kleinstadt_net.digest.sources.towns import Peer


@dataclass(frozen=True)
class Waiting:
    """A town that answered "contact" to a suggestion of ours, since when.

    ``asked_by`` is that suggestion, the other town's; ``own`` the one in which we can answer from
    the letter, None where the round proposed only one direction.
    """

    asked_by: int
    since: datetime
    peer: Peer
    own: Suggestion | None = None

    kind = "waiting"

    @property
    def key(self) -> str:
        return f"waiting:{self.asked_by}"


def untold(waiting: Iterable[Waiting], told: Collection[str]) -> tuple[Waiting, ...]:
    """Those not yet told; who has waited longest comes first."""
    fresh = (one for one in waiting if one.key not in told)
    return tuple(sorted(fresh, key=lambda one: (one.since, one.asked_by)))
