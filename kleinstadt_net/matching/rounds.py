"""The monthly round: who is suggested to whom, for the whole network at once.

Nobody is forgotten and nobody is flooded: every active town receives suggestions and is itself suggested, and
nobody is named in more than MAX_LISTS lists. ``plan`` reads like the rules; how each kind of slot is filled is
told in ``mutual`` and ``directed``.

Slots: ``mutual`` (a shared challenge, both are suggested to each other) · ``complementary`` (has what I seek) ·
``contrast`` (other Land, other structure, something to talk about) · ``similar_situation`` (whoever fits best
where a slot could not be filled otherwise: both ways where three mutual pairs were not to be had, else one way).

Notes, for the operator: ``no_peer`` (town; wanted, allowed: received nobody) · ``not_named`` (town: named in no list) ·
``fewer`` (town; wanted, received, allowed) · ``one_more`` (town; wanted, received) · ``repeated`` (town, peer: proposed
lately, and suggested again because the town had nobody else). ``allowed`` is how many others might be proposed to the
town at all: where they were enough, the lists of those left are full.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from kleinstadt_net.matching import mutual
from kleinstadt_net.matching.directed import Lists, assign
from kleinstadt_net.matching.features import TownFeatures
from kleinstadt_net.matching.figures import Ints
from kleinstadt_net.matching.ranking import STEPS, steps
from kleinstadt_net.matching.similarity import parts
from kleinstadt_net.matching.survey import Survey, contrast, learn, sharing
from kleinstadt_net.matching.survey import mutual as best_first
from kleinstadt_net.matching.weights import (
    MAX_LISTS,
    MAX_SUGGESTIONS,
    MONTHS_TO_MEET_ALL,
    QUOTAS,
    WEIGHTS,
    Weights,
)

MUTUAL, COMPLEMENTARY, CONTRAST, SIMILAR = ("mutual", "complementary", "contrast", "similar_situation")
SLOTS = (MUTUAL, COMPLEMENTARY, CONTRAST, SIMILAR)

KeyPair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class History:
    """Pairs of AGS, in either order, that are not to be proposed now.

    ``rested`` holds in any case (declined within 12 months, known for good); ``proposed`` (within 6 months)
    yields where a town would otherwise have nobody at all.
    """

    rested: frozenset[KeyPair] = frozenset()
    proposed: frozenset[KeyPair] = frozenset()


@dataclass(frozen=True, slots=True)
class Proposal:
    """One line of one town's list. Rows are those of the features; ``score`` and ``parts`` as ``ranking`` has them."""

    town_row: int
    peer_row: int
    slot: str
    score: float
    parts: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Note:
    """Something an operator should know about a round; codes and data in the module's docstring."""

    code: str
    town_row: int
    data: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """A month's suggestions, by town in the order of keys, within a town in the order of SLOTS and score."""

    month: str
    suggestions_each: int
    proposals: tuple[Proposal, ...]
    notes: tuple[Note, ...]


def suggestions_each(active: int) -> int:
    """How many suggestions a town gets in a network of ``active`` towns."""
    return min(MAX_SUGGESTIONS, max(1, (active - 1) // MONTHS_TO_MEET_ALL))


def plan(
    features: TownFeatures, *, month: str, history: History | None = None, weights: Weights = WEIGHTS
) -> RoundPlan:
    """The round of one month for all active towns; the same for the same input, whatever the order of its rows."""
    active = features.by_ags[features.active[features.by_ags]]
    towns = features.take(active)
    past = history or History()
    rested, proposed = _positions(towns, past.rested), _positions(towns, past.proposed)
    survey = Survey(towns, weights, rested | proposed)
    wanted = suggestions_each(len(towns))
    lists = _fill(survey, wanted)
    repeated = _repeat_for_the_lonely(lists, Survey(towns, weights, rested)) if len(towns) > 1 else []
    notes = [Note("repeated", int(active[i]), {"peer_row": int(active[j])}) for i, j in repeated]
    return RoundPlan(
        month,
        wanted,
        tuple(proposals(towns, lists, active, weights)),
        tuple(notes + _notes(survey, lists, wanted, active)),
    )


def _positions(towns: TownFeatures, pairs: Iterable[KeyPair]) -> set[tuple[int, int]]:
    position = {key: number for number, key in enumerate(towns.ags.tolist())}
    known = ((position.get(first), position.get(second)) for first, second in pairs)
    return {(min(i, j), max(i, j)) for i, j in known if i is not None and j is not None and i != j}


def _fill(survey: Survey, wanted: int) -> Lists:
    """All slots of all towns, in the order of their importance."""
    count = len(survey)
    lists = Lists(count, MAX_LISTS)
    mutual_each, complementary_each, contrast_each = QUOTAS[wanted]
    by_sharing, by_learning, by_contrast, by_score = survey.shortlists((sharing, learn, contrast, best_first))
    pairs = mutual.match(survey, mutual_each, by_sharing)
    for i, partners in enumerate(pairs.partners):
        for j in partners:
            lists.add(i, j, MUTUAL if pairs.shares(i, j) else SIMILAR)
    # A town that took in a lonely one has its full number already.
    spare = np.array([wanted - len(slots) for slots in lists.slots], dtype=np.int64)
    for slot, view, shortlists, each in (
        (COMPLEMENTARY, learn, by_learning, complementary_each),
        (CONTRAST, contrast, by_contrast, contrast_each),
        (SIMILAR, best_first, by_score, wanted),
    ):
        demand = np.clip(spare, 0, each)
        before = demand.copy()
        assign(lists, survey, slot, view, shortlists, demand)
        spare -= before - demand
    return lists


def _repeat_for_the_lonely(lists: Lists, survey: Survey) -> list[tuple[int, int]]:
    """Where a town has nobody because all were proposed lately, propose the best once more, both ways."""
    repeated = []
    for i, slots in enumerate(lists.slots):
        if slots:
            continue
        values = np.where(lists.room > 0, best_first(survey.appraise(i)), -1)
        if values.max() >= 0:
            j = int(np.argmax(values))
            slot = MUTUAL if sharing(survey.appraise(i))[j] >= 0 else SIMILAR
            lists.add(i, j, slot)
            lists.add(j, i, slot)
            repeated.append((i, j))
    return repeated


def proposals(towns: TownFeatures, lists: Lists, active: Ints, weights: Weights) -> Iterable[Proposal]:
    """The lists of ``towns``, which are the rows ``active`` of the features, as lines with their scores."""
    lines = [(i, j) for i, slots in enumerate(lists.slots) for j in sorted(slots)]
    town, peer = np.array(lines, dtype=np.int64).reshape(-1, 2).T
    compared = parts(towns, town, peer)
    scores, stored = (steps(compared, weights) / STEPS).tolist(), compared.by_pair()

    def place(n: int) -> tuple[int, int, float, int]:
        i, j = lines[n]
        return i, SLOTS.index(lists.slots[i][j]), -scores[n], n

    for n in sorted(range(len(lines)), key=place):
        i, j = lines[n]
        yield Proposal(int(active[i]), int(active[j]), lists.slots[i][j], scores[n], stored[n])


def _notes(survey: Survey, lists: Lists, wanted: int, active: Ints) -> list[Note]:
    notes = []
    for i, (row, slots) in enumerate(zip(active.tolist(), lists.slots, strict=True)):
        if not slots:
            notes.append(Note("no_peer", row, {"wanted": wanted, "allowed": survey.allowed(i)}))
        elif len(slots) < wanted:
            counted = {"wanted": wanted, "received": len(slots), "allowed": survey.allowed(i)}
            notes.append(Note("fewer", row, counted))
        elif len(slots) > wanted:
            notes.append(Note("one_more", row, {"wanted": wanted, "received": len(slots)}))
        if lists.room[i] == MAX_LISTS:
            notes.append(Note("not_named", row))
    return notes
