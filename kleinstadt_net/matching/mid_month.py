"""First suggestions of a town that joined after the month's round: from the room the month's lists have left.

Nobody's list is changed and nobody is named more often than the round allows; the views, the barred pairs and the
price of crowding are the round's.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from kleinstadt_net.matching.directed import Lists, assign
from kleinstadt_net.matching.features import TownFeatures
from kleinstadt_net.matching.figures import Ints
from kleinstadt_net.matching.rounds import (
    COMPLEMENTARY,
    MUTUAL,
    SIMILAR,
    Proposal,
    proposals,
    suggestions_each,
)
from kleinstadt_net.matching.survey import Survey, learn, sharing, shortlist
from kleinstadt_net.matching.survey import mutual as best_first
from kleinstadt_net.matching.weights import MAX_LISTS, NEWCOMER_SUGGESTIONS, QUOTAS, WEIGHTS, Weights

NOBODY: Ints = np.zeros((2, 0), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Month:
    """What the month has used up already, by AGS.

    ``named``: in how many lists each town stands. ``rested`` are not proposed to the newcomer in any case; those of
    ``proposed``, which it met in the last six months, only where it would have nobody else.
    """

    named: Mapping[str, int] = field(default_factory=dict)
    rested: Collection[str] = ()
    proposed: Collection[str] = ()


def propose(
    features: TownFeatures, ags: str, month: Month, weights: Weights = WEIGHTS
) -> tuple[Proposal, ...]:
    """The newcomer's suggestions, in the order of slots and score; none where it is not active or nobody has room."""
    active = features.by_ags[features.active[features.by_ags]]
    towns = features.take(active)
    position = {key: number for number, key in enumerate(towns.ags.tolist())}
    if ags not in position:
        return ()
    newcomer = position[ags]
    wanted = min(NEWCOMER_SUGGESTIONS, suggestions_each(len(towns)))
    rested = _pairs(newcomer, month.rested, position)
    lists = Lists(len(towns), MAX_LISTS)
    for key, count in month.named.items():
        if key in position:
            lists.room[position[key]] = max(0, MAX_LISTS - count)
    _fill(
        lists, Survey(towns, weights, rested | _pairs(newcomer, month.proposed, position)), newcomer, wanted
    )
    if not lists.slots[newcomer]:
        _fill(lists, Survey(towns, weights, rested), newcomer, 1)
    return tuple(proposals(towns, lists, active, weights))


def _pairs(newcomer: int, keys: Iterable[str], position: Mapping[str, int]) -> set[tuple[int, int]]:
    return {(newcomer, position[key]) for key in keys if key in position}


def _fill(lists: Lists, survey: Survey, newcomer: int, wanted: int) -> None:
    """One town's slots in the order of their importance, as ``rounds`` fills everybody's."""
    appraisal = survey.appraise(newcomer)
    mutual_each, complementary_each, _ = QUOTAS[wanted]
    spare = wanted
    for slot, view, each in (
        (MUTUAL, sharing, mutual_each),
        (COMPLEMENTARY, learn, complementary_each),
        (SIMILAR, best_first, wanted),
    ):
        demand = np.zeros(len(survey), dtype=np.int64)
        demand[newcomer] = before = min(spare, each)
        shortlists = [NOBODY] * len(survey)
        shortlists[newcomer] = shortlist(view(appraisal))
        assign(lists, survey, slot, view, shortlists, demand)
        spare -= before - int(demand[newcomer])
