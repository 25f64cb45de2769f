"""What the reader wished to be told in the Monatsbrief rather than in letters of its own: one line that counts it."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Unread:
    """A line of the reader's own list that she has not read; ``kind`` is a key of the vocabulary."""

    notification_id: int
    kind: str

    @property
    def key(self) -> str:
        return f"notification:{self.notification_id}"


@dataclass(frozen=True)
class Counted:
    """How many lines of each kind there are, the most frequent first, and the keys of all of them."""

    kinds: tuple[tuple[str, int], ...]
    keys: tuple[str, ...]

    kind = "counted"


def untold(unread: Iterable[Unread], told: Collection[str]) -> Counted | None:
    """Those not yet told, as one piece of news; None where there is nothing."""
    fresh = [one for one in unread if one.key not in told]
    if not fresh:
        return None
    counts = Counter(one.kind for one in fresh)
    kinds = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return Counted(tuple(kinds), tuple(one.key for one in fresh))
