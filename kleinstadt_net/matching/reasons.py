"""Why a pair: codes and numbers, never words. Sentences are macros in ``templates/components/``.

``i`` is the reader's town ("own"), ``j`` the other ("peer"). Reasons come in the order in which they should be
told: what is shared, what each can do for the other, where both belong, what is alike, what differs, how far it is.
All data are plain str, int, float and bool, so that a letter can be stored. ``official`` is true when both towns'
figures come from official files ("aus amtlichen Daten", else "aus Schätzwerten").

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
presumed_challenge   subject; own_presumed, peer_presumed: on which side it is presumed from figures (one or both)
same_network         network: key; name. An association both towns belong to
comparable_size      own, peer: inhabitants; official
same_density         density ("very_sparse" | "sparse" | "medium" | "dense"); own, peer: inhabitants per km²; official
same_growth          direction ("growing" | "stable" | "shrinking"); own, peer: fraction a year; official
same_tourism_region  region: name
similar_economy      (nothing): two imported indicators of the economy or more are close; no number leaves the engine
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

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from math import fsum, isnan

from kleinstadt_net.matching.features import TownFeatures
from kleinstadt_net.matching.portraits import Portrait, Portraits
from kleinstadt_net.matching.similarity import distance_km
from kleinstadt_net.matching.weights import (
    COMPARABLE_SIZE,
    DENSEST,
    DENSITY_CODES,
    DIFFERENT_AREA,
    DIFFERENT_SIZE,
    FEWEST_ECONOMIC,
    SIMILAR_ECONOMY,
    STABLE_GROWTH,
)

CODES = (
    "shared_challenge",
    "same_focus",
    "learn",
    "teach",
    "similar_situation",
    "presumed_challenge",
    "same_network",
    "comparable_size",
    "same_density",
    "same_growth",
    "same_tourism_region",
    "similar_economy",
    "different_size",
    "different_area",
    "different_density",
    "different_growth",
    "same_land",
    "other_land",
)
PLACES = {code: place for place, code in enumerate(CODES)}

Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing to be said about a pair: a code of CODES and its data, as the table above."""

    code: str
    data: Mapping[str, Value]


def for_pair(features: TownFeatures, i: int, j: int) -> tuple[Reason, ...]:
    """Everything to be said to town ``i`` about town ``j``, most important first; ties by the order of subjects."""
    return between(Portraits(features), i, j)


def between(portraits: Portraits, i: int, j: int) -> tuple[Reason, ...]:
    """The same for a caller with many pairs, who keeps the portraits from one pair to the next."""
    own, peer = portraits[i], portraits[j]
    said = (
        *_shared(portraits, own, peer),
        *_same_focus(portraits, own, peer),
        *_learn(portraits, own, peer),
        *_teach(portraits, own, peer),
    )
    measured = (rule(own, peer) for rule in (_size, _area, _density, _growth, _tourism, _economy))
    return (
        *(said or (Reason("similar_situation", {}),)),
        *_presumed(portraits, own, peer),
        *_networks(own, peer),
        *sorted(chain.from_iterable(measured), key=_place),
        _land(own, peer, distance_km(portraits.features, i, j)),
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
    return PLACES[reason.code]


def _shared(portraits: Portraits, own: Portrait, peer: Portrait) -> Iterator[Reason]:
    both_focus = own.focus & peer.focus
    for s in _heaviest_first(
        own.challenges & peer.challenges, lambda s: portraits.rarity[s] * (1.0 + (s in both_focus))
    ):
        yield Reason(
            "shared_challenge",
            {
                "subject": portraits.features.subjects[s],
                "others": portraits.towns_with_challenge[s] - 2,
                "own_state": own.state[s],
                "peer_state": peer.state[s],
                "both_focus": s in both_focus,
            },
        )


def _same_focus(portraits: Portraits, own: Portrait, peer: Portrait) -> Iterator[Reason]:
    for s in sorted((own.focus & peer.focus) - (own.challenges & peer.challenges)):
        yield Reason("same_focus", {"subject": portraits.features.subjects[s]})


def _learn(portraits: Portraits, own: Portrait, peer: Portrait) -> Iterator[Reason]:
    for s in _heaviest_first(
        own.need.keys() & peer.strength.keys(), lambda s: own.need[s] * peer.strength[s]
    ):
        yield Reason(
            "learn",
            {
                "subject": portraits.features.subjects[s],
                "age_days": peer.age_days[s],
                "own_state": own.state[s],
                "own_focus": s in own.focus,
            },
        )


def _teach(portraits: Portraits, own: Portrait, peer: Portrait) -> Iterator[Reason]:
    for mirrored in _learn(portraits, peer, own):
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


def _presumed(portraits: Portraits, own: Portrait, peer: Portrait) -> Iterator[Reason]:
    either = (own.challenges | own.presumed) & (peer.challenges | peer.presumed)
    for s in _heaviest_first(either - (own.challenges & peer.challenges), lambda s: portraits.rarity[s]):
        yield Reason(
            "presumed_challenge",
            {
                "subject": portraits.features.subjects[s],
                "own_presumed": s in own.presumed,
                "peer_presumed": s in peer.presumed,
            },
        )


def _networks(own: Portrait, peer: Portrait) -> Iterator[Reason]:
    for key, name in sorted(own.networks & peer.networks):
        yield Reason("same_network", {"network": key, "name": name})


def _heaviest_first(subjects: Iterable[int], worth: Callable[[int], float]) -> list[int]:
    return sorted(subjects, key=lambda s: (-worth(s), s))


def _positive(own: Portrait, peer: Portrait, name: str) -> tuple[float, float] | None:
    """A figure of both towns, None unless both are known and above zero."""
    pair = own.given[name], peer.given[name]
    return pair if pair[0] > 0 and pair[1] > 0 else None  # NaN is not above zero either


def _official(own: Portrait, peer: Portrait) -> bool:
    return own.official and peer.official


def _different(code: str, own: float, peer: float, official: bool) -> Reason:
    ratio, larger = max(own, peer) / min(own, peer), "own" if own > peer else "peer"
    return Reason(
        code, {"own": own, "peer": peer, "ratio": round(ratio, 2), "larger": larger, "official": official}
    )


def _size(own: Portrait, peer: Portrait) -> Iterator[Reason]:
    pair = _positive(own, peer, "population")
    if pair is None:
        return
    official = _official(own, peer)
    if max(pair) <= COMPARABLE_SIZE * min(pair):
        yield Reason("comparable_size", {"own": int(pair[0]), "peer": int(pair[1]), "official": official})
    elif max(pair) >= DIFFERENT_SIZE * min(pair):
        yield _different("different_size", int(pair[0]), int(pair[1]), official)


def _area(own: Portrait, peer: Portrait) -> Iterator[Reason]:
    pair = _positive(own, peer, "area_km2")
    if pair and max(pair) >= DIFFERENT_AREA * min(pair):
        yield _different("different_area", *pair, _official(own, peer))


def _density(own: Portrait, peer: Portrait) -> Iterator[Reason]:
    people, area = _positive(own, peer, "population"), _positive(own, peer, "area_km2")
    if people is None or area is None:
        return
    density = people[0] / area[0], people[1] / area[1]
    codes = density_code(density[0]), density_code(density[1])
    numbers = {
        "own": round(density[0], 1),
        "peer": round(density[1], 1),
        "official": _official(own, peer),
    }
    if codes[0] == codes[1]:
        yield Reason("same_density", {"density": codes[0], **numbers})
    else:
        yield Reason("different_density", {"own_density": codes[0], "peer_density": codes[1], **numbers})


def _growth(own: Portrait, peer: Portrait) -> Iterator[Reason]:
    pair = own.given["growth"], peer.given["growth"]
    if isnan(pair[0]) or isnan(pair[1]):
        return
    codes = direction(pair[0]), direction(pair[1])
    numbers = {"own": pair[0], "peer": pair[1], "official": _official(own, peer)}
    if codes[0] == codes[1]:
        yield Reason("same_growth", {"direction": codes[0], **numbers})
    elif "stable" not in codes:
        yield Reason("different_growth", {"own_direction": codes[0], "peer_direction": codes[1], **numbers})


def _tourism(own: Portrait, peer: Portrait) -> Iterator[Reason]:
    if own.region and own.region == peer.region:
        yield Reason("same_tourism_region", {"region": own.region})


def _economy(own: Portrait, peer: Portrait) -> Iterator[Reason]:
    both = sorted(own.economy.keys() & peer.economy.keys())
    if len(both) >= FEWEST_ECONOMIC:
        gap = fsum(abs(own.economy[name] - peer.economy[name]) for name in both) / len(both)
        if gap <= SIMILAR_ECONOMY:
            yield Reason("similar_economy", {})


def _land(own: Portrait, peer: Portrait, distance: float | None) -> Reason:
    km: dict[str, Value] = {} if distance is None else {"km": round(distance)}
    if own.land == peer.land:
        return Reason("same_land", {"land": own.land, **km})
    return Reason("other_land", {"own": own.land, "peer": peer.land, **km})
