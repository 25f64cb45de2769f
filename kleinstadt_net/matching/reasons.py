"""Why a pair: codes and numbers, never words. Sentences are macros in ``templates/components/``.

``i`` is the reader's town ("own"), ``j`` the other ("peer"). Reasons come in the order in which they should be
told: what is shared, what each can do for the other, what is alike, what differs, how far it is. All data are
plain str, int, float and bool, so that a letter can be stored. ``official`` is true when both towns' figures come
from official files ("aus amtlichen Daten", else "aus Schätzwerten").

==================== ==================================================================================
code                 data
==================== ==================================================================================
shared_challenge     subject; others: further towns in the network with this challenge (without these two);
                     own_state, peer_state ("in_progress" | "seeking"); both_focus: a focus of both towns
same_focus           subject: a thesis both chose as focus, where it is not among the shared challenges
learn                subject; age_days of the peer's statement; own_state ("in_progress" | "seeking");
                     own_focus. The peer is strong in it.
teach                subject; age_days of the own statement; peer_state; peer_focus. The own town is strong in it.
similar_situation    (nothing): opens the reason where none of the above is to be said
comparable_size      own, peer: inhabitants; official
same_density         density ("very_sparse" | "sparse" | "medium" | "dense"); own, peer: inhabitants per km²; official
same_growth          direction ("growing" | "stable" | "shrinking"); own, peer: fraction a year; official
same_tourism_region  region: name
different_size       own, peer: inhabitants; ratio ≥ 1.5, larger: "own" | "peer"; official
different_area       own, peer: km²; ratio ≥ 2, larger: "own" | "peer"; official
different_density    own_density, peer_density: codes as above; own, peer: inhabitants per km²; official
different_growth     own_direction, peer_direction ("growing" and "shrinking", one each); own, peer; official
same_land            land: two-digit key; km: straight distance, whole kilometres, or absent where unknown
other_land           own, peer: two-digit keys; km as above
==================== ==================================================================================

States of ``seeking`` are confidential: who shows a reason to somebody outside the two towns looks at the states.
Only statements that count in the score are named, so every reason can be traced to what made the pair.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

import numpy as np

from kleinstadt_net.matching.declarations import STATE_NAMES
from kleinstadt_net.matching.features import TownFeatures
from kleinstadt_net.matching.figures import Floats, Ints
from kleinstadt_net.matching.similarity import distance_km
from kleinstadt_net.matching.weights import (
    COMPARABLE_SIZE,
    DENSEST,
    DENSITY_CODES,
    DIFFERENT_AREA,
    DIFFERENT_SIZE,
    STABLE_GROWTH,
)

CODES = (
    "shared_challenge",
    "same_focus",
    "learn",
    "teach",
    "similar_situation",
    "comparable_size",
    "same_density",
    "same_growth",
    "same_tourism_region",
    "different_size",
    "different_area",
    "different_density",
    "different_growth",
    "same_land",
    "other_land",
)

Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing to be said about a pair: a code of CODES and its data, as the table above."""

    code: str
    data: Mapping[str, Value]


def for_pair(features: TownFeatures, i: int, j: int) -> tuple[Reason, ...]:
    """Everything to be said to town ``i`` about town ``j``, most important first; ties by the order of subjects."""
    said = (
        *_shared(features, i, j),
        *_same_focus(features, i, j),
        *_learn(features, i, j),
        *_teach(features, i, j),
    )
    measured = (rule(features, i, j) for rule in (_size, _area, _density, _growth, _tourism))
    return (
        *(said or (Reason("similar_situation", {}),)),
        *sorted(chain.from_iterable(measured), key=_place),
        _land(features, i, j),
    )


def density_code(inhabitants_per_km2: float) -> str:
    """The word code of a density."""
    return next((code for limit, code in DENSITY_CODES if inhabitants_per_km2 < limit), DENSEST)


def direction(growth: float) -> str:
    """The word code of a yearly change given as a fraction."""
    if abs(growth) < STABLE_GROWTH:
        return "stable"
    return "growing" if growth > 0 else "shrinking"


def _place(reason: Reason) -> int:
    return CODES.index(reason.code)


def _shared(features: TownFeatures, i: int, j: int) -> Iterator[Reason]:
    declared = features.declared
    both_focus = declared.focus[:, i] & declared.focus[:, j]
    shared = np.flatnonzero(declared.challenge[:, i] * declared.challenge[:, j])
    for s in _heaviest_first(shared, declared.rarity * (1.0 + both_focus)):
        yield Reason(
            "shared_challenge",
            {
                "subject": features.subjects[s],
                "others": int(declared.towns_with_challenge[s]) - 2,
                "own_state": STATE_NAMES[int(declared.state[s, i])],
                "peer_state": STATE_NAMES[int(declared.state[s, j])],
                "both_focus": bool(both_focus[s]),
            },
        )


def _same_focus(features: TownFeatures, i: int, j: int) -> Iterator[Reason]:
    declared = features.declared
    shared = declared.challenge[:, i] * declared.challenge[:, j] > 0
    for s in np.flatnonzero(declared.focus[:, i] & declared.focus[:, j] & ~shared):
        yield Reason("same_focus", {"subject": features.subjects[s]})


def _learn(features: TownFeatures, i: int, j: int) -> Iterator[Reason]:
    declared = features.declared
    worth = declared.need[:, i] * declared.strength[:, j]
    for s in _heaviest_first(np.flatnonzero(worth), worth):
        yield Reason(
            "learn",
            {
                "subject": features.subjects[s],
                "age_days": int(declared.age[s, j]),
                "own_state": STATE_NAMES[int(declared.state[s, i])],
                "own_focus": bool(declared.focus[s, i]),
            },
        )


def _teach(features: TownFeatures, i: int, j: int) -> Iterator[Reason]:
    for mirrored in _learn(features, j, i):
        data = mirrored.data
        yield Reason(
            "teach",
            {
                "subject": data["subject"],
                "age_days": data["age_days"],
                "peer_state": data["own_state"],
                "peer_focus": data["own_focus"],
            },
        )


def _heaviest_first(subjects: Ints, worth: Floats) -> list[int]:
    return sorted(subjects.tolist(), key=lambda s: (-float(worth[s]), s))


def _figure(features: TownFeatures, name: str, i: int, j: int) -> tuple[float, float] | None:
    """A figure of both towns, None unless both are known."""
    column = features.figures.column(name)
    own, peer = float(column[i]), float(column[j])
    return (own, peer) if np.isfinite(own) and np.isfinite(peer) else None


def _positive(features: TownFeatures, name: str, i: int, j: int) -> tuple[float, float] | None:
    pair = _figure(features, name, i, j)
    return pair if pair and min(pair) > 0 else None


def _official(features: TownFeatures, i: int, j: int) -> bool:
    return bool(features.figures.official[i] and features.figures.official[j])


def _different(code: str, own: float, peer: float, official: bool) -> Reason:
    ratio, larger = max(own, peer) / min(own, peer), "own" if own > peer else "peer"
    return Reason(
        code, {"own": own, "peer": peer, "ratio": round(ratio, 2), "larger": larger, "official": official}
    )


def _size(features: TownFeatures, i: int, j: int) -> Iterator[Reason]:
    pair = _positive(features, "population", i, j)
    if pair is None:
        return
    own, peer = int(pair[0]), int(pair[1])
    official = _official(features, i, j)
    if max(pair) <= COMPARABLE_SIZE * min(pair):
        yield Reason("comparable_size", {"own": own, "peer": peer, "official": official})
    elif max(pair) >= DIFFERENT_SIZE * min(pair):
        yield _different("different_size", own, peer, official)


def _area(features: TownFeatures, i: int, j: int) -> Iterator[Reason]:
    pair = _positive(features, "area_km2", i, j)
    if pair and max(pair) >= DIFFERENT_AREA * min(pair):
        yield _different("different_area", *pair, _official(features, i, j))


def _density(features: TownFeatures, i: int, j: int) -> Iterator[Reason]:
    people, area = (_positive(features, "population", i, j), _positive(features, "area_km2", i, j))
    if people is None or area is None:
        return
    own, peer = people[0] / area[0], people[1] / area[1]
    codes = density_code(own), density_code(peer)
    numbers = {"own": round(own, 1), "peer": round(peer, 1), "official": _official(features, i, j)}
    if codes[0] == codes[1]:
        yield Reason("same_density", {"density": codes[0], **numbers})
    else:
        yield Reason("different_density", {"own_density": codes[0], "peer_density": codes[1], **numbers})


def _growth(features: TownFeatures, i: int, j: int) -> Iterator[Reason]:
    pair = _figure(features, "growth", i, j)
    if pair is None:
        return
    own, peer = direction(pair[0]), direction(pair[1])
    numbers = {"own": pair[0], "peer": pair[1], "official": _official(features, i, j)}
    if own == peer:
        yield Reason("same_growth", {"direction": own, **numbers})
    elif "stable" not in (own, peer):
        yield Reason("different_growth", {"own_direction": own, "peer_direction": peer, **numbers})


def _tourism(features: TownFeatures, i: int, j: int) -> Iterator[Reason]:
    figures = features.figures
    if figures.region_weight[i] and figures.region[i] == figures.region[j]:
        yield Reason("same_tourism_region", {"region": str(figures.tourism[i])})


def _land(features: TownFeatures, i: int, j: int) -> Reason:
    own, peer = str(features.land[i]), str(features.land[j])
    distance = distance_km(features, i, j)
    km: dict[str, Value] = {} if distance is None else {"km": round(distance)}
    if own == peer:
        return Reason("same_land", {"land": own, **km})
    return Reason("other_land", {"own": own, "peer": peer, **km})
