"""How good a round is, in numbers an operator can compare from month to month. Nothing here ranks a town."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kleinstadt_net.matching.features import TownFeatures
from kleinstadt_net.matching.rounds import SLOTS, RoundPlan


@dataclass(frozen=True, slots=True)
class Quality:
    """Measured on one round; shares are 0..1."""

    towns: int
    proposals: int
    coverage_out: float  # share of active towns that received a suggestion
    coverage_in: float  # share of active towns that were suggested to somebody
    exposure: tuple[int, ...]  # towns named in 0, 1, 2 … lists
    most_lists: int
    exposure_gini: float  # 0: all are named equally often
    shared: float  # share of suggestions with a challenge in common
    slots: dict[str, int]
    mean_score: float
    lowest_best_score: float  # the best score of the town that was served worst
    short: int  # towns with fewer suggestions than the network's number


def measure(plan: RoundPlan, features: TownFeatures) -> Quality:
    """The quality of ``plan``, which was made from ``features``."""
    active = np.flatnonzero(features.active).tolist()
    received = Counter(proposal.town_row for proposal in plan.proposals)
    named = Counter(proposal.peer_row for proposal in plan.proposals)
    exposures = [named[row] for row in active]
    best: dict[int, float] = {}
    for proposal in plan.proposals:
        best[proposal.town_row] = max(proposal.score, best.get(proposal.town_row, 0.0))
    slots = Counter(proposal.slot for proposal in plan.proposals)
    return Quality(
        towns=len(active),
        proposals=len(plan.proposals),
        coverage_out=_share(sum(received[row] > 0 for row in active), len(active)),
        coverage_in=_share(sum(count > 0 for count in exposures), len(active)),
        exposure=tuple(np.bincount(exposures).tolist()) if exposures else (),
        most_lists=max(exposures, default=0),
        exposure_gini=gini(exposures),
        shared=_share(sum(proposal.parts["shared"] > 0 for proposal in plan.proposals), len(plan.proposals)),
        slots={slot: slots[slot] for slot in SLOTS},
        mean_score=_share(sum(proposal.score for proposal in plan.proposals), len(plan.proposals)),
        lowest_best_score=min(best.values(), default=0.0),
        short=sum(received[row] < plan.suggestions_each for row in active),
    )


def gini(counts: Sequence[int]) -> float:
    """Gini coefficient of non-negative counts: 0 where all are equal, towards 1 where one has everything."""
    ordered = np.sort(np.asarray(counts, dtype=np.float64))
    total = ordered.sum()
    if total == 0:
        return 0.0
    places = np.arange(1, len(ordered) + 1)
    return float((2 * (places * ordered).sum() / total - (len(ordered) + 1)) / len(ordered))


def _share(part: float, whole: int) -> float:
    return part / whole if whole else 0.0
