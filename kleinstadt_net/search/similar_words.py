"""Words that are nearly what somebody typed, out of all that are known."""

from collections.abc import Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

# Of five letters one may be wrong, missing or in its neighbour's place.
LIKENESS = 0.79
MIN_LETTERS = 4
MAX_ALIKE = 12


def alike(word: str, known: Sequence[str]) -> list[str]:
    """The known words most like this one, or beginning most like it, the nearest first; none for a short word."""
    if len(word) < MIN_LETTERS:
        return []
    found: dict[str, float] = {}
    for choices in (known, [other[: len(word)] for other in known]):
        for _, likeness, place in process.extract(
            word, choices, scorer=OSA.normalized_similarity, processor=None, score_cutoff=LIKENESS, limit=None
        ):
            found[known[place]] = max(found.get(known[place], 0.0), likeness)
    return sorted(found, key=lambda other: (-found[other], other))[:MAX_ALIKE]
