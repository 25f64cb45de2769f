"""The one routine that compares towns: page, letter and round all read its float64 numbers.

Per pair only + - x / and square roots are used, each of which IEEE 754 rounds in exactly one way, and sums run
over subjects and figures in their fixed order. So a pair gets the same bits alone, in a row of ten thousand or
in a round, from either side, on any processor and with any number of threads.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from kleinstadt_net.matching.declarations import Declarations
from kleinstadt_net.matching.features import TownFeatures
from kleinstadt_net.matching.figures import TINY, Figures, Floats, Ints
from kleinstadt_net.matching.weights import LEARN_HALF, REACH_HALF_KM, SHARED_HALF, TOURISM_STEP


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """What one town has in common with others: six arrays, 0..1, one entry per other town.

    ``shared``, ``structure`` and ``reach`` are the same from both sides; ``learn`` from one side is ``teach``
    from the other. ``presumed`` is what ``shared`` might be once a silent town speaks; one of the two is always 0.
    """

    shared: Floats
    presumed: Floats
    learn: Floats
    teach: Floats
    structure: Floats
    reach: Floats

    def take(self, positions: Ints) -> "Parts":
        """The parts at some positions, in that order."""
        return Parts(*(getattr(self, name)[positions] for name in PART_NAMES))

    def by_pair(self) -> list[dict[str, float]]:
        """Each pair's parts by name, rounded to 1e-6: what a round stores."""
        table = np.round(np.stack([getattr(self, name) for name in PART_NAMES], axis=1), 6)
        return [dict(zip(PART_NAMES, values, strict=True)) for values in table.tolist()]


PART_NAMES = ("shared", "presumed", "learn", "teach", "structure", "reach")


def parts(features: TownFeatures, i: int | Ints, rows: Ints | None = None) -> Parts:
    """Town ``i`` against all towns, or against ``rows`` in their order; or each of the towns ``i`` against its row."""
    others: slice | Ints = slice(None) if rows is None else rows
    count = len(features) if rows is None else len(rows)
    declared, measured = features.declared, features.figures
    return Parts(
        saturated(_in_common(declared, i, others, count), SHARED_HALF),
        saturated(_presumed(declared, i, others, count), SHARED_HALF),
        saturated(_offered(declared.need, declared.strength, i, others, count), LEARN_HALF),
        saturated(_offered(declared.strength, declared.need, i, others, count), LEARN_HALF),
        _structure(measured, i, others, count),
        _reach(measured, i, others, count),
    )


def saturated(amount: Floats, half: float) -> Floats:
    """Any amount from 0 upwards, brought into 0..1; ``half`` of it makes one half, and more always counts more."""
    return amount / (amount + half)


def distance_km(features: TownFeatures, i: int, j: int) -> float | None:
    """Straight distance between two towns in kilometres, None where a place is unknown."""
    measured = features.figures
    if not (measured.located[i] and measured.located[j]):
        return None
    return float(np.sqrt(_squared_km(measured, i, np.array([j]), 1)[0]))


def _named(table: Floats, i: int | Ints) -> Iterator[tuple[int | Ints, Any]]:
    """The subjects on which the town has a value, ascending, each with that value.

    For several towns one subject of each at a time; whoever has fewer than another goes on with zeros, which add
    nothing to any sum.
    """
    if not isinstance(i, np.ndarray):
        mine = table[:, i]
        yield from ((int(subject), mine[subject]) for subject in np.flatnonzero(mine))
        return
    towns, where = np.unique(i, return_inverse=True)
    values = table[:, towns]
    filled = values != 0
    order = np.argsort(~filled, axis=0, kind="stable")[: filled.sum(axis=0).max(initial=0)]
    for subjects, amounts in zip(order, np.take_along_axis(values, order, axis=0), strict=True):
        yield subjects[where], amounts[where]


def _is_anywhere(mine: Any) -> bool:
    """Whether the town, or any of the towns, has a value here."""
    return bool(mine.any() if isinstance(mine, np.ndarray) else mine)


def _where_known(mine: Any, theirs: Floats) -> Floats:
    """The others' weights, nothing where one of several towns itself is not known; a single one is."""
    return theirs * (mine > 0) if isinstance(mine, np.ndarray) else theirs


def _in_common(declared: Declarations, i: int | Ints, others: slice | Ints, count: int) -> Floats:
    total = np.zeros(count)
    for subject, mine in _named(declared.challenge, i):
        named = declared.challenge[subject, others]
        focus = declared.challenge_in_focus[subject, i]
        if _is_anywhere(focus):
            named = named + focus * declared.challenge_in_focus[subject, others]
        total += (declared.rarity[subject] * mine) * named
    return total


def _presumed(declared: Declarations, i: int | Ints, others: slice | Ints, count: int) -> Floats:
    total = np.zeros(count)
    for subject, mine in _named(declared.challenge, i):
        if not _is_anywhere(declared.presumable[subject]):
            continue
        total += (declared.rarity[subject] * mine) * declared.presumed[subject, others]
    for subject, mine in _named(declared.presumed, i):
        either = declared.challenge[subject, others] + declared.presumed[subject, others]
        total += (declared.rarity[subject] * mine) * either
    return total


def _offered(mine: Floats, theirs: Floats, i: int | Ints, others: slice | Ints, count: int) -> Floats:
    total = np.zeros(count)
    for subject, amount in _named(mine, i):
        total += amount * theirs[subject, others]
    return total


def _structure(measured: Figures, i: int | Ints, others: slice | Ints, count: int) -> Floats:
    difference, weight = np.zeros(count), np.zeros(count)
    for figure in np.flatnonzero(np.atleast_2d(measured.weight[:, i].T).any(axis=0)):
        gap = measured.scaled[figure, others] - measured.scaled[figure, i]
        both = _where_known(measured.weight[figure, i], measured.weight[figure, others])
        difference += both * (gap * gap)
        weight += both
    if _is_anywhere(measured.region_weight[i]):
        both = _where_known(measured.region_weight[i], measured.region_weight[others])
        difference += both * (TOURISM_STEP * (measured.region[others] != measured.region[i]))
        weight += both
    near = weight * (measured.local_scale[others] * measured.local_scale[i])
    # 1 / (1 + mean squared gap / product of both local scales); where nothing is known of both, 0.
    alike: Floats = near / np.maximum(near + difference, TINY)
    return alike


def _reach(measured: Figures, i: int | Ints, others: slice | Ints, count: int) -> Floats:
    half = REACH_HALF_KM * REACH_HALF_KM
    near = half / (half + _squared_km(measured, i, others, count))
    both_located: Floats = measured.located[i] * measured.located[others]
    return both_located * near


def _squared_km(measured: Figures, i: int | Ints, others: slice | Ints, count: int) -> Floats:
    total = np.zeros(count)
    for axis in measured.position:
        gap = axis[others] - axis[i]
        total += gap * gap
    return total
