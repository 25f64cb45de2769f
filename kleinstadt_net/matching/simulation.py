"""Two years of rounds in a minute: does a network run out of names, and does anybody meet the same town again too soon?

Towns neither answer nor change: a network in which all are always open is the plainest, and pairs rest only because
they were proposed.
"""

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass

from kleinstadt_net.matching import rounds
from kleinstadt_net.matching.features import TownFeatures
from kleinstadt_net.matching.rounds import History, KeyPair, RoundPlan
from kleinstadt_net.matching.weights import WEIGHTS, Weights


@dataclass(frozen=True, slots=True)
class Simulated:
    """``empty``: letters without a suggestion; ``repeated``: pairs proposed again within the memory, all months."""

    towns: int
    months: int
    each: int  # suggestions a town gets in a month
    letters: int
    empty: int
    fewer: int  # letters with fewer suggestions than the network's number
    pairs: int  # different pairs proposed in a month, summed over the months
    repeated: int
    most_lists: int


def simulate(
    features: TownFeatures,
    months: int,
    memory: int,
    weights: Weights = WEIGHTS,
    progress: Callable[[int], object] = lambda month: None,
) -> Simulated:
    """Plan ``months`` rounds after one another; a pair is not to come again within ``memory`` months.

    ``progress`` is told the number of each month that is done.
    """
    towns = int(features.active.sum())
    past: deque[frozenset[KeyPair]] = deque(maxlen=memory - 1)
    letters = empty = fewer = pairs = repeated = most = 0
    for month in range(1, months + 1):
        remembered = frozenset().union(*past)
        plan = rounds.plan(features, month=str(month), history=History(proposed=remembered), weights=weights)
        received = Counter(proposal.town_row for proposal in plan.proposals)
        named = Counter(proposal.peer_row for proposal in plan.proposals)
        letters += towns
        empty += towns - len(received)
        fewer += sum(count < plan.suggestions_each for count in received.values())
        proposed = _pairs(plan, features)
        pairs += len(proposed)
        repeated += len(proposed & remembered)
        most = max(most, max(named.values(), default=0))
        past.append(proposed)
        progress(month)
    each = rounds.suggestions_each(towns)
    return Simulated(towns, months, each, letters, empty, fewer, pairs, repeated, most)


def _pairs(plan: RoundPlan, features: TownFeatures) -> frozenset[KeyPair]:
    """The proposed pairs by key, each once, the lower key first."""
    lines = ((str(features.ags[p.town_row]), str(features.ags[p.peer_row])) for p in plan.proposals)
    return frozenset((min(line), max(line)) for line in lines)
