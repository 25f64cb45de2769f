"""What official statistics say about towns, on scales where a difference means the same everywhere.

Skewed figures are taken as logarithms, then centred on the median and divided by the scaled median absolute
deviation (Rousseeuw and Croux 1993). A missing figure stays missing: two towns are compared on what both have.
Imported indicators follow those of the register (``indicators``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kleinstadt_net.matching import indicators
from kleinstadt_net.matching.indicators import Indicator
from kleinstadt_net.matching.weights import (
    FIGURE_WEIGHTS,
    LANDMARKS,
    LOCAL_FLOOR,
    LOCAL_SHARE,
    TOURISM_STEP,
    TOURISM_WEIGHT,
    Z_LIMIT,
)
from kleinstadt_net.territory import EARTH_RADIUS_KM

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Makes the median absolute deviation of a normal distribution its standard deviation.
MAD_TO_SIGMA = 1.4826
# Stands in for zero under a fraction bar where the numerator is zero too.
TINY = 1e-300
GIVEN = ("lat", "lon", "population", "area_km2", "growth", "urbanisation")


class Measured(Protocol):
    """What this file reads of a town; None means unknown."""

    @property
    def lat(self) -> float | None: ...
    @property
    def lon(self) -> float | None: ...
    @property
    def population(self) -> int | None: ...
    @property
    def area_km2(self) -> float | None: ...
    @property
    def growth(self) -> float | None: ...
    @property
    def urbanisation(self) -> float | None: ...
    @property
    def tourism(self) -> str | None: ...
    @property
    def indicators(self) -> tuple[tuple[str, float], ...]: ...
    @property
    def figures_official(self) -> bool: ...


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """Measured facts of n towns. NaN is unknown in the first group; the second holds zeros with weight zero."""

    given: Floats  # (len(GIVEN), n), as handed in
    tourism: NDArray[np.str_]  # (n,) region name, "" unknown
    official: NDArray[np.bool_]  # (n,) every figure from an official file

    position: Floats  # (3, n) km from the centre of the earth, 0 where unknown
    located: Floats  # (n,) 1 or 0
    scaled: Floats  # (f, n) robust z-scores: the figures of FIGURE_WEIGHTS, then the indicators
    weight: Floats  # (f, n) what each counts where known, else 0
    region: Ints  # (n,) number of the tourism region
    region_weight: Floats  # (n,) TOURISM_WEIGHT where known, else 0
    local_scale: Floats  # (n,) distance to a town's own neighbourhood, in robust standard deviations

    told: tuple[tuple[tuple[str, float], ...], ...]  # (n,) indicators as handed in, by name
    indicators: tuple[Indicator, ...]  # what became of each

    def column(self, name: str) -> Floats:
        """One of the figures as handed in, (n,); NaN is unknown. Raises ValueError for an unknown name."""
        values: Floats = self.given[GIVEN.index(name)]
        return values

    def take(self, rows: Ints) -> "Figures":
        """The same towns' figures for some rows, on the scales of all."""
        # Not by indexing, which would lay each town's column out as a row.
        arrays = {name: np.take(getattr(self, name), rows, axis=-1) for name in ARRAYS}
        return Figures(
            **arrays, told=tuple(self.told[row] for row in rows.tolist()), indicators=self.indicators
        )

    def indicator_scores(self, row: int) -> dict[str, float]:
        """The robust z-scores of the indicators known of a town, by name."""
        known = {name for name, _ in self.told[row]}
        scores = self.scaled[len(FIGURE_WEIGHTS) :, row].tolist()
        return {one.name: z for one, z in zip(self.indicators, scores, strict=True) if one.name in known}


ARRAYS = tuple(name for name in Figures.__dataclass_fields__ if name not in ("told", "indicators"))


def measure(towns: Sequence[Measured]) -> Figures:
    """Figures of ``towns``, rows in the order given."""
    given = np.array([[_number(getattr(town, name)) for town in towns] for name in GIVEN], dtype=np.float64)
    return _derive(
        given.reshape(len(GIVEN), len(towns)),
        np.array([town.tourism or "" for town in towns], dtype=np.str_),
        np.array([town.figures_official for town in towns], dtype=np.bool_),
        tuple(town.indicators for town in towns),
    )


def patch(figures: Figures, rows: Mapping[int, Measured]) -> Figures:
    """The figures after some towns changed. Unchanged figures, the usual case, cost nothing."""
    if all(_unchanged(figures, row, town) for row, town in rows.items()):
        return figures
    given, official = figures.given.copy(), figures.official.copy()
    tourism, told = figures.tourism.tolist(), list(figures.told)
    for row, town in rows.items():
        given[:, row] = [_number(getattr(town, name)) for name in GIVEN]
        tourism[row] = town.tourism or ""
        official[row], told[row] = town.figures_official, town.indicators
    return _derive(given, np.array(tourism, dtype=np.str_), official, tuple(told))


def _unchanged(figures: Figures, row: int, town: Measured) -> bool:
    given = np.array([_number(getattr(town, name)) for name in GIVEN])
    before = (figures.tourism[row], figures.official[row], figures.told[row])
    same = before == (town.tourism or "", town.figures_official, town.indicators)
    return same and np.array_equal(given, figures.given[:, row], equal_nan=True)


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)


def _derive(
    given: Floats,
    tourism: NDArray[np.str_],
    official: NDArray[np.bool_],
    told: tuple[tuple[tuple[str, float], ...], ...],
) -> Figures:
    lat, lon, population, area, growth, urbanisation = given
    base = {
        "population": robust_z(_logarithm(population)),
        "density": robust_z(_logarithm(population) - _logarithm(area)),
        "growth": robust_z(growth),
        "urbanisation": robust_z(urbanisation),
    }
    more = indicators.scale([dict(town) for town in told], base, robust_z)
    z = np.stack([base[name] for name in FIGURE_WEIGHTS])
    weight = np.array(list(FIGURE_WEIGHTS.values()))[:, None] * ~np.isnan(z)
    scaled = np.concatenate([np.nan_to_num(z), more.z])
    weight = np.concatenate([weight, more.weight])
    region = np.unique(tourism, return_inverse=True)[1].astype(np.int64)
    region_weight = TOURISM_WEIGHT * (tourism != "")
    located = (np.isfinite(lat) & np.isfinite(lon)).astype(np.float64)
    position = np.where(located > 0, _position(lat, lon), 0.0)
    scale = _local_scale(scaled, weight, region, region_weight)
    return Figures(
        given,
        tourism,
        official,
        position,
        located,
        scaled,
        weight,
        region,
        region_weight,
        scale,
        told,
        more.indicators,
    )


def _logarithm(values: Floats) -> Floats:
    usable = np.isfinite(values) & (values > 0)
    return np.log(np.where(usable, values, 1.0)) + np.where(usable, 0.0, np.nan)


def robust_z(values: Floats) -> Floats:
    """(values - median) / (scaled median absolute deviation), cut at ±Z_LIMIT; NaN and infinities become NaN.

    Where more than half the values are equal the standard deviation stands in; where all are, every z is 0.
    """
    usable = np.isfinite(values)
    if not usable.any():
        return np.full(values.shape, np.nan)
    deviations = np.where(usable, values - np.median(values[usable]), np.nan)
    sizes = np.abs(deviations[usable])
    spread = MAD_TO_SIGMA * np.median(sizes) or np.sqrt(np.mean(sizes * sizes)) or 1.0
    # Beside a spread next to nothing any distance is infinite, and cut like a large one.
    with np.errstate(over="ignore"):
        return np.clip(deviations / spread, -Z_LIMIT, Z_LIMIT)


def _position(lat: Floats, lon: Floats) -> Floats:
    # Straight lines through the earth are shorter than arcs by 0.6 km on 800: nothing beside a reader's road,
    # and they need no trigonometry per pair.
    phi, lam = np.radians(lat), np.radians(lon)
    unit: Floats = np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])
    return EARTH_RADIUS_KM * unit


def _local_scale(scaled: Floats, weight: Floats, region: Ints, region_weight: Floats) -> Floats:
    """Distance within which each town finds LOCAL_SHARE of a sample of all towns (Zelnik-Manor, Perona 2004).

    The sample is every so-many-th town in the order of the figures themselves, so neither the order of the
    rows nor the keys of the towns can change it.
    """
    count = scaled.shape[1]
    if count == 0:
        return np.zeros(0)
    order = np.lexsort((region, *weight[::-1], *scaled[::-1]))
    sample = order[np.linspace(0, count - 1, min(count, LANDMARKS)).astype(np.int64)]
    squared, known = np.zeros((count, len(sample))), np.zeros((count, len(sample)))
    for row in range(len(scaled)):
        both = weight[row][:, None] * (weight[row][sample] > 0)
        difference = scaled[row][:, None] - scaled[row][sample]
        squared += both * difference * difference
        known += both
    both = region_weight[:, None] * (region_weight[sample] > 0)
    squared += both * TOURISM_STEP * (region[:, None] != region[sample])
    known += both
    # Nothing known of both is no distance at all, as zero over anything.
    squared /= np.maximum(known, TINY)
    nearest = min(len(sample) - 1, int(np.ceil(LOCAL_SHARE * len(sample))))
    neighbourhood: Floats = np.sqrt(np.partition(squared, nearest, axis=1)[:, nearest])
    return np.maximum(neighbourhood, LOCAL_FLOOR)
