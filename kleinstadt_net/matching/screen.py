"""The quick look at all pairs: float32 matrix products in blocks, to leave out those that cannot be among the best.

It decides nothing. Its scores are off by less than half of MARGIN, so whoever might belong to a town's best k
survives, and ``ranking`` compares the survivors in float64.
"""

from collections.abc import Iterator

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


class Screen:
    """Approximate pair scores of one set of towns."""

    def __init__(self, features: TownFeatures, weights: Weights) -> None:
        self.weights = weights
        self.count = len(features)
        declared, measured = features.declared, features.figures
        root = np.sqrt(declared.rarity)[:, None]
        self._challenges = _columns(root * declared.challenge, root * declared.challenge_in_focus)
        either = root * (declared.challenge + declared.presumed)
        self._either = _columns(either) if declared.presumed.any() else None
        self._declared_alone = _columns(root * declared.challenge)
        self._need, self._strength = (_columns(declared.need), _columns(declared.strength))
        known, scaled, weight = measured.weight > 0, measured.scaled, measured.weight
        squared = scaled * scaled
        self._gaps = _columns(weight * squared, weight, -2.0 * weight * scaled)
        self._gaps_to = _columns(known, squared, scaled)
        self._weight, self._known = _columns(weight), _columns(known)
        self._region, self._region_known = measured.region, measured.region_weight > 0
        self._region_weight = measured.region_weight.astype(np.float32)
        self._scale = measured.local_scale.astype(np.float32)
        # Around the middle of the towns a kilometre keeps more of its float32 digits than around the earth's.
        middle = measured.position.sum(axis=1, keepdims=True) / max(1.0, measured.located.sum())
        places = (measured.position - middle) * measured.located
        ones, length = (np.ones((1, self.count)), (places * places).sum(axis=0, keepdims=True))
        self._place, self._place_to = (_columns(length, ones, -2.0 * places), _columns(ones, length, places))
        self._located = measured.located.astype(np.float32)

    def survivors(self, k: int) -> Iterator[tuple[int, Ints]]:
        """Each town with all others that may be among its best ``k``, rows ascending."""
        for start in range(0, self.count if k > 0 else 0, BLOCK):
            block = np.arange(start, min(start + BLOCK, self.count))
            scores = self.scores(block)
            scores[np.arange(len(block)), block] = -1.0
            enough = scores >= (_lower_bound(scores, k) - MARGIN)[:, None]
            enough[np.arange(len(block)), block] = False
            for position, i in enumerate(block.tolist()):
                yield i, np.flatnonzero(enough[position])

    def scores(self, block: Ints) -> Floats32:
        """Approximate scores of some towns against all: (len(block), n)."""
        weights = self.weights
        shared = self._challenges[block] @ self._challenges.T
        common = np.float32(weights.shared) * (shared / (shared + np.float32(SHARED_HALF)))
        common += np.float32(weights.shared * PRESUMED_SHARE) * self._presumed(block)
        common += np.float32(weights.structure) * self._structure(block)
        common += np.float32(weights.reach) * self._reach(block)
        learn, teach = (self._need[block] @ self._strength.T, self._strength[block] @ self._need.T)
        learn /= learn + np.float32(LEARN_HALF)
        teach /= teach + np.float32(LEARN_HALF)
        mine = common + np.float32(weights.learn) * learn + np.float32(weights.teach) * teach
        theirs = common + np.float32(weights.learn) * teach + np.float32(weights.teach) * learn
        both = mine + theirs
        np.maximum(both, np.float32(1e-20), out=both)
        return np.asarray(2 * mine * theirs / both, dtype=np.float32)

    def _presumed(self, block: Ints) -> Floats32 | np.float32:
        """What is challenged or presumed on both sides, less what both declare: one of the two is silent."""
        if self._either is None:
            return np.float32(0)
        amount = self._either[block] @ self._either.T
        amount -= self._declared_alone[block] @ self._declared_alone.T
        found: Floats32 = amount / (amount + np.float32(SHARED_HALF))
        return found

    def _structure(self, block: Ints) -> Floats32:
        gaps = self._gaps[block] @ self._gaps_to.T
        weight = self._weight[block] @ self._known.T
        regions = self._region_weight[block, None] * self._region_known
        gaps += np.float32(TOURISM_STEP) * regions * (self._region[block, None] != self._region)
        weight += regions
        near = weight * (self._scale[block, None] * self._scale)
        alike: Floats32 = near / np.maximum(near + np.maximum(gaps, 0), np.float32(1e-20))
        return alike

    def _reach(self, block: Ints) -> Floats32:
        half = np.float32(REACH_HALF_KM * REACH_HALF_KM)
        squared = np.maximum(self._place[block] @ self._place_to.T, 0)
        near: Floats32 = self._located[block, None] * self._located * (half / (half + squared))
        return near


def _columns(*groups: Floats | Flags) -> Floats32:
    """Towns as rows, contiguous, for a matrix product."""
    return np.ascontiguousarray(np.concatenate(groups).T, dtype=np.float32)


def _lower_bound(scores: Floats32, k: int) -> Floats32:
    """A number that at least k scores of each row reach: the k-th largest of the maxima of column groups."""
    count = scores.shape[1]
    groups = min(count, 8 * k)
    width = count // groups
    maxima = scores[:, : groups * width].reshape(len(scores), groups, width).max(axis=2)
    return np.asarray(np.partition(maxima, groups - k, axis=1)[:, groups - k], dtype=np.float32)
