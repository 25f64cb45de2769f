"""What the directory is narrowed to, and which towns pass each filter: one flag per town and filter, from arrays."""

from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kleinstadt_net.matching.declarations import SEEKING, STATE_CODES
from kleinstadt_net.matching.weights import STABLE_GROWTH
from kleinstadt_net.services import directory_networks, directory_texts, town_finder
from kleinstadt_net.services.directory_texts import Finds
from kleinstadt_net.services.snapshot import Flags, Ints, Snapshot
from kleinstadt_net.vocabulary import CONFIDENTIAL_STATES

States = NDArray[np.int8]

GROWING, STABLE, SHRINKING = DIRECTIONS = ("growing", "stable", "shrinking")
# The filters that speak of the same statement: taking one away changes what another asks for.
SUBJECT_FILTERS = frozenset({"thesis", "topic", "state"})
# Behind every rank of a name: found in what the town has written; not found at all.
IN_TEXTS, NOWHERE = 100, 101


@dataclass(frozen=True)
class Reader:
    """Who looks: the town she acts for, and whether she may read what is for confirmed towns."""

    town_id: int | None = None
    verified: bool = False


VISITOR = Reader()


@dataclass(frozen=True)
class DirectoryFilters:
    """What the directory is narrowed to; empty and None are no filter.

    ``state`` without a subject means on any subject. ``growth`` is one of DIRECTIONS, ``network`` a slug,
    ``size_from`` and ``size_to`` (both inclusive) inhabitants, ``distance`` kilometres as the crow flies from the town
    ``origin`` names by key or name, else from the reader's own.
    """

    search: str = ""
    land: str | None = None
    thesis: str | None = None
    topic: str | None = None
    state: str | None = None
    focus: str | None = None
    growth: str | None = None
    network: str | None = None
    size_from: int | None = None
    size_to: int | None = None
    distance: int | None = None
    origin: str = ""
    taking_part: bool = False


NARROWING = tuple(name for name in DirectoryFilters.__dataclass_fields__ if name != "origin")


@dataclass(frozen=True)
class Origin:
    """Where distances are measured from."""

    town_id: int
    name: str
    located: bool
    is_own: bool


@dataclass(frozen=True, eq=False)
class Answer:
    """All towns against the filters that hold: ``filters`` without those in ``left_aside``.

    ``state`` (subjects, towns) is what this reader may see of statements. Of a search, None without one: ``ranks``
    tell how each town was found (see IN_TEXTS), ``order`` the place among the hits by name, ``finds`` in which texts.
    """

    picture: Snapshot
    reader: Reader
    filters: DirectoryFilters
    left_aside: tuple[str, ...]
    origin: Origin | None
    state: States
    everybody: Flags
    flags: dict[str, Flags] = field(repr=False)
    ranks: Ints | None
    order: Ints | None
    finds: Finds

    def passing(self, without: str | None = None) -> Flags:
        """The towns that pass all filters, or all but one."""
        held = [flags for name, flags in self.flags.items() if name != without]
        declared = self._declaring
        if without in SUBJECT_FILTERS and getattr(self.filters, without) is not None:
            nothing: dict[str, Any] = {without: None}
            declared = self.declaring(replace(self.filters, **nothing))
        return reduce(np.logical_and, held, self.everybody & declared)

    def declaring(self, filters: DirectoryFilters) -> Flags:
        """Who says what thesis, topic and state ask for together; all where nothing is asked."""
        subjects = [subject for subject in (filters.thesis, filters.topic) if subject is not None]
        rows = [self.picture.features.subjects.index(subject) for subject in subjects]
        if filters.state is None:
            wanted = [self.state[row] != 0 for row in rows]
        else:
            code = STATE_CODES[filters.state]
            wanted = [self.state[row] == code for row in rows] or [(self.state == code).any(axis=0)]
        return reduce(np.logical_and, wanted, np.ones(len(self.picture), dtype=np.bool_))

    @cached_property
    def _declaring(self) -> Flags:
        return self.declaring(self.filters)

    @property
    def held(self) -> tuple[str, ...]:
        """The names of the filters that narrow this list."""
        plain = DirectoryFilters()
        return tuple(name for name in NARROWING if getattr(self.filters, name) != getattr(plain, name))


def ask(picture: Snapshot, filters: DirectoryFilters, reader: Reader) -> Answer:
    """Put the filters to all towns; what this reader may not ask, or nobody can answer, is left aside."""
    origin = _origin(picture, filters, reader)
    filters, left_aside = _answerable(filters, reader, origin)
    flags = _flags(picture, filters, origin)
    ranks, order, finds = None, None, directory_texts.NOTHING
    if filters.search:
        finds = directory_texts.search(filters.search, verified=reader.verified)
        ranks, order = _found(picture, filters.search, finds)
        flags["search"] = ranks < NOWHERE
    return Answer(
        picture,
        reader,
        filters,
        left_aside,
        origin,
        _readable(picture, reader),
        _listed(picture, filters, reader),
        flags,
        ranks,
        order,
        finds,
    )


def _origin(picture: Snapshot, filters: DirectoryFilters, reader: Reader) -> Origin | None:
    """The town somebody has named, else the reader's own; None without either."""
    if filters.origin:
        found = town_finder.place_of(filters.origin)
        if found is None or found[0] not in picture.rows:
            return None
        town_id, name = found[0], found[1].name
    elif reader.town_id is not None:
        town_id, name = reader.town_id, ""
    else:
        return None
    located = bool(picture.features.figures.located[picture.rows[town_id]])
    return Origin(town_id, name, located, town_id == reader.town_id)


def _answerable(
    filters: DirectoryFilters, reader: Reader, origin: Origin | None
) -> tuple[DirectoryFilters, tuple[str, ...]]:
    left_aside = []
    if filters.state in CONFIDENTIAL_STATES and not reader.verified:
        left_aside.append("state")
        filters = replace(filters, state=None)
    if filters.origin and origin is None:
        left_aside.append("origin")
    if filters.distance is not None and (origin is None or not origin.located):
        left_aside.append("distance")
        filters = replace(filters, distance=None)
    return filters, tuple(left_aside)


def _listed(picture: Snapshot, filters: DirectoryFilters, reader: Reader) -> Flags:
    """All listed towns; the own one only where somebody looks for a name or a text, not as a suggestion to itself."""
    listed = picture.listed.copy()
    if reader.town_id is not None and not filters.search:
        listed[picture.rows[reader.town_id]] = False
    return listed


def _readable(picture: Snapshot, reader: Reader) -> States:
    state = picture.features.declared.state
    # A need is nobody else's business: for visitors it is as if it had not been stated.
    return state if reader.verified else np.where(state == SEEKING, np.int8(0), state)


def _found(picture: Snapshot, text: str, finds: Finds) -> tuple[Ints, Ints]:
    """How each town was found, the rank of its name, else IN_TEXTS, else NOWHERE; and its place among the names."""
    ranks = np.full(len(picture), NOWHERE, dtype=np.int64)
    writers = np.searchsorted(picture.ids, finds.town_ids).clip(max=max(0, len(picture) - 1))
    writers = writers[picture.ids[writers] == finds.town_ids]
    ranks[writers[picture.taking_part[writers]]] = IN_TEXTS
    named = town_finder.search(text, picture.ids, picture.listed)
    ranks[named.places] = named.ranks
    order = np.zeros(len(picture), dtype=np.int64)
    order[named.places] = np.arange(len(named.places))
    return ranks, order


def _flags(picture: Snapshot, filters: DirectoryFilters, origin: Origin | None) -> dict[str, Flags]:
    """Who passes, by filter; those on subjects, which belong together, are ``Answer.declaring``."""
    flags: dict[str, Flags] = {}
    if filters.land is not None:
        flags["land"] = picture.land == filters.land
    if filters.taking_part:
        flags["taking_part"] = picture.taking_part
    if filters.focus is not None:
        flags["focus"] = picture.features.declared.focus[picture.features.subjects.index(filters.focus)]
    if filters.growth is not None:
        flags["growth"] = going(picture, filters.growth)
    if filters.network is not None:
        flags["network"] = directory_networks.members(picture, filters.network)
    # A comparison with an unknown figure is false, so a town without one passes no filter by it.
    if filters.size_from is not None:
        flags["size_from"] = picture.population >= filters.size_from
    if filters.size_to is not None:
        flags["size_to"] = picture.population <= filters.size_to
    if filters.distance is not None and origin is not None:
        flags["distance"] = squared_km(picture, origin) <= float(filters.distance) ** 2
    return flags


def going(picture: Snapshot, direction: str) -> Flags:
    """Whose population goes this way, by the threshold the reasons use; an unknown one goes nowhere."""
    growth = picture.growth
    if direction == STABLE:
        return np.abs(growth) < STABLE_GROWTH
    return growth >= STABLE_GROWTH if direction == GROWING else growth <= -STABLE_GROWTH


def squared_km(picture: Snapshot, origin: Origin) -> NDArray[np.float64]:
    """The squared straight distance of every town from the origin; infinite where a place is unknown."""
    figures = picture.features.figures
    row = picture.rows[origin.town_id]
    gap = figures.position - figures.position[:, row : row + 1]
    both = (figures.located > 0) & (figures.located[row] > 0)
    squared: NDArray[np.float64] = np.where(both, (gap * gap).sum(axis=0), np.inf)
    return squared
