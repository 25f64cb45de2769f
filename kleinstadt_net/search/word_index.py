"""Words, and where they occur, in sorted arrays: what a beginning occurs in is one slice, however common it is."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from itertools import count as counter

import numpy as np
from numpy.typing import NDArray

from kleinstadt_net.search import similar_words
from kleinstadt_net.search.similar_words import Letters

Flags = NDArray[np.bool_]

# Sorts behind every word that goes on after a beginning: folded words are plain letters and digits.
_AFTER = "\x7f"
# Half of an integer for the place, half for the word.
_PLACE_BITS = 32


class WordIndex:
    """Which of ``count`` places hold which words; a word may be named there again; never changed afterwards."""

    def __init__(self, words_by_place: Iterable[Collection[str]]) -> None:
        # A word seen for the first time gets the next number. A library has millions of words to be told apart, so
        # none of them meets a line of Python.
        numbers: defaultdict[str, int] = defaultdict(counter().__next__)
        seen = [
            np.fromiter(map(numbers.__getitem__, words), dtype=np.int64, count=len(words))
            for words in words_by_place
        ]
        self.count = len(seen)
        self._words = sorted(numbers)
        # From the order of first sight to that of the alphabet.
        rank = np.empty(len(numbers), dtype=np.int64)
        rank[[numbers[word] for word in self._words]] = np.arange(len(numbers))
        ranked = rank[np.concatenate([np.empty(0, dtype=np.int64), *seen])]
        self._starts = np.concatenate(([0], np.cumsum(np.bincount(ranked, minlength=len(numbers)))))
        # Word and place in one number each: sorting these is quicker than sorting the ones by the others.
        pairs = ranked << _PLACE_BITS | np.repeat(np.arange(self.count), [len(words) for words in seen])
        pairs.sort()
        self._places = (pairs & (1 << _PLACE_BITS) - 1).astype(np.int32)

    @cached_property
    def letters(self) -> Letters:
        """The letters of each of ``words``, for ``similar_words``."""
        return similar_words.letters(self._words)

    @property
    def words(self) -> Sequence[str]:
        """Every word that occurs, each once, in the order of the alphabet."""
        return self._words

    def beginning_with(self, start: str) -> Flags:
        """Where some word begins with ``start``, (count,)."""
        return self._between(bisect_left(self._words, start), bisect_left(self._words, start + _AFTER))

    def equal_to(self, word: str) -> Flags:
        """Where this very word stands, (count,)."""
        first = bisect_left(self._words, word)
        found = first < len(self._words) and self._words[first] == word
        return self._between(first, first + found)

    def holding(self, starts: Iterable[str]) -> Flags:
        """Where every one of ``starts`` begins some word, (count,)."""
        found: Flags = np.ones(self.count, dtype=np.bool_)
        for start in starts:
            found &= self.beginning_with(start)
        return found

    def _between(self, first: int, last: int) -> Flags:
        found: Flags = np.zeros(self.count, dtype=np.bool_)
        found[self._places[self._starts[first] : self._starts[last]]] = True
        return found
