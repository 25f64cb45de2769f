"""How much of what towns are shown hangs on the last hundred inhabitants: the same lists once more, with noise.

A figure that is off by one in a hundred must not turn anybody's list around.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kleinstadt_net.matching import features as engine
from kleinstadt_net.matching import ranking, rounds
from kleinstadt_net.matching.features import TownFacts, TownFeatures
from kleinstadt_net.matching.rounds import History, RoundPlan
from kleinstadt_net.matching.weights import WEIGHTS, Weights

# Standard deviation of the noise, as a share of each town's population.
NOISE = 0.01
SEEDS = 20
# A round is planned anew for every seed and takes seconds.
ROUND_SEEDS = 3
# Towns whose rankings are compared; taken evenly from the order of keys.
SAMPLE = 200
FIRST, LONG = 5, 20

Lists = Sequence[frozenset[int]]


@dataclass(frozen=True, slots=True)
class Stability:
    """Mean Jaccard overlap (0..1) of what towns are shown with and without noise; None: nobody to compare."""

    top5: float | None
    top20: float | None
    round: float | None  # all suggestions of a town in the month


def measure(
    facts: Sequence[TownFacts],
    subjects: Sequence[str],
    history: History | None = None,
    *,
    seeds: int = SEEDS,
    round_seeds: int = ROUND_SEEDS,
    sample: int = SAMPLE,
    weights: Weights = WEIGHTS,
) -> Stability:
    """Compare rankings of a sample of the active towns, and whole rounds, over fixed seeds."""
    calm = engine.build(facts, subjects)
    chosen = _sample(calm, sample)
    short, long = _lists(calm, chosen, weights)
    proposed = _proposed(calm, history, weights)
    top5, top20, planned = [], [], []
    for seed in range(max(seeds, round_seeds)):
        shaken = engine.build(_shaken(facts, seed), subjects)
        if seed < seeds:
            short_again, long_again = _lists(shaken, chosen, weights)
            top5 += _overlaps(short, short_again)
            top20 += _overlaps(long, long_again)
        if seed < round_seeds:
            planned += _overlaps(proposed, _proposed(shaken, history, weights))
    return Stability(_mean(top5), _mean(top20), _mean(planned))


def lists_of(plan: RoundPlan, towns: int) -> Lists:
    """Whom each of so many rows is proposed."""
    lists: list[set[int]] = [set() for _ in range(towns)]
    for proposal in plan.proposals:
        lists[proposal.town_row].add(proposal.peer_row)
    return [frozenset(peers) for peers in lists]


def overlap(before: Lists, after: Lists) -> float | None:
    """The mean Jaccard overlap of lists in the same order; those empty on both sides are left out."""
    return _mean(_overlaps(before, after))


def _sample(features: TownFeatures, size: int) -> list[int]:
    active = features.by_ags[features.active[features.by_ags]]
    if len(active) <= size:
        return [int(row) for row in active]
    return [int(row) for row in active[np.linspace(0, len(active) - 1, size).astype(np.int64)]]


def _lists(features: TownFeatures, rows: Iterable[int], weights: Weights) -> tuple[Lists, Lists]:
    ranked = [ranking.rank(features, row, weights, features.taking_part, LONG).rows.tolist() for row in rows]
    return [frozenset(names[:FIRST]) for names in ranked], [frozenset(names) for names in ranked]


def _proposed(features: TownFeatures, history: History | None, weights: Weights) -> Lists:
    plan = rounds.plan(features, month="", history=history, weights=weights)
    return lists_of(plan, len(features))


def _shaken(facts: Sequence[TownFacts], seed: int) -> list[TownFacts]:
    noise = np.random.default_rng(seed).normal(1.0, NOISE, len(facts)).tolist()
    return [
        town if town.population is None else replace(town, population=round(town.population * factor))
        for town, factor in zip(facts, noise, strict=True)
    ]


def _overlaps(before: Lists, after: Lists) -> list[float]:
    return [len(one & two) / len(one | two) for one, two in zip(before, after, strict=True) if one | two]


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
