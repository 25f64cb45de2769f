"""Imported statistics on scales where a difference means the same everywhere, without counting one thing twice.

Each indicator is taken as a logarithm where that makes it less skewed, then as a robust z-score like the figures of
the register. One that tells nearly the same as a figure or an indicator before it (a correlation of PRUNED_FROM or
more) does not count. Missing values stay missing: two towns are compared on what both have.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kleinstadt_net.matching.weights import INDICATOR_WEIGHT, INDICATORS_TOGETHER, PRUNED_FROM

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

# Names of indicators that tell of the economy begin so. They are never shown of another town, only "similar".
ECONOMY = "economy_"
# Fewer towns than this show no correlation worth believing, and no skew.
FEWEST = 20
SKEWED_FROM = 1.0


@dataclass(frozen=True, slots=True)
class Indicator:
    """What became of one indicator: ``known`` of so many towns; ``twin`` names what it tells the same as."""

    name: str
    known: int
    is_logarithm: bool
    twin: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Scaled:
    """k indicators of n towns by name: (k, n) each; unknown is 0 with weight 0."""

    indicators: tuple[Indicator, ...]
    z: Floats
    weight: Floats


def scale(
    given: Sequence[Mapping[str, float]], base: Mapping[str, Floats], robust_z: Callable[[Floats], Floats]
) -> Scaled:
    """Scale the indicators of n towns; ``base`` holds the z-scores (n,) of the register's figures, NaN unknown."""
    names = sorted({name for town in given for name in town})
    told = dict(base)
    found, rows = [], []
    for name in names:
        values = np.array([town.get(name, np.nan) for town in given], dtype=np.float64)
        is_logarithm = _is_better_as_logarithm(values)
        z = robust_z(np.log(values) if is_logarithm else values)
        twin = next((other for other, known in told.items() if _tells_the_same(z, known)), None)
        if twin is None:
            told[name] = z
        found.append(Indicator(name, int(np.isfinite(values).sum()), is_logarithm, twin))
        rows.append(z)
    table = np.array(rows, dtype=np.float64).reshape(len(names), len(given))
    counted = sum(one.twin is None for one in found)
    each = min(INDICATOR_WEIGHT, INDICATORS_TOGETHER / counted) if counted else 0.0
    weights = np.array([each * (one.twin is None) for one in found]).reshape(-1, 1)
    known = np.isfinite(table)
    return Scaled(tuple(found), np.nan_to_num(table), weights * known)


def _is_better_as_logarithm(values: Floats) -> bool:
    usable = np.sort(values[np.isfinite(values)])
    if len(usable) < FEWEST or usable[0] <= 0:
        return False
    plain = abs(_skewness(usable))
    return plain > SKEWED_FROM and abs(_skewness(np.log(usable))) < plain


def _skewness(ordered: Floats) -> float:
    """Of values in ascending order, so that the order of the towns cannot change a bit of it."""
    deviations = ordered - ordered.mean()
    spread = float(np.sqrt((deviations**2).mean()))
    return float((deviations**3).mean()) / spread**3 if spread > 0 else 0.0


def _tells_the_same(first: Floats, second: Floats) -> bool:
    both = np.isfinite(first) & np.isfinite(second)
    if int(both.sum()) < FEWEST:
        return False
    # In one order whatever that of the towns is, and rounded, so that a sum's last bits decide nothing.
    order = np.lexsort((second[both], first[both]))
    x, y = first[both][order], second[both][order]
    x, y = x - x.mean(), y - y.mean()
    spread = float(np.sqrt((x * x).sum() * (y * y).sum()))
    return spread > 0 and abs(round(float((x * y).sum()) / spread, 6)) >= PRUNED_FROM
