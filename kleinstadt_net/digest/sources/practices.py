"""Examples of other towns: one told so that no click is needed, and new ones for what the reader's town seeks."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from kleinstadt_net.vocabulary import State

# One letter holds so many beside the one that is told.
MAX_NEW = 2


@dataclass(frozen=True)
class PracticeNews:
    """An example of another town, named with its Land; ``subject`` is the one that concerns the reader's town.

    ``reason``: the reader's town seeks advice on it or works on it; empty where neither. ``cost_band`` is a key of
    the vocabulary; ``staff`` and ``office`` may be empty. ``is_new``: released in the last two months.
    """

    practice_id: int
    title: str
    town: str
    subject: str
    reason: str
    cost_band: str | None
    staff: str
    office: str
    is_new: bool

    kind = "practice"

    @property
    def key(self) -> str:
        return f"practice:{self.practice_id}"

    @property
    def tells_enough(self) -> bool:
        """Whether one can do something with it without opening it: cost, staff and the office to ring."""
        return bool(self.cost_band and self.staff and self.office)


def useful(practices: Iterable[PracticeNews], told: Collection[str]) -> PracticeNews | None:
    """The one example that is told with cost, staff and office: for a need first, then for what one works on."""
    fresh = (one for one in practices if one.tells_enough and one.key not in told)
    return min(fresh, key=_rank, default=None)


def untold(
    practices: Iterable[PracticeNews], told: Collection[str], *, without: PracticeNews | None = None
) -> tuple[PracticeNews, ...]:
    """New examples for what the town seeks or works on, not yet told; ``without`` the one told at length."""
    fresh = (one for one in practices if one.is_new and one.reason and one.key not in told and one != without)
    return tuple(sorted(fresh, key=_rank)[:MAX_NEW])


def _rank(one: PracticeNews) -> tuple[bool, bool, bool, int]:
    return (one.reason != State.SEEKING, one.reason != State.IN_PROGRESS, not one.is_new, -one.practice_id)
