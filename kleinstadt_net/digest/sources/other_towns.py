"""The further towns a person acts for: one line each that counts, and names no other town."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

# One letter holds so many lines; on the pages she can change the town.
MAX_TOWNS = 3


@dataclass(frozen=True)
class OtherTown:
    """A further town of the reader with the keys of what waits there and of what is suggested to it."""

    town_id: int
    name: str
    waiting: tuple[str, ...]
    suggestions: tuple[str, ...]

    kind = "other_town"

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self.key_of(key) for key in (*self.waiting, *self.suggestions))

    def key_of(self, key: str) -> str:
        # Counted here is not told yet: should this town become her home, she reads of it in full.
        return f"other:{self.town_id}:{key}"


def untold(towns: Iterable[OtherTown], told: Collection[str]) -> tuple[OtherTown, ...]:
    """The towns with something not yet counted, and only that; where most waits comes first, then by name."""
    fresh = [
        OtherTown(
            one.town_id,
            one.name,
            tuple(key for key in one.waiting if one.key_of(key) not in told),
            tuple(key for key in one.suggestions if one.key_of(key) not in told),
        )
        for one in towns
    ]
    ranked = sorted((one for one in fresh if one.keys), key=lambda one: (-len(one.waiting), one.name))
    return tuple(ranked[:MAX_TOWNS])
