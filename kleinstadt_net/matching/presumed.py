"""Challenges that a town's figures suggest, for towns that have not said anything themselves yet.

A presumption makes two towns worth a first look, never more: it counts half, it is told as one ("aus Zahlen vermutet"),
it never makes a pair of "Gleiche Aufgabe", and the first statement a town makes ends all of its own. Weak economies are
left out on purpose: naming one would tell of another town what must stay inside the engine.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from kleinstadt_net.matching.declarations import Declarations, Flags
from kleinstadt_net.matching.figures import Figures, Floats
from kleinstadt_net.matching.weights import (
    CENTRE_FROM,
    FAR_FROM_CENTRE_KM,
    FAST_GROWTH,
    FAST_SHRINKING,
)


def presume(declared: Declarations, figures: Figures, taking_part: Flags, subjects: Sequence[str]) -> Floats:
    """1 where the figures of a silent town suggest a challenge, (S, n); subjects not asked for are left aside."""
    found = np.zeros(declared.state.shape)
    silent = np.flatnonzero(taking_part & ~declared.state.any(axis=0))
    if len(silent):
        for subject, suggested in _suggestions(figures.take(silent), figures):
            if subject in subjects:
                found[subjects.index(subject), silent] = suggested
    return found


def _suggestions(towns: Figures, everybody: Figures) -> Iterator[tuple[str, Flags]]:
    growth = towns.column("growth")
    yield "demografie", growth <= FAST_SHRINKING
    yield "wohnen", growth >= FAST_GROWTH
    yield "mobilitaet", _is_far_from_centres(towns, everybody)


def _is_far_from_centres(towns: Figures, everybody: Figures) -> Flags:
    """Nothing is far where no centre or no place is known."""
    is_centre = (everybody.column("population") >= CENTRE_FROM) & (everybody.located > 0)
    nearest = np.full(towns.position.shape[1], np.inf)
    for centre in everybody.position[:, is_centre].T:
        gap = towns.position - centre[:, None]
        nearest = np.minimum(nearest, gap[0] * gap[0] + gap[1] * gap[1] + gap[2] * gap[2])
    known = np.isfinite(nearest) & (towns.located > 0)
    far: Flags = known & (nearest >= FAR_FROM_CENTRE_KM * FAR_FROM_CENTRE_KM)
    return far
