"""Does the engine find the towns that people who know them call alike? Measured on labelled groups.

Beside the engine stand the plainest ways to look for a peer: by structure, by size, by distance, by chance.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kleinstadt_net.matching import ranking
from kleinstadt_net.matching.declarations import Flags
from kleinstadt_net.matching.features import TownFeatures
from kleinstadt_net.matching.figures import Floats, Ints
from kleinstadt_net.matching.weights import WEIGHTS, Weights

SEED = 20_261_122
RESAMPLES = 1_000
INTERVAL = (2.5, 97.5)
LIST = 20

STRUCTURE_ONLY = Weights(shared=0.0, learn=0.0, teach=0.0, structure=1.0, reach=0.0)
DISTANCE_ONLY = Weights(shared=0.0, learn=0.0, teach=0.0, structure=0.0, reach=1.0)

# Row of a town and the towns it may be offered -> those in order, best first.
Order = Callable[[int, Flags], Ints]


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and the bounds of 95 of 100 resamples of the groups (of the towns of a single group)."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Found:
    """``recall``: peers among the first 20, of as many as fit; ``mrr``: mean of 1 / place of the first peer."""

    method: str
    recall: Interval
    mrr: Interval


def measure(
    features: TownFeatures, groups: Sequence[Sequence[int]], candidates: Flags, weights: Weights = WEIGHTS
) -> tuple[Found, ...]:
    """Every method on ``groups`` of rows; ``candidates`` (n,) may be offered, the labelled towns among them.

    Raises ValueError where no group has two towns.
    """
    told = [group for group in groups if len(group) > 1]
    if not told:
        raise ValueError("no group has two towns")
    return tuple(_found(name, order, told, candidates) for name, order in _methods(features, weights).items())


def _methods(features: TownFeatures, weights: Weights) -> Mapping[str, Order]:
    random = np.random.default_rng(SEED)
    size = np.log(np.maximum(np.nan_to_num(features.figures.column("population"), nan=1.0), 1.0))

    def by(chosen: Weights) -> Order:
        return lambda row, allowed: ranking.rank(features, row, chosen, allowed).rows

    def by_size(row: int, allowed: Flags) -> Ints:
        others = _others(row, allowed)
        nearest: Ints = others[np.lexsort((features.ags_rank[others], np.abs(size[others] - size[row])))]
        return nearest

    def by_chance(row: int, allowed: Flags) -> Ints:
        mixed: Ints = random.permutation(_others(row, allowed))
        return mixed

    return {
        "full": by(weights),
        "structure only": by(STRUCTURE_ONLY),
        "size only": by_size,
        "distance only": by(DISTANCE_ONLY),
        "random": by_chance,
    }


def _others(row: int, allowed: Flags) -> Ints:
    others = np.flatnonzero(allowed)
    rest: Ints = others[others != row]
    return rest


def _found(name: str, order: Order, groups: Iterable[Sequence[int]], candidates: Flags) -> Found:
    recalls, firsts = [], []
    for group in groups:
        places = [_places(order(row, candidates), [peer for peer in group if peer != row]) for row in group]
        recalls.append([float((found < LIST).sum()) / min(LIST, len(found)) for found in places])
        firsts.append([1.0 / (1 + int(found.min())) for found in places])
    return Found(name, interval(recalls), interval(firsts))


def _places(ordered: Ints, peers: Sequence[int]) -> Ints:
    """Where the peers stand in the order, from 0."""
    return np.flatnonzero(np.isin(ordered, peers))


def interval(groups: Sequence[Sequence[float]]) -> Interval:
    """The mean over all values, and how far it moves when whole groups are drawn again, from a fixed seed.

    Towns of one group resemble each other, so drawing single towns would promise more than the file can tell; only
    where there is no second group its towns are drawn.
    """
    if len(groups) == 1:
        groups = [[value] for value in groups[0]]
    sums: Floats = np.array([sum(group) for group in groups], dtype=np.float64)
    sizes: Floats = np.array([len(group) for group in groups], dtype=np.float64)
    drawn = np.random.default_rng(SEED).integers(0, len(groups), (RESAMPLES, len(groups)))
    means = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    low, high = np.percentile(means, INTERVAL)
    return Interval(float(sums.sum() / sizes.sum()), float(low), float(high))
