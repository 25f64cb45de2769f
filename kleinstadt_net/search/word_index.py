"""Words, and where they occur, in sorted arrays: what a beginning occurs in is one slice, however common it is."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from kleinstadt_net.search import similar_words
from kleinstadt_net.search.similar_words import Letters

Flags = NDArray[np.bool_]

# Sorts behind every word that goes on after a beginning: folded words are plain letters and digits.
_AFTER = "\x7f"


class WordIndex:
    """Which of ``count`` places hold which words; never changed afterwards."""

    def __init__(self, words_by_place: Sequence[Collection[str]]) -> None:
        self.count = len(words_by_place)
        sizes = np.fromiter((len(words) for words in words_by_place), dtype=np.int64, count=self.count)
        numbers: dict[str, int] = {}
        tokens = np.fromiter(
            (numbers.setdefault(word, len(numbers)) for word in chain.from_iterable(words_by_place)),
            dtype=np.int64,
            count=int(sizes.sum()),
        )
        self._words = sorted(numbers)
        # From the order of first sight to that of the alphabet.
        rank = np.empty(len(numbers), dtype=np.int64)
        rank[[numbers[word] for word in self._words]] = np.arange(len(numbers))
        ranked = rank[tokens]
        order = np.argsort(ranked, kind="stable")
        self._places = np.repeat(np.arange(self.count), sizes)[order].astype(np.int32)
        self._starts = np.searchsorted(ranked[order], np.arange(len(numbers) + 1))

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
