"""Words that are nearly what somebody typed, out of all that are known."""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

Letters = NDArray[np.uint64]

# Of five letters one may be wrong, missing or in its neighbour's place.
LIKENESS = 0.79
MIN_LETTERS = 4
MAX_ALIKE = 12


def letters(words: Collection[str]) -> Letters:
    """Which letters and digits occur in each of some words, a bit for each."""
    return np.fromiter((_bits(word) for word in words), dtype=np.uint64, count=len(words))


def alike(word: str, known: Sequence[str], letters_of_known: Letters) -> list[str]:
    """The known words most like this one, or beginning most like it, the nearest first; none for a short word.

    ``letters_of_known`` are those of ``known``. Every slip costs a word one letter at most, so words that lack more
    of them are not looked at: all but a few.
    """
    if len(word) < MIN_LETTERS:
        return []
    # A word that is like this one is at most so much longer, and may differ in so many letters.
    slips = int((1 - LIKENESS) * len(word) / LIKENESS)
    lacking = np.bitwise_count(np.uint64(_bits(word)) & ~letters_of_known)
    near = [known[place] for place in np.flatnonzero(lacking <= slips).tolist()]
    found: dict[str, float] = {}
    for choices in (near, [other[: len(word)] for other in near]):
        for _, likeness, place in process.extract(
            word, choices, scorer=OSA.normalized_similarity, processor=None, score_cutoff=LIKENESS, limit=None
        ):
            found[near[place]] = max(found.get(near[place], 0.0), likeness)
    return sorted(found, key=lambda other: (-found[other], other))[:MAX_ALIKE]


def _bits(word: str) -> int:
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) % 64)
    return bits
