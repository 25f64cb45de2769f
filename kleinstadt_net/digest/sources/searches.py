"""Towns that a search of the directory, kept by the reader's town hall, has found since it was last looked at."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

# One letter holds this much of it; the searches themselves show everything.
MAX_SEARCHES = 2


@dataclass(frozen=True)
class Found:
    """A search by its name, and the new towns in it: id and name with Land, in the order of the search."""

    search_id: int
    name: str
    towns: tuple[tuple[int, str], ...]

    kind = "found"

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self.key_of(town_id) for town_id, _ in self.towns)

    def key_of(self, town_id: int) -> str:
        return f"found:{self.search_id}:{town_id}"


def untold(searches: Iterable[Found], told: Collection[str]) -> tuple[Found, ...]:
    """The searches with towns not yet told of, and only these; the richest first, then by name."""
    fresh = (
        replace(one, towns=tuple(town for town in one.towns if one.key_of(town[0]) not in told))
        for one in searches
    )
    ranked = sorted((one for one in fresh if one.towns), key=lambda one: (-len(one.towns), one.name))
    return tuple(ranked[:MAX_SEARCHES])
