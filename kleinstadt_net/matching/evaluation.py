"""Two tables of weights beside each other, on what towns have answered: read by people, obeyed by nobody.

Answers never change weights by themselves. They come only from pairs that were proposed, so they tell whether a table
would order *these* better, not what another table would have proposed instead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from kleinstadt_net.matching.figures import Floats
from kleinstadt_net.matching.ranking import STEPS, steps
from kleinstadt_net.matching.similarity import PART_NAMES, Parts
from kleinstadt_net.matching.weights import Weights

SEED = 20_261_122
RESAMPLES = 1_000
INTERVAL = (2.5, 97.5)
NAMES = tuple(field.name for field in fields(Weights))
# As fine as a score, so a table rounded to two places passes and a forgotten part does not.
SUM_WITHIN = 1e-6


class BadWeights(ValueError):
    """Weights the engine would not work with; the text says why, for the operator."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One table on the answered suggestions; None where there are too few answers of a kind to say it.

    ``auc``: how often a wanted suggestion scores above a declined one (one half: by chance), and 95 of 100 resamples.
    """

    wanted_mean: float | None
    declined_mean: float | None
    auc: float | None
    low: float | None
    high: float | None


def read_weights(table: object) -> Weights:
    """The weights of a JSON object. Raises BadWeights, which says what is missing, unknown or out of bounds."""
    if not isinstance(table, Mapping):
        raise BadWeights(f"A table of weights is an object with the parts {', '.join(NAMES)}.")
    strange = [str(name) for name in table if name not in NAMES]
    missing = [name for name in NAMES if name not in table]
    if strange or missing:
        said = [f"unknown: {', '.join(strange)}"] * bool(strange) + [f"missing: {', '.join(missing)}"] * bool(
            missing
        )
        raise BadWeights(f"The parts must be {', '.join(NAMES)}; {'; '.join(said)}.")
    for name, value in table.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise BadWeights(f"The weight of {name} is {value!r}, not a number from 0 to 1.")
    if abs(sum(table.values()) - 1) > SUM_WITHIN:
        raise BadWeights(f"The weights must sum to 1, not to {sum(table.values()):g}.")
    weights = Weights(**{name: float(value) for name, value in table.items()})
    if weights.shared < max(getattr(weights, name) for name in NAMES):
        raise BadWeights("The weight of shared must be the largest: shared challenges come first.")
    return weights


def evaluate(
    wanted: Sequence[Mapping[str, float]], declined: Sequence[Mapping[str, float]], weights: Weights
) -> Evaluation:
    """Score suggestions, given by their stored parts, that were answered "contact" and "declined"."""
    yes, no = scores(wanted, weights), scores(declined, weights)
    if not len(yes) or not len(no):
        return Evaluation(_mean(yes), _mean(no), None, None, None)
    random = np.random.default_rng(SEED)
    drawn = [_auc(random.choice(yes, len(yes)), random.choice(no, len(no))) for _ in range(RESAMPLES)]
    low, high = np.percentile(drawn, INTERVAL)
    return Evaluation(_mean(yes), _mean(no), _auc(yes, no), float(low), float(high))


def scores(parts: Sequence[Mapping[str, float]], weights: Weights) -> Floats:
    """What each of these comparisons would score by other weights; parts a round did not know count as nothing."""
    columns = (np.array([part.get(name, 0.0) for part in parts], dtype=np.float64) for name in PART_NAMES)
    return steps(Parts(*columns), weights) / STEPS


def _auc(yes: Floats, no: Floats) -> float:
    """The share of pairs (wanted, declined) in which the wanted scores higher; equal ones count half."""
    ordered = np.sort(no)
    below, upto = np.searchsorted(ordered, yes, "left"), np.searchsorted(ordered, yes, "right")
    return float((below + upto).sum() / (2 * len(yes) * len(no)))


def _mean(values: Floats) -> float | None:
    return float(values.mean()) if len(values) else None
