"""How good a round is, in numbers an operator can compare from month to month. Nothing here ranks a town.

``measure`` counts; ``measure_core`` holds the mutual pairs against the best possible ones and takes longer.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from kleinstadt_net.matching import bounds
from kleinstadt_net.matching.declarations import SEEKING, STRENGTH
from kleinstadt_net.matching.features import TownFeatures
from kleinstadt_net.matching.ranking import STEPS
from kleinstadt_net.matching.rounds import MUTUAL, SIMILAR, SLOTS, History, KeyPair, Proposal, RoundPlan
from kleinstadt_net.matching.survey import SHARED_FIRST, Survey, shortlist
from kleinstadt_net.matching.weights import QUOTAS, WEIGHTS, Weights

Line = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Quality:
    """Measured on one round; shares are 0..1. None: nothing to measure it on."""

    towns: int
    proposals: int
    coverage_out: float  # share of active towns that received a suggestion
    coverage_in: float  # share of active towns that were suggested to somebody
    exposure: tuple[int, ...]  # towns named in 0, 1, 2 … lists
    most_lists: int
    exposure_gini: float  # 0: all are named equally often
    reciprocity: float  # share of suggestions that go both ways
    shared: float  # share of suggestions with a challenge in common
    declaring: int  # towns that declared a challenge
    shared_mutual: float | None  # of their mutual places, the share filled with a challenge in common
    shared_feasible: float | None  # the most that share could be, whoever decides
    needs: int  # declared needs that count
    need_cover: float | None  # share of them that some suggested town has a counted strength for
    laender_per_list: float  # distinct Länder in a town's list, on average
    short_of_mutual: int  # towns with fewer suggestions both ways than their number of mutual places
    slots: dict[str, int]
    mean_score: float
    lowest_best_score: float  # the best score of the town that was served worst
    short: int  # towns with fewer suggestions than the network's number

    @property
    def named(self) -> float:
        """Share of active towns that stand in a list."""
        return self.coverage_in


@dataclass(frozen=True, slots=True)
class Core:
    """The mutual pairs beside the best possible ones; shares are 0..1, None where nobody shares a challenge."""

    utility_kept: float | None  # sum of scores beside each town's best, were nobody's room limited
    of_possible: float | None  # pairs with a shared challenge beside the most that are possible
    gap: float | None  # what the sum of their scores lacks of the fractional optimum


def measure(plan: RoundPlan, features: TownFeatures, history: History | None = None) -> Quality:
    """The quality of ``plan``, which was made from ``features``; ``history`` limits what was possible."""
    active = np.flatnonzero(features.active).tolist()
    received = Counter(proposal.town_row for proposal in plan.proposals)
    named = Counter(proposal.peer_row for proposal in plan.proposals)
    exposures = [named[row] for row in active]
    lines = {(proposal.town_row, proposal.peer_row) for proposal in plan.proposals}
    each = _mutual_places(plan)
    declaring = _declaring(features)
    shared_mutual, shared_feasible = _shared(plan, features, history or History(), declaring, each)
    needs, need_cover = _need_cover(lines, features)
    slots = Counter(proposal.slot for proposal in plan.proposals)
    both_ways = Counter(town for town, peer in lines if (peer, town) in lines)
    count = len(plan.proposals)
    return Quality(
        towns=len(active),
        proposals=count,
        coverage_out=_share(sum(received[row] > 0 for row in active), len(active)),
        coverage_in=_share(sum(lists > 0 for lists in exposures), len(active)),
        exposure=tuple(np.bincount(exposures).tolist()) if exposures else (),
        most_lists=max(exposures, default=0),
        exposure_gini=gini(exposures),
        reciprocity=_share(both_ways.total(), len(lines)),
        shared=_share(sum(proposal.parts["shared"] > 0 for proposal in plan.proposals), count),
        declaring=len(declaring),
        shared_mutual=shared_mutual,
        shared_feasible=shared_feasible,
        needs=needs,
        need_cover=need_cover,
        laender_per_list=_laender_per_list(lines, features),
        short_of_mutual=sum(both_ways[row] < each for row in active),
        slots={slot: slots[slot] for slot in SLOTS},
        mean_score=_share(sum(proposal.score for proposal in plan.proposals), count),
        lowest_best_score=_lowest_best(plan.proposals),
        short=sum(received[row] < plan.suggestions_each for row in active),
    )


def measure_core(
    plan: RoundPlan,
    features: TownFeatures,
    history: History | None = None,
    weights: Weights = WEIGHTS,
) -> Core:
    """The mutual pairs of ``plan`` beside what is possible with the same rules, scores and barred pairs."""
    active = features.by_ags[features.active[features.by_ags]]
    towns = features.take(active)
    survey = Survey(towns, weights, _barred(towns, history or History()))
    each = _mutual_places(plan)
    bound = bounds.best_pairs(survey, each)
    reached = [proposal.score for proposal in plan.proposals if proposal.slot == MUTUAL]
    return Core(
        utility_kept=_utility_kept(plan, survey, each),
        of_possible=len(reached) / bound.places if bound.places else None,
        gap=1 - sum(reached) / bound.score if bound.score else None,
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


def _mutual_places(plan: RoundPlan) -> int:
    return QUOTAS[plan.suggestions_each][0]


def _declaring(features: TownFeatures) -> list[int]:
    declares = features.declared.challenge.any(axis=0) & features.active
    return np.flatnonzero(declares).tolist()


def _shared(
    plan: RoundPlan, features: TownFeatures, history: History, declaring: Sequence[int], each: int
) -> tuple[float | None, float | None]:
    """Share of the mutual places of declaring towns with a challenge in common: reached, and possible at most."""
    places = len(declaring) * each
    if not places:
        return None, None
    filled = Counter(proposal.town_row for proposal in plan.proposals if proposal.slot == MUTUAL)
    towns = features.take(np.array(declaring, dtype=np.int64))
    possible = bounds.most_sharing(towns, _barred(towns, history), each)
    return sum(min(each, filled[row]) for row in declaring) / places, possible / places


def _need_cover(lines: Iterable[Line], features: TownFeatures) -> tuple[int, float | None]:
    """How many needs count, and the share for which a suggested town has a counted strength."""
    declared = features.declared
    needs = declared.counted & (declared.state == SEEKING) & features.active
    shown = declared.counted & (declared.state == STRENGTH)
    met = np.zeros_like(needs)
    for town, peer in lines:
        met[:, town] |= shown[:, peer]
    total = int(np.count_nonzero(needs))
    return total, int(np.count_nonzero(needs & met)) / total if total else None


def _laender_per_list(lines: Iterable[Line], features: TownFeatures) -> float:
    laender: dict[int, set[str]] = {}
    for town, peer in lines:
        laender.setdefault(town, set()).add(str(features.land[peer]))
    return _share(sum(map(len, laender.values())), len(laender))


def _lowest_best(proposals: Iterable[Proposal]) -> float:
    best: dict[int, float] = {}
    for proposal in proposals:
        best[proposal.town_row] = max(proposal.score, best.get(proposal.town_row, 0.0))
    return min(best.values(), default=0.0)


def _utility_kept(plan: RoundPlan, survey: Survey, each: int) -> float | None:
    """The scores of all mutual places beside those of each town's own best, chosen by the same rule."""
    kept: dict[int, list[float]] = {}
    for proposal in plan.proposals:
        if proposal.slot in (MUTUAL, SIMILAR):
            kept.setdefault(proposal.town_row, []).append(proposal.score)
    reached = sum(sum(scores[:each]) for scores in kept.values())
    wished = 0
    for i in range(len(survey)):
        wished += int((shortlist(survey.appraise(i).mutual, each)[1] % SHARED_FIRST).sum())
    return reached * STEPS / wished if wished else None


def _barred(towns: TownFeatures, history: History) -> list[tuple[int, int]]:
    """The pairs that were not to be proposed, as positions among ``towns``."""
    position = {key: number for number, key in enumerate(towns.ags.tolist())}
    pairs: Iterable[KeyPair] = history.rested | history.proposed
    return [(position[a], position[b]) for a, b in pairs if a in position and b in position]
