"""Other towns that repeat an example of the reader's town: what became of her gift."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

# One letter holds so many; the pages of the examples show all.
MAX_ADOPTIONS = 3


@dataclass(frozen=True)
class AdoptionNews:
    """A town that repeats an example; ``title`` and ``practice_id`` are the example's, ``state`` where it stands."""

    adoption_id: int
    practice_id: int
    title: str
    town: str
    state: str

    kind = "adoption"

    @property
    def key(self) -> str:
        return f"adoption:{self.adoption_id}"


def untold(adoptions: Iterable[AdoptionNews], told: Collection[str]) -> tuple[AdoptionNews, ...]:
    """Those not yet told, the newest first."""
    fresh = [one for one in adoptions if one.key not in told]
    return tuple(sorted(fresh, key=lambda one: -one.adoption_id)[:MAX_ADOPTIONS])
