"""What there is to say of one town, taken out of the arrays once, so that its reasons read plain Python values.

Arrays serve one town against ten thousand; a sentence about a pair needs a few dozen numbers of two towns.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kleinstadt_net.matching.declarations import STATE_NAMES
from kleinstadt_net.matching.features import TownFeatures
from kleinstadt_net.matching.figures import GIVEN
from kleinstadt_net.matching.indicators import ECONOMY


@dataclass(frozen=True, slots=True)
class Portrait:
    """One town's counted statements and figures. Subjects are row numbers of the features, in their order.

    ``state`` and ``age_days`` hold every declared subject; ``challenges``, ``need`` and ``strength`` what counts
    in the score. ``given`` holds the figures of ``figures.GIVEN`` by name, NaN where unknown.
    """

    challenges: frozenset[int]
    presumed: frozenset[int]  # challenges its figures suggest, as long as it says nothing itself
    focus: frozenset[int]
    need: Mapping[int, float]
    strength: Mapping[int, float]
    state: Mapping[int, str]
    age_days: Mapping[int, int]
    given: Mapping[str, float]
    official: bool
    region: str  # empty where the town belongs to none
    land: str
    networks: frozenset[tuple[str, str]]  # key and name
    economy: Mapping[str, float]  # robust z-scores of the indicators that tell of the economy


class Portraits(dict[int, Portrait]):
    """Portraits of the towns of one picture of the network, by row; each is made when first asked for."""

    def __init__(self, features: TownFeatures) -> None:
        super().__init__()
        self.features = features
        self.rarity = features.declared.rarity.tolist()
        self.towns_with_challenge = features.declared.towns_with_challenge.tolist()

    def __missing__(self, row: int) -> Portrait:
        portrait = self[row] = _portrait(self.features, row)
        return portrait


def _portrait(features: TownFeatures, row: int) -> Portrait:
    declared, figures = features.declared, features.figures
    state = declared.state[:, row]
    return Portrait(
        challenges=frozenset(np.flatnonzero(declared.challenge[:, row]).tolist()),
        presumed=frozenset(np.flatnonzero(declared.presumed[:, row]).tolist()),
        focus=frozenset(np.flatnonzero(declared.focus[:, row]).tolist()),
        need=_known(declared.need[:, row]),
        strength=_known(declared.strength[:, row]),
        state={subject: STATE_NAMES[code] for subject, code in enumerate(state.tolist()) if code},
        age_days=dict(enumerate(declared.age[:, row].tolist())),
        given=dict(zip(GIVEN, figures.given[:, row].tolist(), strict=True)),
        official=bool(figures.official[row]),
        region=str(figures.tourism[row]) if figures.region_weight[row] else "",
        land=str(features.land[row]),
        networks=features.networks.get(row, frozenset()),
        economy={name: z for name, z in figures.indicator_scores(row).items() if name.startswith(ECONOMY)},
    )


def _known(values: np.ndarray) -> dict[int, float]:
    return {subject: value for subject, value in enumerate(values.tolist()) if value}
