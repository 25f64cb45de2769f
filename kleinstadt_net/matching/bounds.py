"""What the best possible round could reach: the numbers a round is held against.

Mutual pairs are a b-matching. Its fractional optimum is half of a flow on the doubled graph, where every town stands
once as giver and once as taker (Schrijver 2003, ch. 31); no whole matching is better. A flow is exact and quick.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from ortools.graph.python.max_flow import SimpleMaxFlow
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from kleinstadt_net.matching.features import TownFeatures
from kleinstadt_net.matching.figures import Ints
from kleinstadt_net.matching.ranking import STEPS
from kleinstadt_net.matching.survey import SHARED_FIRST, Survey, shortlist

Pairs = Iterable[tuple[int, int]]

# A town's best partners that the bound looks at; beyond them nothing was ever gained (docs/matching.md).
BOUND_WIDTH = 300
# In the largest networks fewer, so that the flow stays within minutes and a few hundred megabytes.
MOST_WISHES = 700_000
LEAST_WIDTH = 48
# Partners per town the count of possible pairs begins with, and goes on with where those are not enough.
COUNT_WIDTHS = (64, 512, 4096)
BLOCK = 512


@dataclass(frozen=True, slots=True)
class Bound:
    """``places``: mutual suggestions with a shared challenge, a pair counts twice; ``score``: their sum, 0..1 each."""

    places: int
    score: float


def best_pairs(survey: Survey, each: int) -> Bound:
    """The fractional optimum of mutual pairs with a shared challenge: as many as can be, then the best sum of scores.

    Every town gets up to ``each`` partners, among its best by score.
    """
    width = max(LEAST_WIDTH, min(BOUND_WIDTH, MOST_WISHES // max(1, len(survey))))
    towns, peers, scores = _wishes(survey, width)
    if not len(towns) or each <= 0:
        return Bound(0, 0.0)
    flow, count = SimpleMinCostFlow(), len(survey)
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        towns, peers + count, np.ones_like(towns), 2 * STEPS - scores
    )
    everyone, places = np.arange(count), np.full(count, each)
    none, source, sink = np.zeros(count, dtype=np.int64), 2 * count, 2 * count + 1
    flow.add_arcs_with_capacity_and_unit_cost(np.full(count, source), everyone, places, none)
    flow.add_arcs_with_capacity_and_unit_cost(everyone + count, np.full(count, sink), places, none)
    flow.set_node_supply(source, count * each)
    flow.set_node_supply(sink, -count * each)
    status = flow.solve_max_flow_with_min_cost()
    if status != flow.OPTIMAL:
        raise RuntimeError(f"the bound of the mutual pairs ended with {status}")
    used = flow.flows(arcs) > 0
    return Bound(int(np.count_nonzero(used)), int(scores[used].sum()) / STEPS)


def _wishes(survey: Survey, width: int) -> Ints:
    """Rows (town, peer, score) of every pair somebody wishes for, in both directions, each once: (3, wishes)."""
    columns = [np.zeros((3, 0), dtype=np.int64)]
    for i in range(len(survey)):
        peers, values = shortlist(survey.appraise(i).sharing, width)
        here = np.full(len(peers), i)
        columns += [np.stack([here, peers, values]), np.stack([peers, here, values])]
    wishes = np.concatenate(columns, axis=1)
    _, first = np.unique(wishes[0] * len(survey) + wishes[1], return_index=True)
    towns, peers, values = wishes[:, first]
    return np.stack([towns, peers, values - SHARED_FIRST])


def most_sharing(towns: TownFeatures, barred: Pairs, each: int) -> int:
    """How many mutual suggestions with a shared challenge are possible at most, ``each`` per town; a pair is two.

    Counted on a part of the pairs first: where every town is served as far as its number of partners allows, more
    cannot be had. Else on more of them, up to the last of ``COUNT_WIDTHS`` per town.
    """
    if len(towns) == 0 or each <= 0:
        return 0
    left_out = _both_ways(barred)
    reached = 0
    for width in COUNT_WIDTHS:
        first, second, degrees = _sharing_pairs(towns, left_out, width)
        reached = _largest_flow(first, second, len(towns), each)
        if reached == int(np.minimum(degrees, each).sum()) or width >= len(towns):
            break
    return reached


def _both_ways(pairs: Pairs) -> dict[int, list[int]]:
    partners: dict[int, list[int]] = {}
    for i, j in pairs:
        partners.setdefault(i, []).append(j)
        partners.setdefault(j, []).append(i)
    return partners


def _sharing_pairs(towns: TownFeatures, barred: dict[int, list[int]], width: int) -> tuple[Ints, Ints, Ints]:
    """Pairs with a shared challenge in both directions, and how many partners each town has in all.

    Of a town with many partners the ``width`` that follow it in a circle, so that nobody is everybody's choice.
    """
    count = len(towns)
    challenge = np.ascontiguousarray(towns.declared.challenge.T, dtype=np.float32)
    degrees = np.zeros(count, dtype=np.int64)
    chosen = [np.zeros(0, dtype=np.int64)]
    for start in range(0, count, BLOCK):
        shares = challenge[start : start + BLOCK] @ challenge.T > 0
        for offset, row in enumerate(shares):
            i = start + offset
            row[[i, *barred.get(i, ())]] = False
            partners = np.flatnonzero(row)
            degrees[i] = len(partners)
            following = np.roll(partners, -int(np.searchsorted(partners, i)))[:width]
            chosen += [i * count + following, following * count + i]
    pairs = np.unique(np.concatenate(chosen))
    return pairs // count, pairs % count, degrees


def _largest_flow(first: Ints, second: Ints, count: int, each: int) -> int:
    if not len(first):
        return 0
    flow, everyone, places = SimpleMaxFlow(), np.arange(count), np.full(count, each)
    source, sink = 2 * count, 2 * count + 1
    flow.add_arcs_with_capacity(first, second + count, np.ones_like(first))
    flow.add_arcs_with_capacity(np.full(count, source), everyone, places)
    flow.add_arcs_with_capacity(everyone + count, np.full(count, sink), places)
    status = flow.solve(source, sink)
    if status != flow.OPTIMAL:
        raise RuntimeError(f"the count of possible pairs ended with {status}")
    return int(flow.optimal_flow())
