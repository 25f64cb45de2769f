"""Other towns that repeat an example of the reader's town: what became of her gift."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

# One letter holds so many; the pages of the examples show all.
MAX_ADOPTIONS = 3
DONE = "done"


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
        """That it is done is news of its own."""
        return self.done_key if self.state == DONE else f"adoption:{self.adoption_id}"

    @property
    def done_key(self) -> str:
        return f"adoption:{self.adoption_id}:{DONE}"


def untold(adoptions: Iterable[AdoptionNews], told: Collection[str]) -> tuple[AdoptionNews, ...]:
    """Those not yet told, the newest first; what was done once and goes on again is none."""
    fresh = [one for one in adoptions if not {one.key, one.done_key} & set(told)]
    return tuple(sorted(fresh, key=lambda one: -one.adoption_id)[:MAX_ADOPTIONS])
