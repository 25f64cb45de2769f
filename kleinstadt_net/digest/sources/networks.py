"""The reader's own networks and circles: who is new in them, and when a circle meets."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date

# One letter holds so many of each; the pages of networks and circles show all.
MAX_NETWORKS, MAX_MEETINGS = 2, 2


@dataclass(frozen=True)
class Joined:
    """Towns (id, name) new in a network of the reader's town, in the order in which they came."""

    network_id: int
    slug: str
    network: str
    towns: tuple[tuple[int, str], ...]

    kind = "joined"

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self.key_of(town_id) for town_id, _ in self.towns)

    def key_of(self, town_id: int) -> str:
        return f"joined:{self.network_id}:{town_id}"


@dataclass(frozen=True)
class MeetingNews:
    """The next date of a circle the reader's town is in; ``host`` and ``place`` may be empty."""

    circle_id: int
    number: int
    subject: str
    held_on: date
    place: str
    host: str

    kind = "meeting"

    @property
    def key(self) -> str:
        # With the day, so that a date that has been moved is told.
        return f"meeting:{self.circle_id}:{self.number}:{self.held_on.isoformat()}"


def newcomers(joined: Iterable[Joined], told: Collection[str]) -> tuple[Joined, ...]:
    """The networks with towns not yet told of, and only these; the most new towns first, then by name."""
    fresh = (
        replace(one, towns=tuple(town for town in one.towns if one.key_of(town[0]) not in told))
        for one in joined
    )
    ranked = sorted((one for one in fresh if one.towns), key=lambda one: (-len(one.towns), one.network))
    return tuple(ranked[:MAX_NETWORKS])


def meetings(dates: Iterable[MeetingNews], told: Collection[str], *, today: date) -> tuple[MeetingNews, ...]:
    """Those not yet told that lie ahead, the nearest first."""
    fresh = (one for one in dates if one.key not in told and one.held_on >= today)
    return tuple(sorted(fresh, key=lambda one: (one.held_on, one.circle_id))[:MAX_MEETINGS])
