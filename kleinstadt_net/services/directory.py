"""The directory of all listed towns: narrowed, counted, put in order and shown page by page.

Everything up to the rows of a page comes from the snapshot; the database gives those rows alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kleinstadt_net.matching import ranking
from kleinstadt_net.matching.portraits import Portraits
from kleinstadt_net.matching.questions import USUAL, Order
from kleinstadt_net.matching.similarity import parts
from kleinstadt_net.services import (
    directory_facets,
    directory_filters,
    reasons,
    snapshot,
    town_cards,
    town_finder,
)
from kleinstadt_net.services.directory_facets import Counts, Widening
from kleinstadt_net.services.directory_filters import (
    IN_TEXTS,
    NOWHERE,
    Answer,
    DirectoryFilters,
    Origin,
    Reader,
)
from kleinstadt_net.services.snapshot import Ints
from kleinstadt_net.services.town_cards import TownCard
from kleinstadt_net.services.town_finder import Choice

PAGE_SIZE = 25
PROPOSED = 8
# Scores from which the fit is called "sehr gut" and "gut". A rare challenge in common, or a usual one and help with
# something sought, in a town of the same kind makes "gut"; in a network of 2,300 towns about forty are "sehr gut".
FIT_LEVELS = ((0.4, "very_good"), (0.28, "good"))
FIT_ELSE = "some"
# Nobody has declared anything in common: a likeness of figures must not sound like more than it is.
FIT_BY_FIGURES = "similar_situation"
TALKING_POINTS = frozenset({"shared_challenge", "same_focus", "learn", "teach"})

BY_HIT, BY_FIT, BY_DISTANCE, BY_NAME, BY_SIZE = SORTS = ("hit", "fit", "distance", "name", "size")


@dataclass(frozen=True)
class DirectoryRow:
    """A town in the list. ``fit`` (a word's code), ``parts`` and ``reasons`` are for readers with a town of their own.

    ``matched`` are the subjects on which the town has written what was searched for; empty for a hit by name.
    """

    town: TownCard
    is_own: bool = False
    fit: str | None = None
    parts: Mapping[str, float] = field(default_factory=dict)
    reasons: tuple[Mapping[str, Any], ...] = ()
    matched: tuple[str, ...] = ()


@dataclass(frozen=True)
class DirectoryPage:
    """One page of the list; ``total`` towns pass the filters. The directory lists ``listed`` others, some taking part.

    ``left_aside`` names filters, or "sort", that were not followed; ``sorts`` what may be chosen here, ``sort`` what
    holds. ``declared``: the own town has said something of itself that can be compared. ``widenings`` are for an
    empty list, most towns first.
    """

    rows: tuple[DirectoryRow, ...]
    total: int
    listed: int
    taking_part: int
    number: int
    size: int
    sort: str
    sorts: tuple[str, ...]
    origin: Origin | None
    declared: bool
    left_aside: tuple[str, ...]
    counts: Counts
    widenings: tuple[Widening, ...]


def find(
    filters: DirectoryFilters,
    reader: Reader,
    *,
    sort: str | None = None,
    order: Order = USUAL,
    number: int = 1,
) -> DirectoryPage:
    """One page of the towns that pass the filters; a page beyond the end has no rows.

    ``order`` is what "fit" means here, for a reader with a town of her own; its words mean the same in any order.
    """
    picture = snapshot.current()
    answer = directory_filters.ask(picture, filters, reader)
    hits = np.flatnonzero(answer.passing())
    sorts = _sorts(answer)
    chosen = sort if sort in sorts else sorts[0]
    keys = None if reader.town_id is None else ranking.sort_keys(picture.features, _own(answer), order)
    others = picture.listed & (picture.ids != reader.town_id)
    first = (number - 1) * PAGE_SIZE
    shown = _ordered(answer, hits, chosen, keys, first + PAGE_SIZE)[first:]
    return DirectoryPage(
        rows=_rows(answer, shown),
        total=len(hits),
        listed=int(np.count_nonzero(others)),
        taking_part=int(np.count_nonzero(others & picture.taking_part)),
        number=number,
        size=PAGE_SIZE,
        sort=chosen,
        sorts=sorts,
        origin=answer.origin,
        declared=keys is None or bool(answer.state[:, _own(answer)].any()),
        left_aside=(*answer.left_aside, *(("sort",) if sort not in (None, chosen) else ())),
        counts=directory_facets.counts(answer),
        widenings=() if len(hits) else directory_facets.widenings(answer),
    )


@dataclass(frozen=True)
class Proposals:
    """What is offered while somebody types: towns by name, how many there are, and how many wrote of it."""

    rows: tuple[Choice, ...]
    named: int
    writing: int


def propose(text: str, reader: Reader, *, limit: int = PROPOSED) -> Proposals:
    """The first towns whose names fit, without a query for any of them."""
    answer = directory_filters.ask(snapshot.current(), DirectoryFilters(search=text), reader)
    if answer.ranks is None or answer.order is None:
        return Proposals((), 0, 0)
    ranks = np.where(answer.passing(), answer.ranks, NOWHERE)
    named = np.flatnonzero(ranks < IN_TEXTS)
    first = named[np.argsort(answer.order[named])][:limit]
    return Proposals(
        town_finder.chosen(answer.picture.ids[first]), len(named), int(np.count_nonzero(ranks == IN_TEXTS))
    )


def town_ids(filters: DirectoryFilters, reader: Reader) -> Ints:
    """The ids of all towns that pass the filters, ascending."""
    picture = snapshot.current()
    ids: Ints = picture.ids[directory_filters.ask(picture, filters, reader).passing()]
    return ids


def _sorts(answer: Answer) -> tuple[str, ...]:
    """What the list may be sorted by, the usual order first."""
    offered = {
        BY_HIT: answer.ranks is not None,
        BY_FIT: answer.reader.town_id is not None,
        BY_DISTANCE: answer.origin is not None and answer.origin.located,
        BY_NAME: True,
        BY_SIZE: True,
    }
    # Whoever asks from where it is near wants to see the nearest first.
    first = (BY_DISTANCE,) if answer.filters.origin and offered[BY_DISTANCE] and not offered[BY_HIT] else ()
    return (*first, *(sort for sort in SORTS if offered[sort] and sort not in first))


def _own(answer: Answer) -> int:
    assert answer.reader.town_id is not None
    return answer.picture.rows[answer.reader.town_id]


def _ordered(answer: Answer, hits: Ints, sort: str, fit: Ints | None, limit: int) -> Ints:
    """The first ``limit`` of these rows; hits by name come before hits by text whatever the order."""
    picture = answer.picture
    keys: list[NDArray[Any]] = [picture.name_rank[hits]]
    if sort == BY_FIT or (sort == BY_HIT and fit is not None):
        assert fit is not None
        keys.append(fit[hits])
    elif sort == BY_DISTANCE:
        assert answer.origin is not None
        keys.append(directory_filters.squared_km(picture, answer.origin)[hits])
    elif sort == BY_SIZE:
        # Sorted behind all others where unknown.
        keys.append(-np.nan_to_num(picture.population[hits], nan=-1.0))
    if answer.ranks is not None and answer.order is not None:
        if sort == BY_HIT:
            # Names in the order in which the index found them, which knows how alike they are.
            keys.append(answer.order[hits])
        keys.append(answer.ranks[hits] >= IN_TEXTS)
    if len(keys) == 2 and len(hits) > limit:
        # The best few of many: everything up to the worst of them, ties included, and only that is sorted.
        near = np.flatnonzero(keys[1] <= np.partition(keys[1], limit - 1)[limit - 1])
        hits, keys = hits[near], [key[near] for key in keys]
    return hits[np.lexsort(keys)][:limit]


def _rows(answer: Answer, shown: Ints) -> tuple[DirectoryRow, ...]:
    picture, reader = answer.picture, answer.reader
    ids = picture.ids[shown].tolist()
    towns = town_cards.cards(picture, ids, seen_from=answer.origin.town_id if answer.origin else None)
    matched = [
        answer.finds.of_town(town_id) if answer.ranks is not None and answer.ranks[row] == IN_TEXTS else ()
        for town_id, row in zip(ids, shown.tolist(), strict=True)
    ]
    plain = [
        DirectoryRow(towns[town_id], is_own=town_id == reader.town_id, matched=where)
        for town_id, where in zip(ids, matched, strict=True)
    ]
    return tuple(plain if reader.town_id is None else _compared(answer, shown, plain))


def _compared(answer: Answer, shown: Ints, rows: Sequence[DirectoryRow]) -> Iterator[DirectoryRow]:
    """The rows with what they have in common with the reader's own town."""
    own, picture = _own(answer), answer.picture
    portraits, compared = Portraits(picture.features), parts(picture.features, own, shown)
    scores = (ranking.steps(compared) / ranking.STEPS).tolist()
    for row, place, score, each in zip(rows, shown.tolist(), scores, compared.by_pair(), strict=True):
        if row.is_own:
            yield row
        else:
            told = tuple(reasons.told(portraits, own, place, picture.day))
            yield replace(row, fit=_fit(score, told), parts=each, reasons=told)


def _fit(score: float, told: Sequence[Mapping[str, Any]]) -> str:
    if not any(reason["code"] in TALKING_POINTS for reason in told):
        return FIT_BY_FIGURES
    return next((word for limit, word in FIT_LEVELS if score >= limit), FIT_ELSE)
