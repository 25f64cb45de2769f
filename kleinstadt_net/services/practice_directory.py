"""The library of examples: narrowed, counted, put in order and shown page by page.

Everything up to the rows of a page comes from arrays (``practice_index`` and the towns' snapshot); the database gives
those rows alone. What is for confirmed towns only is in neither, so nothing here can depend on it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kleinstadt_net.matching.declarations import IN_PROGRESS, SEEKING
from kleinstadt_net.search.folding import fold
from kleinstadt_net.services import practice_index, practices, snapshot
from kleinstadt_net.services.directory_filters import Reader
from kleinstadt_net.services.practice_index import KEYS, NOWHERE, NUMBERS, VALUES, Practices
from kleinstadt_net.services.practices import PracticeCard
from kleinstadt_net.services.snapshot import Flags, Ints, Snapshot
from kleinstadt_net.territory import LAENDER
from kleinstadt_net.vocabulary import SIZE_BANDS, SIZE_LIMITS

PAGE_SIZE = 25
# From so many hits on nothing is counted beside the values: the numbers would help nobody to choose.
COUNTED_BELOW = 5_001
BANDS = tuple(SIZE_BANDS)
SIMILAR = 3

BY_HIT, BY_FIT, BY_NEWEST, BY_COST = SORTS = ("hit", "fit", "newest", "cost")
Counts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class PracticeFilters:
    """What the library is narrowed to; None and empty are no filter. ``funded`` is "yes" or "no"."""

    search: str = ""
    subject: str | None = None
    land: str | None = None
    size: str | None = None
    cost: str | None = None
    duration: str | None = None
    funded: str | None = None
    instrument: str | None = None


@dataclass(frozen=True)
class PracticeRow:
    """An example in the list; ``sought`` and ``worked_on`` are subjects of it that concern the reader's own town."""

    card: PracticeCard
    is_own: bool = False
    sought: tuple[str, ...] = ()
    worked_on: tuple[str, ...] = ()


@dataclass(frozen=True)
class PracticeList:
    """One page of the list. ``counts`` is None where there are too many hits to count.

    ``is_alike``: nothing holds the words typed, these hold words nearly the same. ``widenings`` are for an empty
    list: by filter how many there would be without it.
    """

    rows: tuple[PracticeRow, ...]
    total: int
    listed: int
    number: int
    size: int
    sort: str
    sorts: tuple[str, ...]
    counts: Counts | None
    is_alike: bool
    widenings: tuple[tuple[str, int], ...]


class Answer:
    """Which examples pass each filter, for one reader: one flag per example and filter."""

    def __init__(self, known: Practices, picture: Snapshot, filters: PracticeFilters) -> None:
        self.known, self.picture, self.filters = known, picture, filters
        # Both are in the order of ids; a town that is newer than the picture is not shown yet.
        places = np.searchsorted(picture.ids, known.town_ids).clip(max=max(0, len(picture) - 1))
        self.town_rows: Ints = places
        exists = picture.ids[places] == known.town_ids if len(picture) else np.zeros(len(known), np.bool_)
        self.shown: Flags = exists & picture.taking_part[places] if len(picture) else exists
        words = fold(filters.search).split()
        self.ranks = known.search(words) if words else None
        self.flags: dict[str, Flags] = dict(self._flags())

    @cached_property
    def bands(self) -> NDArray[np.int64]:
        """The place of each town's size in BANDS; -1 where it is unknown."""
        population = self.picture.population[self.town_rows]
        found = np.searchsorted(SIZE_LIMITS, population, side="right")
        found[np.isnan(population)] = -1
        return found

    @cached_property
    def land(self) -> NDArray[np.int64]:
        """The place of each town's Land in LAENDER; -1 for one outside them."""
        keys = np.array(list(LAENDER))
        of_town = np.full(len(self.picture), -1, dtype=np.int64)
        for number, key in enumerate(keys):
            of_town[self.picture.land == key] = number
        return of_town[self.town_rows]

    def passing(self, without: str = "") -> Flags:
        """Where every filter is passed, one of them left aside."""
        found = self.shown.copy()
        for name, flags in self.flags.items():
            if name != without:
                found &= flags
        return found

    def _flags(self) -> list[tuple[str, Flags]]:
        held, known = self.filters, self.known
        flags: list[tuple[str, Flags]] = []
        if self.ranks is not None:
            flags.append(("search", self.ranks != NOWHERE))
        if held.subject is not None:
            flags.append(("subject", known.subjects[:, NUMBERS[held.subject]]))
        if held.land is not None:
            flags.append(("land", self.land == list(LAENDER).index(held.land)))
        if held.size is not None:
            flags.append(("size", self.bands == BANDS.index(held.size)))
        for name, values in VALUES.items():
            value = getattr(held, name)
            if value is not None:
                flags.append((name, known.codes[name] == values.index(value)))
        return flags


def find(
    filters: PracticeFilters, reader: Reader, *, sort: str | None = None, number: int = 1
) -> PracticeList:
    """One page of the examples that pass the filters; a page beyond the end has no rows."""
    answer = Answer(practice_index.current(), snapshot.current(), filters)
    hits = np.flatnonzero(answer.passing())
    sorts = tuple(
        one
        for one in SORTS
        if (one != BY_HIT or answer.ranks is not None) and (one != BY_FIT or reader.town_id is not None)
    )
    chosen = sort if sort in sorts else sorts[0]
    first = (number - 1) * PAGE_SIZE
    ordered = _ordered(answer, hits, chosen, reader, first + PAGE_SIZE)[first:]
    return PracticeList(
        rows=_rows(answer, ordered, reader),
        total=len(hits),
        listed=int(np.count_nonzero(answer.shown)),
        number=number,
        size=PAGE_SIZE,
        sort=chosen,
        sorts=sorts,
        counts=counts(answer) if len(hits) < COUNTED_BELOW else None,
        is_alike=answer.ranks is not None
        and bool(len(hits))
        and bool((answer.ranks[hits] == practice_index.ALIKE).all()),
        widenings=() if len(hits) else _widenings(answer),
    )


def band(population: int | None) -> str | None:
    """The band of sizes a town belongs to; None where nobody knows."""
    return None if population is None else BANDS[int(np.searchsorted(SIZE_LIMITS, population, side="right"))]


def counts(answer: Answer) -> Counts:
    """For every value that may be chosen the number of examples it would leave, the other filters held."""
    known = answer.known
    return {
        "subject": _by_key(KEYS, known.subjects[answer.passing("subject")].sum(axis=0)),
        "land": _by_code(tuple(LAENDER), answer.land[answer.passing("land")]),
        "size": _by_code(BANDS, answer.bands[answer.passing("size")]),
        **{
            name: _by_code(values, known.codes[name][answer.passing(name)].astype(np.int64))
            for name, values in VALUES.items()
        },
    }


def similar(practice_id: int, reader: Reader) -> tuple[PracticeCard, ...]:
    """A few other examples on the same subjects, of towns of that size and Land before others."""
    answer = Answer(practice_index.current(), snapshot.current(), PracticeFilters())
    found = np.flatnonzero(answer.known.ids == practice_id)
    if not len(found):
        return ()
    own, known = int(found[0]), answer.known
    shared = known.subjects[:, known.subjects[own]].sum(axis=1)
    others = answer.shown & (shared > 0)
    others[own] = False
    score = 2.0 * shared + (answer.bands == answer.bands[own]) + (answer.land == answer.land[own])
    # What another town did tells more than the next example of the same one.
    score -= 3.0 * (known.town_ids == known.town_ids[own])
    rows = np.flatnonzero(others)
    best = rows[np.lexsort((-known.released[rows], -score[rows]))][:SIMILAR]
    return practices.in_order(known.ids[best].tolist(), seen_from=reader.town_id)


def ordered_for(answer: Answer, rows: Ints, town_id: int, most: int) -> Ints:
    """The first ``most`` of these rows in the order in which they concern a town."""
    return _ordered(answer, rows, BY_FIT, Reader(town_id, verified=True), most)


def said(picture: Snapshot, town_id: int, state: int) -> frozenset[str]:
    """The subjects a town says this of, by the engine's code of the state."""
    row = picture.rows[town_id]
    return frozenset(KEYS[n] for n in np.flatnonzero(_subjects(picture, row, state)))


def first_of(keys: Sequence[NDArray[np.float64]], most: int) -> Ints:
    """The beginning of ``np.lexsort(keys)``, without putting the rest in order; the last key counts most."""
    if len(keys[-1]) <= most:
        return np.lexsort(keys)
    kept = np.flatnonzero(keys[-1] <= np.partition(keys[-1], most - 1)[most - 1])
    ordered: Ints = kept[np.lexsort([key[kept] for key in keys])][:most]
    return ordered


def _ordered(answer: Answer, hits: Ints, sort: str, reader: Reader, most: int) -> Ints:
    known = answer.known
    keys: list[NDArray[np.float64]] = [-known.ids[hits].astype(np.float64), -known.released[hits]]
    if sort == BY_COST:
        cost = known.codes["cost"][hits].astype(np.float64)
        keys.append(np.where(cost < 0, len(VALUES["cost"]), cost))
    if reader.town_id is not None and sort in (BY_FIT, BY_HIT):
        keys.append(-_fit(answer, hits, reader.town_id))
    if sort == BY_HIT and answer.ranks is not None:
        keys.append(answer.ranks[hits].astype(np.float64))
    ordered: Ints = hits[first_of(keys, most)]
    return ordered


def _fit(answer: Answer, hits: Ints, town_id: int) -> NDArray[np.float64]:
    """How much each concerns a town: what it seeks, then what it works on, then towns of its size and Land."""
    known, picture = answer.known, answer.picture
    own = picture.rows[town_id]
    seeks, works_on = (_subjects(picture, own, state).astype(np.float64) for state in (SEEKING, IN_PROGRESS))
    weights = 3.0 * seeks + 2.0 * works_on
    size = np.searchsorted(SIZE_LIMITS, picture.population[own], side="right")
    told = np.flatnonzero(weights)
    score: NDArray[np.float64] = known.subjects[np.ix_(hits, told)] @ weights[told]
    score += (answer.bands[hits] == size).astype(np.float64)
    score += 0.5 * (picture.land[answer.town_rows[hits]] == picture.land[own])
    score -= 10.0 * (known.town_ids[hits] == town_id)
    return score


def _subjects(picture: Snapshot, row: int, state: int) -> Flags:
    """Which of KEYS a town says this of."""
    said = picture.features.declared.state[:, row] == state
    places = [picture.features.subjects.index(key) for key in KEYS]
    flags: Flags = said[places]
    return flags


def _rows(answer: Answer, shown: Ints, reader: Reader) -> tuple[PracticeRow, ...]:
    known, picture = answer.known, answer.picture
    cards = practices.in_order(known.ids[shown].tolist(), seen_from=reader.town_id)
    if reader.town_id is None:
        return tuple(map(PracticeRow, cards))
    of_own = {state: said(picture, reader.town_id, state) for state in (SEEKING, IN_PROGRESS)}
    return tuple(
        PracticeRow(
            card,
            card.town.town_id == reader.town_id,
            tuple(key for key in card.subjects if key in of_own[SEEKING]),
            tuple(key for key in card.subjects if key in of_own[IN_PROGRESS]),
        )
        for card in cards
    )


def _widenings(answer: Answer) -> tuple[tuple[str, int], ...]:
    found = [(name, int(np.count_nonzero(answer.passing(name)))) for name in answer.flags]
    return tuple(sorted((one for one in found if one[1]), key=lambda one: -one[1]))


def _by_key(keys: tuple[str, ...], numbers: NDArray[np.int64]) -> dict[str, int]:
    return dict(zip(keys, numbers.tolist(), strict=True))


def _by_code(values: tuple[str, ...], codes: NDArray[np.int64]) -> dict[str, int]:
    found = np.bincount(codes[codes >= 0], minlength=len(values)).tolist()
    return dict(zip(values, found, strict=True))
