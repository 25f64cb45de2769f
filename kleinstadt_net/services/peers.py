"""Passende Städte: all listed towns in the order of their fit with one town, filtered and page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kleinstadt_net.matching import ranking
from kleinstadt_net.matching.declarations import STATE_CODES
from kleinstadt_net.matching.portraits import Portraits
from kleinstadt_net.services import reasons, snapshot, town_cards
from kleinstadt_net.services.snapshot import Flags, Snapshot
from kleinstadt_net.services.town_cards import TownCard

PAGE_SIZE = 25
# Scores from which the fit is called "sehr gut" and "gut". A rare challenge in common, or a usual one and help with
# something sought, in a town of the same kind makes "gut"; in a network of 2,300 towns about forty are "sehr gut".
FIT_LEVELS = ((0.4, "very_good"), (0.28, "good"))
FIT_ELSE = "some"
# Nobody has declared anything in common: a likeness of figures must not sound like more than it is.
FIT_BY_FIGURES = "similar_situation"
TALKING_POINTS = frozenset({"shared_challenge", "same_focus", "learn", "teach"})


@dataclass(frozen=True)
class PeerFilters:
    """What the list is narrowed to; None is no filter. A ``state`` without a subject means on any subject.

    ``size_from`` (inclusive) and ``size_to`` (inclusive) are inhabitants, ``distance`` kilometres as the crow flies.
    """

    land: str | None = None
    thesis: str | None = None
    topic: str | None = None
    state: str | None = None
    size_from: int | None = None
    size_to: int | None = None
    distance: int | None = None
    taking_part: bool = False


@dataclass(frozen=True)
class PeerRow:
    """A town in the list: how well it fits, as a word's code, and why, as reasons for the macros."""

    town: TownCard
    fit: str
    reasons: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class PeerPage:
    """One page of the list; ``total`` towns pass the filters out of ``listed``, of which some are taking part.

    ``declared``: the own town has said something of itself that can be compared. ``located``: its place is
    known, without which a filter by distance is left aside.
    """

    rows: tuple[PeerRow, ...]
    total: int
    listed: int
    taking_part: int
    number: int
    size: int
    declared: bool
    located: bool


def find(acting_town_id: int, filters: PeerFilters, number: int = 1) -> PeerPage:
    """The towns that fit, best first; a page beyond the end has no rows."""
    picture = snapshot.current()
    own = picture.rows[acting_town_id]
    wanted = _matching(picture, own, filters)
    ranked = ranking.rank(picture.features, own, candidates=wanted, limit=number * PAGE_SIZE)
    first = (number - 1) * PAGE_SIZE
    others = picture.listed & (np.arange(len(picture)) != own)
    return PeerPage(
        rows=_rows(picture, own, ranked.rows[first:].tolist(), ranked.scores[first:].tolist()),
        total=int(np.count_nonzero(wanted)),
        listed=int(np.count_nonzero(others)),
        taking_part=int(np.count_nonzero(others & picture.taking_part)),
        number=number,
        size=PAGE_SIZE,
        declared=bool((picture.features.declared.state[:, own] != 0).any()),
        located=bool(picture.features.figures.located[own]),
    )


def _rows(picture: Snapshot, own: int, rows: list[int], scores: list[float]) -> tuple[PeerRow, ...]:
    own_id, ids = int(picture.ids[own]), [int(picture.ids[row]) for row in rows]
    towns = town_cards.cards(picture, ids, seen_from=own_id)
    portraits, found = Portraits(picture.features), []
    for town_id, row, score in zip(ids, rows, scores, strict=True):
        told = reasons.told(portraits, own, row, picture.day)
        found.append(PeerRow(towns[town_id], _fit(score, told), tuple(told)))
    return tuple(found)


def _fit(score: float, told: Sequence[Mapping[str, Any]]) -> str:
    if not any(reason["code"] in TALKING_POINTS for reason in told):
        return FIT_BY_FIGURES
    return next((word for limit, word in FIT_LEVELS if score >= limit), FIT_ELSE)


def _matching(picture: Snapshot, own: int, filters: PeerFilters) -> Flags:
    """Which towns pass all filters; the own one never does."""
    passes = picture.listed.copy()
    passes[own] = False
    if filters.taking_part:
        passes &= picture.taking_part
    if filters.land is not None:
        passes &= picture.land == filters.land
    # A comparison with an unknown figure is false, so a town without one passes no filter by it.
    if filters.size_from is not None:
        passes &= picture.population >= filters.size_from
    if filters.size_to is not None:
        passes &= picture.population <= filters.size_to
    if filters.distance is not None:
        passes &= _within(picture, own, filters.distance)
    return passes & _declaring(picture, filters)


def _declaring(picture: Snapshot, filters: PeerFilters) -> Flags:
    declared = picture.features.declared
    wanted: NDArray[np.bool_] = declared.state != 0
    if filters.state is not None:
        wanted = declared.state == STATE_CODES[filters.state]
    subjects = [s for s in (filters.thesis, filters.topic) if s is not None]
    places = [picture.features.subjects.index(subject) for subject in subjects]
    passes: Flags = np.ones(len(picture), dtype=np.bool_)
    if filters.state is not None and not places:
        passes &= wanted.any(axis=0)
    for place in places:
        passes &= wanted[place]
    return passes


def _within(picture: Snapshot, own: int, distance: int) -> Flags:
    figures = picture.features.figures
    if not figures.located[own]:
        return np.ones(len(picture), dtype=np.bool_)
    gap = figures.position - figures.position[:, own : own + 1]
    near: Flags = (gap * gap).sum(axis=0) <= float(distance) ** 2
    return near & (figures.located > 0)
