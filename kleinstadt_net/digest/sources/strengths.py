"""Towns that lately call something their strength which the reader's town seeks advice on."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

# One letter holds so many; the directory has them all.
MAX_STRENGTHS = 2


@dataclass(frozen=True)
class StrengthNews:
    """A statement of another town, named with its Land, on a subject the reader's seeks, and since when it stands."""

    stance_id: int
    town_id: int
    ags: str
    slug: str
    town: str
    subject: str
    said_on: date

    kind = "strength"

    @property
    def key(self) -> str:
        return f"strength:{self.stance_id}"


def untold(
    strengths: Iterable[StrengthNews], told: Collection[str], *, without: Collection[int]
) -> tuple[StrengthNews, ...]:
    """Those not yet told, the latest first; ``without`` towns that stand in the letter anyway."""
    fresh = (one for one in strengths if one.key not in told and one.town_id not in without)
    return tuple(sorted(fresh, key=lambda one: (-one.said_on.toordinal(), -one.stance_id))[:MAX_STRENGTHS])
