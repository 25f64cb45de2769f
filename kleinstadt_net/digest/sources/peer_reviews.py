"""Peer reviews (kollegiale Beratung): those the reader's town is invited to, and the days of those it goes to."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class PeerReviewNews:
    """A visit in ``host``; ``waits``: the reader's town has not said yet whether it comes."""

    peer_review_id: int
    host: str
    held_on: date | None
    waits: bool

    kind = "peer_review"

    @property
    def key(self) -> str:
        return f"peer_review:{self.peer_review_id}:{'asked' if self.waits else self.held_on}"


def untold(reviews: Iterable[PeerReviewNews], told: Collection[str], *, today: date) -> PeerReviewNews | None:
    """One not yet told: an invitation first, then the nearest day; a day that has gone by is no news."""
    fresh = (
        one
        for one in reviews
        if one.key not in told and (one.waits or (one.held_on is not None and one.held_on >= today))
    )
    return min(
        fresh, key=lambda one: (not one.waits, one.held_on or date.max, one.peer_review_id), default=None
    )
