"""Circles the reader's town is asked for, and those on a challenge of hers that have a place left."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class CircleNews:
    """A circle on a subject (its key) with so many towns in it, and places left; no town is named.

    ``is_asked``: the town is invited and may answer up to ``answer_by``; else the circle has begun without it.
    """

    circle_id: int
    subject: str
    towns: int
    free: int
    is_asked: bool
    answer_by: date | None

    kind = "circle"

    @property
    def key(self) -> str:
        return f"circle:{self.circle_id}:{'asked' if self.is_asked else 'place'}"


def untold(circles: Iterable[CircleNews], told: Collection[str]) -> CircleNews | None:
    """One not yet told: an invitation first, then the newest; a town joins one circle at a time."""
    fresh = (one for one in circles if one.key not in told)
    return max(fresh, key=lambda one: (one.is_asked, one.circle_id), default=None)
