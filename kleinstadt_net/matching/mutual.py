"""Mutual pairs: every town gets the same number of partners, and whoever is mine, I am theirs (a b-matching).

Pairs with a shared challenge are exhausted before any other. The best of them are found on the doubled graph, where
each town stands once as asking and once as asked: a minimum-cost flow there solves the linear relaxation exactly, in
whole and half pairs (Schrijver 2003, ch. 31). Few pairs come out as halves; ``half_pairs`` makes them whole, and
exchanges serve whoever is short after that and need not be.
"""

from collections.abc import Sequence

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from kleinstadt_net.matching import half_pairs
from kleinstadt_net.matching.figures import Ints
from kleinstadt_net.matching.ranking import STEPS
from kleinstadt_net.matching.survey import BARRED, SHARED_FIRST, Survey, View, mutual, sharing, shortlist

# An exchange looks at this many of a town's best candidates before it looks at all of them.
FIRST_LOOK = 64
NEVER = np.iinfo(np.int64).min
# Short towns handled at a time, so that their rows of values stay small.
BATCH = 1000


class Pairs:
    """An undirected graph on the active towns that grows towards ``degree`` partners each."""

    def __init__(self, count: int, degree: int) -> None:
        self.degree = degree
        self.partners: list[dict[int, int]] = [{} for _ in range(count)]  # partner -> value of the pair

    def shares(self, i: int, j: int) -> bool:
        """Whether two partners have a challenge in common."""
        return self.partners[i][j] >= SHARED_FIRST

    def missing(self, i: int) -> int:
        """How many partners a town still lacks."""
        return self.degree - len(self.partners[i])

    def short(self) -> list[int]:
        """The towns that still lack a partner, in order."""
        return [i for i in range(len(self.partners)) if self.missing(i) > 0]

    def join(self, i: int, j: int, value: int) -> None:
        """Make two towns partners."""
        self.partners[i][j] = self.partners[j][i] = value

    def part(self, i: int, j: int) -> None:
        """Undo a pair."""
        del self.partners[i][j], self.partners[j][i]


def match(survey: Survey, degree: int, shortlists: Sequence[Ints]) -> Pairs:
    """Pairs for every town, those with a shared challenge first.

    ``shortlists`` are the towns' best by the ``sharing`` view. A town that is left with none although somebody is
    allowed joins the best of them, who then has one partner more than ``degree``.
    """
    pairs = Pairs(len(survey), degree)
    everyone = range(len(survey))
    _join_best_possible(pairs, shortlists)
    _exchange(pairs, survey, sharing)
    left = pairs.short()
    _join_best_first(pairs, left, _lists_within(survey, left))
    _exchange(pairs, survey, mutual)
    for i in everyone:
        if not pairs.partners[i]:
            _join_on_top(pairs, survey, i)
    return pairs


def _join_best_possible(pairs: Pairs, shortlists: Sequence[Ints]) -> None:
    """Join the pairs of the greatest sum among all that are on a short list of either side."""
    low, high, value = _wished_for(shortlists)
    if not len(value):
        return
    whole, halves = _relaxed(low, high, value, len(pairs.partners), pairs.degree)
    for i, j, worth in [*whole, *half_pairs.take_every_other(halves)]:
        pairs.join(i, j, worth)


def _wished_for(shortlists: Sequence[Ints]) -> Ints:
    """Each pair once, as columns (lower town, higher town, value): (3, pairs)."""
    first = np.repeat(np.arange(len(shortlists)), [names.shape[1] for names in shortlists])
    second, value = (
        np.concatenate(list(shortlists), axis=1) if len(shortlists) else np.zeros((2, 0), dtype=np.int64)
    )
    columns = np.stack([np.minimum(first, second), np.maximum(first, second), value])
    return np.unique(columns, axis=1)


def _relaxed(
    low: Ints, high: Ints, value: Ints, count: int, degree: int
) -> tuple[list[tuple[int, int, int]], list[tuple[int, int, int]]]:
    """The whole and the half pairs of the best fractional b-matching: as many as can be had, then the greatest sum."""
    flow = SimpleMinCostFlow()
    everyone, source, sink = np.arange(count), 2 * count, 2 * count + 1
    cost, one = int(value.max()) - value, np.ones_like(value)
    there = flow.add_arcs_with_capacity_and_unit_cost(low, high + count, one, cost)
    back = flow.add_arcs_with_capacity_and_unit_cost(high, low + count, one, cost)
    each, free = np.full(count, degree), np.zeros(count, dtype=np.int64)
    flow.add_arcs_with_capacity_and_unit_cost(np.full(count, source), everyone, each, free)
    flow.add_arcs_with_capacity_and_unit_cost(everyone + count, np.full(count, sink), each, free)
    flow.set_node_supply(source, count * degree)
    flow.set_node_supply(sink, -count * degree)
    status = flow.solve_max_flow_with_min_cost()
    if status != flow.OPTIMAL:
        raise RuntimeError(f"the mutual pairs ended with {status}")
    sides = flow.flows(there) + flow.flows(back)
    pairs = np.stack([low, high, value])
    whole, halves = ([(i, j, v) for i, j, v in pairs[:, sides == n].T.tolist()] for n in (2, 1))
    return whole, halves


def _lists_within(survey: Survey, towns: Sequence[int]) -> list[Ints]:
    """Short lists of some towns among themselves, in positions of the survey."""
    members = np.array(towns, dtype=np.int64)
    lists = [shortlist(survey.appraise(i).mutual[members]) for i in towns]
    return [np.stack([members[names], values]) for names, values in lists]


def _join_best_first(pairs: Pairs, towns: Sequence[int], lists: Sequence[Ints]) -> None:
    """Walk through all wished-for pairs from the best down and join where both still lack a partner."""
    if not towns:
        return
    sizes = [names.shape[1] for names in lists]
    first = np.repeat(np.array(towns, dtype=np.int64), sizes)
    second, value = np.concatenate(lists, axis=1)
    low, high = np.minimum(first, second), np.maximum(first, second)
    order = np.lexsort((high, low, -value))
    for i, j, worth in zip(low[order].tolist(), high[order].tolist(), value[order].tolist(), strict=True):
        if pairs.missing(i) > 0 and pairs.missing(j) > 0 and j not in pairs.partners[i]:
            pairs.join(i, j, worth)


def _exchange(pairs: Pairs, survey: Survey, view: View) -> None:
    """Give short towns u and v a partner each by parting a pair (a, b) and joining u-a and v-b.

    v may be u itself where it lacks two. Nobody loses a partner; of all exchanges the one that gains most is taken.
    """
    tried: set[int] = set()
    while batch := [i for i in pairs.short() if i not in tried][:BATCH]:
        tried.update(batch)
        values = {i: view(survey.appraise(i)).copy() for i in batch}
        values = {i: row for i, row in values.items() if (row > BARRED).any()}
        for i, row in values.items():
            row[list(pairs.partners[i])] = BARRED
        for u in values:
            while pairs.missing(u) > 0 and (
                _join_directly(pairs, values, u) or _exchange_once(pairs, values, u)
            ):
                pass


def _join(pairs: Pairs, values: dict[int, Ints], i: int, j: int) -> None:
    worth = int(values[i][j])
    pairs.join(i, j, worth)
    for here, there in ((i, j), (j, i)):
        if here in values:
            values[here][there] = BARRED


def _join_directly(pairs: Pairs, values: dict[int, Ints], u: int) -> bool:
    """Join u with the best other short town, if there is one."""
    others = np.array([v for v in values if v != u and pairs.missing(v) > 0], dtype=np.int64)
    if not len(others) or values[u][others].max() == BARRED:
        return False
    _join(pairs, values, u, int(others[np.argmax(values[u][others])]))
    return True


def _exchange_once(pairs: Pairs, values: dict[int, Ints], u: int) -> bool:
    """Make the best exchange for u, if there is any; one that costs a shared challenge only if none is spared."""
    helpers = [v for v in values if pairs.missing(v) > (1 if v == u else 0)]
    order = shortlist(values[u], len(values[u]))[0].tolist()
    for candidates, enough in ((order[:FIRST_LOOK], -STEPS), (order, NEVER + 1)):
        edges = [(a, b, worth) for a in candidates for b, worth in pairs.partners[a].items() if b != u]
        if not edges or not helpers:
            continue
        a, b, worth = np.array(edges, dtype=np.int64).T
        there = np.stack([values[v][b] for v in helpers])
        # For u itself as helper, a and b must differ, which partners do.
        gain = np.where(there > BARRED, values[u][a] + there - worth, NEVER)
        best_helper, best_edge = np.unravel_index(np.argmax(gain), gain.shape)
        if gain[best_helper, best_edge] < enough:
            continue
        pairs.part(int(a[best_edge]), int(b[best_edge]))
        _join(pairs, values, u, int(a[best_edge]))
        _join(pairs, values, helpers[best_helper], int(b[best_edge]))
        return True
    return False


def _join_on_top(pairs: Pairs, survey: Survey, i: int) -> None:
    """Give a town without any partner the best allowed one that has not already taken in another."""
    values = survey.appraise(i).mutual
    names, worth = shortlist(values, len(values))
    for name, value in zip(names.tolist(), worth.tolist(), strict=True):
        if len(pairs.partners[name]) <= pairs.degree:
            pairs.join(i, name, value)
            return
