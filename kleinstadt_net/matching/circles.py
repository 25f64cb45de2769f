"""Circles: which few towns should meet several times over one challenge they share.

For every challenge that enough active towns name, one circle is put together: the pair that suits best, then one town
after another that adds most. What a town adds is its score with everybody already in it, a premium for a Land not yet
there, and one for every need of the others that it can meet, or that they can meet of it. No town is in two circles.

Greedy, because a circle has six towns and any answer may change it again: what is proposed has to be good and easy to
explain, not the best of all combinations.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kleinstadt_net.matching.declarations import Flags
from kleinstadt_net.matching.features import TownFeatures
from kleinstadt_net.matching.figures import Floats, Ints
from kleinstadt_net.matching.ranking import STEPS, steps
from kleinstadt_net.matching.similarity import parts
from kleinstadt_net.matching.weights import (
    CIRCLE_CANDIDATES,
    CIRCLE_FROM,
    CIRCLE_LAENDER,
    CIRCLE_STARTS_AT,
    CIRCLE_TOWNS,
    HELP_PREMIUM,
    LAND_PREMIUM,
    WEIGHTS,
    Weights,
)

# Two rows of the features.
Pair = tuple[int, int]
NEVER = -np.inf


@dataclass(frozen=True, slots=True)
class Proposal:
    """A circle to be proposed: its subject's key and rows of the features, who suits best first.

    ``laender``: how many Länder they lie in. ``met``: needs among them that another of them has shown a strength for.
    """

    subject: str
    rows: tuple[int, ...]
    laender: int
    met: int


def propose(
    features: TownFeatures,
    busy: Collection[int] = (),
    weights: Weights = WEIGHTS,
    *,
    apart: Collection[Pair] = (),
) -> tuple[Proposal, ...]:
    """One circle for every challenge that CIRCLE_FROM free active towns share, those with the fewest first.

    ``busy`` rows are in a circle already; two rows of a pair that is kept ``apart`` never come into the same one. The
    same for the same towns, whatever the order of their rows.
    """
    free = features.active.copy()
    free[list(busy)] = False
    sharing = features.declared.challenge > 0
    counts = np.count_nonzero(sharing & free, axis=1)
    found = []
    for subject in np.argsort(counts, kind="stable").tolist():
        rows = np.flatnonzero(sharing[subject] & free)
        if len(rows) < CIRCLE_FROM:
            continue
        chosen = grow(features, rows, (), weights, apart=apart)
        if len(chosen) < CIRCLE_STARTS_AT:
            continue
        free[list(chosen)] = False
        found.append(_proposal(features, subject, chosen))
    return tuple(found)


def around(
    features: TownFeatures,
    subject: str,
    own: int | None,
    limit: int,
    *,
    busy: Collection[int] = (),
    apart: Collection[Pair] = (),
    weights: Weights = WEIGHTS,
) -> tuple[int, ...]:
    """The free active towns that would make the best circle on a subject, best first; around ``own``, without it."""
    sharing = (features.declared.challenge[features.subjects.index(subject)] > 0) & features.active
    sharing[list(busy)] = False
    if own is None:
        return grow(features, np.flatnonzero(sharing), (), weights, size=limit, apart=apart)
    sharing[own] = True
    return grow(features, np.flatnonzero(sharing), (own,), weights, size=limit + 1, apart=apart)[1:]


def grow(
    features: TownFeatures,
    candidates: Ints,
    begun: Sequence[int],
    weights: Weights = WEIGHTS,
    size: int = CIRCLE_TOWNS,
    *,
    apart: Collection[Pair] = (),
) -> tuple[int, ...]:
    """A circle out of ``candidates`` (rows), with those already ``begun`` first; smaller where there are too few."""
    rows = _nearest_to_say(features, candidates, begun)
    places = {int(row): place for place, row in enumerate(rows)}
    scores = _kept_apart(_scores(features, rows, weights), places, apart)
    chosen = [places[row] for row in begun]
    if not chosen and len(rows) > 1:
        first, second = np.unravel_index(int(np.argmax(np.triu(scores, 1))), scores.shape)
        chosen = [int(first), int(second)]
    while len(chosen) < min(size, len(rows)):
        value = scores[:, chosen].sum(axis=1) + _premiums(features, rows, chosen)
        value[chosen] = NEVER
        best = int(np.argmax(value))
        if value[best] == NEVER:
            break
        chosen.append(best)
    return tuple(int(rows[place]) for place in chosen)


def _nearest_to_say(features: TownFeatures, candidates: Ints, begun: Sequence[int]) -> Ints:
    """At most CIRCLE_CANDIDATES of them in the order of keys, evenly over it, so that the pairs stay countable."""
    ordered = candidates[np.argsort(features.ags_rank[candidates])]
    if len(ordered) > CIRCLE_CANDIDATES:
        evenly = np.linspace(0, len(ordered) - 1, CIRCLE_CANDIDATES).astype(np.int64)
        kept = np.union1d(ordered[evenly], np.array(begun, dtype=np.int64)).astype(np.int64)
        ordered = kept[np.argsort(features.ags_rank[kept])]
    return ordered


def _scores(features: TownFeatures, rows: Ints, weights: Weights) -> Floats:
    table = [steps(parts(features, int(row), rows), weights) for row in rows]
    return np.array(table, dtype=np.float64).reshape(len(rows), len(rows)) / STEPS


def _kept_apart(scores: Floats, places: Mapping[int, int], apart: Collection[Pair]) -> Floats:
    """The scores with pairs in them that no premium can make up for."""
    for first, second in apart:
        if first in places and second in places:
            one, other = places[first], places[second]
            scores[one, other] = scores[other, one] = NEVER
    return scores


def _premiums(features: TownFeatures, rows: Ints, chosen: Sequence[int]) -> Floats:
    """What each candidate adds beside its scores: a Land not yet there, and help given and received."""
    inside = rows[list(chosen)]
    lands = set(features.land[inside].tolist())
    adds = np.zeros(len(rows))
    if len(lands) < CIRCLE_LAENDER:
        adds += LAND_PREMIUM * ~np.isin(features.land[rows], sorted(lands))
    need: Flags = features.declared.need > 0
    strength: Flags = features.declared.strength > 0
    asked = np.asarray(need[:, inside].any(axis=1)) & ~np.asarray(strength[:, inside].any(axis=1))
    shown = np.asarray(strength[:, inside].any(axis=1))
    given = np.count_nonzero(strength[:, rows] & asked[:, None], axis=0)
    received = np.count_nonzero(need[:, rows] & shown[:, None], axis=0)
    premium: Floats = adds + HELP_PREMIUM * (given + received)
    return premium


def _proposal(features: TownFeatures, subject: int, rows: Sequence[int]) -> Proposal:
    inside = np.array(rows, dtype=np.int64)
    need: Flags = features.declared.need[:, inside] > 0
    strength: Flags = features.declared.strength[:, inside] > 0
    met = int(np.count_nonzero(need & np.asarray(strength.any(axis=1))[:, None]))
    return Proposal(features.subjects[subject], tuple(rows), len(set(features.land[inside].tolist())), met)
