"""One-sided suggestions: each town is given somebody, and nobody is given to more towns than it can bear.

That is a transportation problem; OR-tools' minimum-cost flow (Goldberg 1997) solves it exactly on the short
lists, and whoever their short list could not serve chooses from everybody who has room left.
"""

from collections.abc import Sequence

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from kleinstadt_net.matching.figures import Ints
from kleinstadt_net.matching.ranking import STEPS
from kleinstadt_net.matching.survey import BARRED, Survey, View
from kleinstadt_net.matching.weights import CROWDING, MAX_LISTS


class Lists:
    """The suggestions of a round as they grow: who is in whose list, and in how many lists each town is named."""

    def __init__(self, count: int, most: int) -> None:
        self.slots: list[dict[int, str]] = [{} for _ in range(count)]  # peer -> slot
        self.room = np.full(count, most, dtype=np.int64)  # lists a town may still be named in

    def add(self, town: int, peer: int, slot: str) -> None:
        """Name a peer in a town's list."""
        self.slots[town][peer] = slot
        self.room[peer] -= 1


def assign(
    lists: Lists, survey: Survey, slot: str, view: View, shortlists: Sequence[Ints], demand: Ints
) -> None:
    """Add up to ``demand`` (m,) peers to each list: the largest sum of ``view`` values the peers' room allows.

    Never names a peer twice in a list, nor one the view bars. ``demand`` is counted down; what remains of it
    afterwards could not be had.
    """
    wishes = _wishes(lists, shortlists, demand)
    for town, peer in _cheapest_flow(wishes, demand, lists.room):
        lists.add(town, peer, slot)
        demand[town] -= 1
    for town in np.flatnonzero(demand > 0).tolist():
        _choose_from_all(lists, survey, slot, view, town, demand)


def _wishes(lists: Lists, shortlists: Sequence[Ints], demand: Ints) -> Ints:
    """Columns (town, peer, value) of all that may be assigned, (3, wishes)."""
    towns = np.flatnonzero(demand > 0).tolist()
    columns = [np.zeros((3, 0), dtype=np.int64)]
    for town in towns:
        peers, values = shortlists[town]
        named = lists.slots[town]
        free = np.array([peer not in named for peer in peers.tolist()], dtype=np.bool_)
        columns.append(np.stack([np.full(np.count_nonzero(free), town), peers[free], values[free]]))
    return np.concatenate(columns, axis=1)


def _cheapest_flow(wishes: Ints, demand: Ints, room: Ints) -> list[tuple[int, int]]:
    """The (town, peer) pairs of a maximum-value assignment; as many as can be had, then as good as can be."""
    towns, peers, values = wishes
    if not len(towns):
        return []
    count = len(demand)
    everyone, peer_node, source, sink = np.arange(count), count, 2 * count, 2 * count + 1
    # One arc for each list a town may still be named in, each dearer than the one before.
    places = np.repeat(everyone, room)
    named = MAX_LISTS - np.repeat(np.cumsum(room), room) + np.arange(len(places))
    dearest = int(values.max()) + int(CROWDING * STEPS) * MAX_LISTS
    # Dearer than any chain of detours through other towns' wishes.
    unserved = 2 * dearest * (count + 1)
    flow = SimpleMinCostFlow()

    def add(tails: Ints, heads: Ints, capacity: Ints, cost: Ints) -> Ints:
        arcs: Ints = flow.add_arcs_with_capacity_and_unit_cost(tails, heads, capacity, cost)
        return arcs

    chosen = add(towns, peers + peer_node, np.ones_like(towns), dearest - values)
    add(places + peer_node, np.full_like(places, sink), np.ones_like(places), int(CROWDING * STEPS) * named)
    add(np.full_like(everyone, source), everyone, demand, np.zeros_like(everyone))
    add(everyone, np.full_like(everyone, sink), demand, np.full_like(everyone, unserved))
    flow.set_node_supply(source, int(demand.sum()))
    flow.set_node_supply(sink, -int(demand.sum()))
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise RuntimeError(f"the assignment of suggestions ended with {status}")
    used = flow.flows(chosen) > 0
    return list(zip(towns[used].tolist(), peers[used].tolist(), strict=True))


def _choose_from_all(lists: Lists, survey: Survey, slot: str, view: View, town: int, demand: Ints) -> None:
    values = view(survey.appraise(town)).copy()
    values[lists.room <= 0] = BARRED
    values[list(lists.slots[town])] = BARRED
    while demand[town] > 0 and values.max() > BARRED:
        peer = int(np.argmax(values))
        lists.add(town, peer, slot)
        values[peer] = BARRED
        demand[town] -= 1
