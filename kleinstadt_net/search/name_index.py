"""Finding a town by what somebody types: beginnings of words first, then names that are nearly the same.

"St." is "Sankt", "b.Coburg" is "bei Coburg", and nobody knows whether it is "am" or "an der": small words
between names are left out on both sides. Words of Kreis and Land may be added to tell equal names apart.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from kleinstadt_net.search.folding import fold, plain
from kleinstadt_net.search.word_index import Flags, WordIndex

Ints = NDArray[np.int64]

SMALL_WORDS = frozenset({
    "a", "am", "an", "auf", "b", "bei", "beim", "d", "dem", "den", "der", "des", "die", "i", "im", "in", "n",
    "o", "ob", "u", "und", "unter", "v", "vom", "von", "vor", "z", "zu", "zum", "zur",
})  # fmt: skip
SAINT = "sankt"
SHORT_FORMS = {
    "st": SAINT,
    "skt": SAINT,
    "sankt": "st",
    "erzgeb": "erzgebirge",
    "holst": "holstein",
    "mfr": "mittelfranken",
    "ndb": "niederbayern",
    "obb": "oberbayern",
    "odw": "odenwald",
    "ofr": "oberfranken",
    "opf": "oberpfalz",
    "pf": "pfalz",
    "rhld": "rheinland",
    "schwarzw": "schwarzwald",
    "thuer": "thueringen",
    "ufr": "unterfranken",
    "vogtl": "vogtland",
    "westf": "westfalen",
    "wuertt": "wuerttemberg",
}
# Short for one word, though each of its letters alone is none.
INITIALS = {" o l": "oberlausitz"}
# Said or left out as people please: "Münsterquell" is looked for where "Bad Münsterquell" stands.
LEADING_WORDS = frozenset({"bad", "markt", "sankt"})

# Of ten letters two may be wrong; below that nearly everything resembles everything.
LIKENESS = 0.75
# Compared with a name's beginning only, while somebody still types, likeness says a little less.
BEGINNING = 0.97
MIN_LETTERS = 4
NEARLY_ENOUGH = 3
MAX_ALIKE = 60

_NOBODY: Ints = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Named:
    """What one entry of the index is found by; ``preferred`` ones come first among equals."""

    name: str
    surroundings: tuple[str, ...]
    preferred: bool
    sort_key: str


class Rank(IntEnum):
    """How a name fits what was typed, best first."""

    WHOLE = 0
    BEGINNING = 1
    IN_NAME = 2
    IN_NAME_AND_AROUND = 3
    AROUND = 4
    ALIKE = 5


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Entries that fit, best first: their positions, and the ``Rank`` of each."""

    places: Ints
    ranks: Ints


class NameIndex:
    """Answers positions in the sequence of entries it was made from; never changed afterwards."""

    def __init__(self, entries: Sequence[Named]) -> None:
        by_name = sorted(
            range(len(entries)), key=lambda n: (not entries[n].preferred, entries[n].sort_key, n)
        )
        self._order = np.empty(len(entries), dtype=np.int64)
        self._order[by_name] = np.arange(len(entries))
        forms = [set(_forms(entry.name)) for entry in entries]
        self._forms = WordIndex(forms)
        self._names = WordIndex([set(_words(entry.name)) for entry in entries])
        self._around = WordIndex([set(chain(*map(_words, entry.surroundings))) for entry in entries])
        keys = [
            (key, n) for n, ours in enumerate(forms) for key in {*ours, *map(_without_leading_word, ours)}
        ]
        self._keys = np.array([key for key, _ in keys], dtype=np.str_)
        self._places = np.array([place for _, place in keys], dtype=np.int64)

    def find(self, text: str) -> list[int]:
        """Every entry with a name that fits, best first."""
        found: list[int] = self.search(text).places.tolist()
        return found

    def search(self, text: str, *, among: Flags | None = None, around: bool = False) -> Found:
        """The entries that fit out of those ``among`` is true for; alike ones only where hardly any fits exactly.

        ``around`` takes those too whose surroundings alone fit.
        """
        typed = fold(text).split()
        # A small word alone is the beginning of something longer.
        words = [word for word in typed if word not in SMALL_WORDS] or typed
        if not words:
            return Found(_NOBODY, _NOBODY)
        ranks = self._exact(words)
        fits = ranks <= (Rank.AROUND if around else Rank.IN_NAME_AND_AROUND)
        if among is not None:
            fits &= among
        places = np.flatnonzero(fits)
        places = places[np.lexsort((self._order[places], ranks[places]))]
        if len(places) >= NEARLY_ENOUGH:
            return Found(places, ranks[places])
        alike = self._alike(_key(words), fits, among)
        return Found(
            np.concatenate((places, alike)),
            np.concatenate((ranks[places], np.full(len(alike), Rank.ALIKE, dtype=np.int64))),
        )

    def _exact(self, words: Sequence[str]) -> Ints:
        """The rank of every entry whose words begin as those typed, and one beyond all ranks for the others."""
        in_name = [self._names.beginning_with(word) for word in words]
        anywhere = [named | self._around.beginning_with(w) for named, w in zip(in_name, words, strict=True)]
        whole, key = np.logical_and.reduce(in_name), _key(words)
        ranks = np.where(np.logical_and.reduce(anywhere), int(Rank.AROUND), len(Rank)).astype(np.int64)
        # A Kreis alone is no name: one word at least must be the town's own.
        ranks[(ranks == Rank.AROUND) & np.logical_or.reduce(in_name)] = Rank.IN_NAME_AND_AROUND
        ranks[whole] = Rank.IN_NAME
        ranks[whole & self._forms.beginning_with(key)] = Rank.BEGINNING
        ranks[whole & self._forms.equal_to(key)] = Rank.WHOLE
        return ranks

    def _alike(self, key: str, known: Flags, among: Flags | None) -> Ints:
        if len(key) < MIN_LETTERS:
            return _NOBODY
        # An array of shorter texts cuts them, all at once.
        beginnings = self._keys.astype(f"U{len(key)}")
        likeness: dict[int, float] = {}
        for choices, weight in ((self._keys, 1.0), (beginnings, BEGINNING)):
            alike = process.extract(
                key,
                choices.tolist(),
                scorer=OSA.normalized_similarity,
                processor=None,
                score_cutoff=LIKENESS,
                limit=None,
            )
            for _, score, number in alike:
                place = int(self._places[number])
                if not known[place] and (among is None or among[place]):
                    likeness[place] = max(likeness.get(place, 0.0), score * weight)
        best = sorted(likeness, key=lambda place: (-likeness[place], self._order[place]))
        return np.array(best[:MAX_ALIKE], dtype=np.int64)


def _words(name: str) -> Iterator[str]:
    """Every word of a name in every way of writing it."""
    for written in (fold(name), plain(name)):
        yield from (word for letters, word in INITIALS.items() if written.endswith(letters))
        for word in written.split():
            if word not in SMALL_WORDS:
                yield word
                if word in SHORT_FORMS:
                    yield SHORT_FORMS[word]


def _forms(name: str) -> Iterator[str]:
    """The whole name, and what stands before a slash or bracket, as keys for comparing."""
    for part in {name, name.partition("(")[0], name.partition("/")[0]}:
        for written in (fold(part), plain(part)):
            if key := _key(word for word in written.split() if word not in SMALL_WORDS):
                yield key


def _key(words: Iterable[str]) -> str:
    return " ".join(SAINT if word in ("st", "skt") else word for word in words)


def _without_leading_word(key: str) -> str:
    first, _, rest = key.partition(" ")
    return rest if rest and first in LEADING_WORDS else key
