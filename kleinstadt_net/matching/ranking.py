"""Who suits a town, best first; the same score for a pair on every page, in every letter and in the round.

Usefulness is directed: what I gain from you. A pair counts by the harmonic mean of both directions, so that a
talk which serves one side only does not come first.
"""

from dataclasses import dataclass

import numpy as np

from kleinstadt_net.matching.declarations import Flags
from kleinstadt_net.matching.features import TownFeatures
from kleinstadt_net.matching.figures import TINY, Floats, Ints
from kleinstadt_net.matching.questions import USUAL, Order
from kleinstadt_net.matching.screen import Screen
from kleinstadt_net.matching.similarity import Parts, parts
from kleinstadt_net.matching.weights import PRESUMED_SHARE, WEIGHTS, Weights

# Scores are whole millionths: no reader sees more, and sorting integers leaves no doubt.
STEPS = 1_000_000
# Room for the place in the order of keys below the score, so that one integer sorts by both.
RANK_BITS = 21
RANK_MASK = (1 << RANK_BITS) - 1
# Sorted behind every town.
NOBODY = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Towns for one town, best first: ``rows`` of the features, ``scores`` 0..1, and the parts of each score."""

    rows: Ints
    scores: Floats
    parts: Parts


@dataclass(frozen=True, slots=True, eq=False)
class Top:
    """For each of n towns its best k: rows, -1 where there are fewer, and scores. Both (n, k)."""

    rows: Ints
    scores: Floats


def steps(compared: Parts, weights: Weights = WEIGHTS, *, both_sides: bool = True) -> Ints:
    """The value of each pair in whole millionths: the harmonic mean of the usefulness of both directions.

    Or, without ``both_sides``, the usefulness to the town that compares.
    """
    common = (
        weights.shared * (compared.shared + PRESUMED_SHARE * compared.presumed)
        + weights.structure * compared.structure
        + weights.reach * compared.reach
    )
    mine = common + (weights.learn * compared.learn + weights.teach * compared.teach)
    if not both_sides:
        return np.rint(mine * STEPS).astype(np.int64)
    theirs = common + (weights.learn * compared.teach + weights.teach * compared.learn)
    both = mine + theirs
    value = 2.0 * (mine * theirs) / np.maximum(both, TINY)
    return np.rint(value * STEPS).astype(np.int64)


def rank(
    features: TownFeatures,
    i: int,
    weights: Weights = WEIGHTS,
    candidates: Flags | None = None,
    limit: int | None = None,
) -> Ranking:
    """All other towns, or those ``candidates`` (n,) is true for, best first; ties by AGS.

    A town that is not taking part has declared nothing, so its score comes from structure and reach alone.
    """
    compared = parts(features, i)
    keys = _sort_keys(steps(compared, weights), features.ags_rank)
    wanted = np.ones(len(features), dtype=np.bool_) if candidates is None else candidates.copy()
    wanted[i] = False
    ordered = np.sort(keys[wanted])[:limit]
    rows = features.by_ags[ordered & RANK_MASK]
    return Ranking(rows, _scores(ordered), compared.take(rows))


def sort_keys(features: TownFeatures, i: int, order: Order = USUAL) -> Ints:
    """One whole number for every town, all different: the smaller, the better it fits town ``i``."""
    values = steps(parts(features, i), order.weights, both_sides=order.both_sides)
    return _sort_keys(values, features.ags_rank)


def _scores(keys: Ints) -> Floats:
    return (STEPS - (keys >> RANK_BITS)) / STEPS


def score_pair(features: TownFeatures, i: int, j: int, weights: Weights = WEIGHTS) -> float:
    """The score of one pair, the same from both sides."""
    return float(steps(parts(features, i, np.array([j])), weights)[0] / STEPS)


def top_k(features: TownFeatures, k: int, weights: Weights = WEIGHTS) -> Top:
    """The best k of every town, exactly as ``rank`` orders them, in memory for n·k results and one block.

    A float32 pass leaves a handful of survivors per town; the float64 routine alone orders those.
    """
    best = np.full((len(features), k), NOBODY)
    for towns, others in Screen(features, weights).survivors(min(k, len(features) - 1)):
        keys = _sort_keys(steps(parts(features, towns, others), weights), features.ags_rank[others])
        lines, firsts, counts = np.unique(towns, return_index=True, return_counts=True)
        table = np.full((len(lines), max(k, counts.max())), NOBODY)
        line = np.repeat(np.arange(len(lines)), counts)
        table[line, np.arange(len(towns)) - firsts[line]] = keys
        best[lines] = np.sort(table, axis=1)[:, :k]
    found = best != NOBODY
    rows = np.where(found, features.by_ags[np.where(found, best & RANK_MASK, 0)], -1)
    return Top(rows, np.where(found, _scores(best), 0.0))


def _sort_keys(values: Ints, ranks: Ints) -> Ints:
    return ((STEPS - values) << RANK_BITS) | ranks
