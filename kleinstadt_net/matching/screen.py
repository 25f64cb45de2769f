"""The quick look at all pairs: float32 matrix products in blocks, to leave out those that cannot be among the best.

It decides nothing. Its scores are off by less than half of MARGIN, so whoever might belong to a town's best k
survives, and ``ranking`` compares the survivors in float64.

Its time goes into passes over blocks of scores, so whatever belongs to one town alone (weights, scales, the constants
of ``saturated``) is brought into the columns of the products, and what is left of the formulas of ``similarity`` and
``ranking`` is written with as few passes as they allow.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kleinstadt_net.matching.declarations import Flags
from kleinstadt_net.matching.features import TownFeatures
from kleinstadt_net.matching.figures import Floats, Ints
from kleinstadt_net.matching.weights import (
    LEARN_HALF,
    PRESUMED_SHARE,
    REACH_HALF_KM,
    SHARED_HALF,
    TOURISM_STEP,
    Weights,
)

Floats32 = NDArray[np.float32]

# Ten times the largest error seen in the tests, and still only a few more survivors.
MARGIN = 1e-3
# A block of this many towns against ten thousand stays within a processor's cache.
BLOCK = 64
# Whose place is unknown is this many km² from everybody, which leaves nothing of ``reach``.
NOWHERE = 1e12
# Where two towns have no known figure in common, the one over the other makes them wholly unlike.
UNKNOWN_GAP, UNKNOWN_WEIGHT = 1e-10, 1e-20
# Added to every usefulness: far below MARGIN, and what is left of nothing by rounding can be divided by.
SMALLEST = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class _Product:
    """Two tables with towns as rows; entry (i, j) is the product of row i of one with row j of the other."""

    left: Floats32
    right: Floats32

    def rows(self, block: Ints, out: Floats32) -> Floats32:
        """The entries of some towns against all, into the first rows of ``out``."""
        return np.matmul(self.left[block], self.right.T, out=out[: len(block)])


class Screen:
    """Approximate pair scores of one set of towns."""

    def __init__(self, features: TownFeatures, weights: Weights) -> None:
        self.count = len(features)
        self._weights = weights
        self._declared(features)
        self._structure(features)
        self._places(features)
        self._room = [np.empty((BLOCK, self.count), dtype=np.float32) for _ in range(4)]

    def survivors(self, k: int) -> Iterator[tuple[Ints, Ints]]:
        """All pairs that may be among the best ``k`` of their first town, as (towns, others): a block at a time.

        The towns of a block come one after another, those of each in the order of their rows.
        """
        for block in self.blocks() if k > 0 else ():
            scores = self.scores(block)
            own = (np.arange(len(block)), block)
            scores[own] = -1.0
            enough = scores >= (_lower_bound(scores, k) - MARGIN)[:, None]
            enough[own] = False
            positions, others = np.divmod(np.flatnonzero(enough), self.count)
            yield block[positions], others

    def blocks(self) -> Iterator[Ints]:
        """All towns in blocks, each of towns that have declared a challenge or of silent ones alone."""
        for kind in (~self._silent, self._silent):
            rows = np.flatnonzero(kind)
            yield from (rows[start : start + BLOCK] for start in range(0, len(rows), BLOCK))

    def scores(self, block: Ints) -> Floats32:
        """Approximate scores of one of the ``blocks`` against all: (len(block), n).

        The array is used again by the next call.
        """
        # Usefulness of both directions, m and t, by what they agree in and where they differ: with M = (m + t) / 2 and
        # D = (m - t) / 2 the harmonic mean 2mt / (m + t) is M - D² / M. ``saturated(x)`` is 1 - half / (x + half).
        agree, room, more, value = (array[: len(block)] for array in self._room)
        weights, shared = self._weights, np.float32(self._weights.shared) * self._presumed_share(block)
        help_each = np.float32((weights.learn + weights.teach) / 2)
        np.divide(shared * np.float32(SHARED_HALF), self._common.rows(block, agree), out=agree)
        np.subtract(shared + 2 * help_each + np.float32(SMALLEST), agree, out=agree)
        self._add_structure(block, agree, room, more)
        agree += np.divide(
            np.float32(weights.reach * REACH_HALF_KM**2), self._reach.rows(block, room), out=room
        )
        np.divide(help_each * np.float32(LEARN_HALF), self._learn.rows(block, room), out=room)
        np.divide(help_each * np.float32(LEARN_HALF), self._teach.rows(block, more), out=more)
        agree -= np.add(room, more, out=value)
        room -= more
        room *= np.float32((weights.learn - weights.teach) / (weights.learn + weights.teach or 1.0))
        room *= room
        room /= agree
        return np.subtract(agree, room, out=value)

    def _declared(self, features: TownFeatures) -> None:
        declared = features.declared
        root = np.sqrt(declared.rarity)[:, None]
        ones = np.ones((1, self.count))
        # Presumed is only what a silent town has not declared, so that one column holds both.
        challenges = root * (declared.challenge + declared.presumed)
        common = [challenges, root * declared.challenge_in_focus, np.sqrt(SHARED_HALF) * ones]
        self._common = _product(common, common)
        self._learn = _product([declared.need, LEARN_HALF * ones], [declared.strength, ones])
        self._teach = _product([declared.strength, LEARN_HALF * ones], [declared.need, ones])
        self._silent: Flags = (declared.challenge == 0).all(axis=0)
        self._share = np.where(self._silent, PRESUMED_SHARE, 1.0).astype(np.float32)

    def _presumed_share(self, block: Ints) -> Floats32 | np.float32:
        return np.float32(PRESUMED_SHARE) if self._silent[block[0]] else self._share

    def _structure(self, features: TownFeatures) -> None:
        measured = features.figures
        known, scaled, weight = measured.weight > 0, measured.scaled, measured.weight
        squared, ones = scaled * scaled, np.ones((1, self.count))
        region, region_known = measured.region_weight[None], measured.region_weight[None] > 0
        # All regions are taken to differ; ``_add_structure`` gives back where they are the same.
        near = measured.local_scale * np.concatenate([weight, region, UNKNOWN_WEIGHT * ones])
        near_to = measured.local_scale * np.concatenate([known, region_known, ones])
        self._near = _product([self._weights.structure * near], [near_to])
        self._all = _product(
            [
                weight * squared,
                weight,
                -2.0 * weight * scaled,
                TOURISM_STEP * region,
                UNKNOWN_GAP * ones,
                near,
            ],
            [known, squared, scaled, region_known, ones, near_to],
        )
        self._region = np.where(measured.region_weight > 0, measured.region, -1)
        self._region_step = (TOURISM_STEP * measured.region_weight).astype(np.float32)
        self._members = {
            region: np.flatnonzero(self._region == region) for region in np.unique(self._region).tolist()
        }

    def _add_structure(self, block: Ints, both: Floats32, room: Floats32, more: Floats32) -> None:
        everything, near = self._all.rows(block, room), self._near.rows(block, more)
        for position, i in enumerate(block.tolist()):
            if self._region[i] >= 0:
                everything[position, self._members[int(self._region[i])]] -= self._region_step[i]
        both += np.divide(near, everything, out=near)

    def _places(self, features: TownFeatures) -> None:
        measured = features.figures
        # Around the middle of the towns a kilometre keeps more of its float32 digits than around the earth's.
        middle = measured.position.sum(axis=1, keepdims=True) / max(1.0, measured.located.sum())
        places = (measured.position - middle) * measured.located
        length = np.where(measured.located > 0, (places * places).sum(axis=0), NOWHERE)[None]
        ones = np.ones((1, self.count))
        self._reach = _product([length + REACH_HALF_KM**2, ones, -2.0 * places], [ones, length, places])


def _product(left: Sequence[Floats | Flags], right: Sequence[Floats | Flags]) -> _Product:
    """The product of columns given as rows, without those that are empty on either side."""
    both = [np.concatenate(groups) for groups in (left, right)]
    filled = np.logical_and.reduce([table.any(axis=1) for table in both])
    return _Product(*(np.ascontiguousarray(table[filled].T, dtype=np.float32) for table in both))


def _lower_bound(scores: Floats32, k: int) -> Floats32:
    """A number that at least k scores of each row reach: the k-th largest of the maxima of column groups."""
    count = scores.shape[1]
    groups = min(count, 8 * k)
    width = count // groups
    maxima = scores[:, : groups * width].reshape(len(scores), groups, width).max(axis=2)
    return np.asarray(np.partition(maxima, groups - k, axis=1)[:, groups - k], dtype=np.float32)
