"""Facts about towns, turned into arrays once and patched when a town changes.

Everything that needs logarithms, medians or sorting happens here. What compares pairs afterwards uses only
+ - x / and square roots, in a fixed order, which every machine rounds alike.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kleinstadt_net.matching import declarations, figures, presumed
from kleinstadt_net.matching.declarations import Declarations, Flags, Statement
from kleinstadt_net.matching.figures import Figures, Ints

__all__ = ["Statement", "TownFacts", "TownFeatures", "build", "replace"]

# Row -> key and name of each association; only towns that take part and belong to one. No score reads it.
Networks = Mapping[int, frozenset[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class TownFacts:
    """One town as the caller knows it; None is unknown.

    ``growth`` is a fraction a year, ``urbanisation`` an ordinal class (1 dense … 3 rural), ``tourism`` the name
    of a region, ``focus`` keys of theses. ``taking_part`` towns are compared by what they declare, ``active``
    ones are in the monthly round. ``figures_official`` is false as soon as one figure is an estimate. ``networks``
    are the associations it belongs to, key and name of each, ``indicators`` imported statistics by
    name, in the order of names; what tells of the economy begins with ``ECONOMY`` (``economy_unemployment``).
    """

    ags: str
    land: str
    lat: float | None
    lon: float | None
    population: int | None
    area_km2: float | None
    growth: float | None
    urbanisation: float | None
    tourism: str | None
    statements: tuple[Statement, ...]
    focus: tuple[str, ...]
    taking_part: bool
    active: bool
    figures_official: bool
    networks: tuple[tuple[str, str], ...] = ()
    indicators: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class TownFeatures:
    """n towns, ready to be compared; rows in the order given."""

    ags: NDArray[np.str_]  # (n,)
    land: NDArray[np.str_]  # (n,)
    taking_part: Flags  # (n,)
    active: Flags  # (n,) and taking part
    subjects: tuple[str, ...]  # (S,)
    figures: Figures
    declared: Declarations
    networks: Networks
    by_ags: Ints  # (n,) rows in the order of their keys
    ags_rank: Ints  # (n,) place of each row in that order: what breaks ties

    def __len__(self) -> int:
        return len(self.ags)

    def take(self, rows: Ints) -> "TownFeatures":
        """Some towns, in the order of ``rows``, on the scales of all: scores of pairs stay what they were."""
        return _assemble(
            self.ags[rows],
            self.land[rows],
            self.taking_part[rows],
            self.active[rows],
            self.subjects,
            self.figures.take(rows),
            self.declared.take(rows),
            {n: self.networks[row] for n, row in enumerate(rows.tolist()) if row in self.networks},
        )


def build(facts: Sequence[TownFacts], subjects: Sequence[str]) -> TownFeatures:
    """Features of all towns. Raises ValueError for a key that occurs twice or an unknown state."""
    taking_part = np.array([town.taking_part for town in facts], dtype=np.bool_)
    measured = figures.measure(facts)
    return _assemble(
        np.array([town.ags for town in facts], dtype=np.str_),
        np.array([town.land for town in facts], dtype=np.str_),
        taking_part,
        np.array([town.taking_part and town.active for town in facts], dtype=np.bool_),
        tuple(subjects),
        measured,
        _with_presumed(declarations.declare(facts, subjects), measured, taking_part, subjects),
        _networks(dict(enumerate(facts))),
    )


def replace(features: TownFeatures, rows: Mapping[int, TownFacts]) -> TownFeatures:
    """The features after some towns changed: the same as building them anew, in a fraction of the time.

    Raises IndexError for a row that does not exist: a new town needs a new build.
    """
    if not all(0 <= row < len(features) for row in rows):
        raise IndexError(f"rows must lie within 0..{len(features) - 1}")
    taking_part, active = features.taking_part.copy(), features.active.copy()
    for row, town in rows.items():
        taking_part[row], active[row] = town.taking_part, town.taking_part and town.active
    measured = figures.patch(features.figures, rows)
    declared = declarations.patch(features.declared, rows, features.subjects)
    declared = _with_presumed(declared, measured, taking_part, features.subjects)
    kept = {row: belongs for row, belongs in features.networks.items() if row not in rows}
    networks = kept | _networks(rows)
    if all((features.ags[row], features.land[row]) == (town.ags, town.land) for row, town in rows.items()):
        return dataclasses.replace(
            features,
            taking_part=taking_part,
            active=active,
            figures=measured,
            declared=declared,
            networks=networks,
        )
    ags, land = features.ags.tolist(), features.land.tolist()
    for row, town in rows.items():
        ags[row], land[row] = town.ags, town.land
    return _assemble(
        np.array(ags, dtype=np.str_),
        np.array(land, dtype=np.str_),
        taking_part,
        active,
        features.subjects,
        measured,
        declared,
        networks,
    )


def _with_presumed(
    declared: Declarations, measured: Figures, taking_part: Flags, subjects: Sequence[str]
) -> Declarations:
    found = presumed.presume(declared, measured, taking_part, subjects)
    presumable = np.asarray(found.any(axis=1))
    return dataclasses.replace(declared, presumed=found, presumable=presumable)


def _networks(facts: Mapping[int, TownFacts]) -> dict[int, frozenset[tuple[str, str]]]:
    return {
        row: frozenset(town.networks) for row, town in facts.items() if town.networks and town.taking_part
    }


def _assemble(
    ags: NDArray[np.str_],
    land: NDArray[np.str_],
    taking_part: Flags,
    active: Flags,
    subjects: tuple[str, ...],
    measured: Figures,
    declared: Declarations,
    networks: Networks,
) -> TownFeatures:
    by_ags = np.argsort(ags, kind="stable").astype(np.int64)
    ordered = ags[by_ags]
    if (ordered[1:] == ordered[:-1]).any():
        raise ValueError("a key occurs twice among the towns")
    ags_rank = np.empty_like(by_ags)
    ags_rank[by_ags] = np.arange(len(by_ags))
    return TownFeatures(
        ags, land, taking_part, active, subjects, measured, declared, networks, by_ags, ags_rank
    )
