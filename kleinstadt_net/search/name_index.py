"""Finding a town by what somebody types: beginnings of words first, then names that are nearly the same.

"St." is "Sankt", "b.Coburg" is "bei Coburg", and nobody knows whether it is "am" or "an der": small words
between names are left out on both sides. Words of Kreis and Land may be added to tell equal names apart.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from kleinstadt_net.search.folding import fold, plain

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
# Said or left out as people please: "Münsterquell" is looked for where "Bad Münsterquell" stands.
LEADING_WORDS = frozenset({"bad", "markt", "sankt"})

# Of ten letters two may be wrong; below that nearly everything resembles everything.
LIKENESS = 0.75
# Compared with a name's beginning only, while somebody still types, likeness says a little less.
BEGINNING = 0.97
MIN_LETTERS = 4
NEARLY_ENOUGH = 3
MAX_ALIKE = 60


@dataclass(frozen=True, slots=True)
class Named:
    """What one entry of the index is found by; ``preferred`` ones come first among equals."""

    name: str
    surroundings: tuple[str, ...]
    preferred: bool
    sort_key: str


class NameIndex:
    """Answers positions in the sequence of entries it was made from; never changed afterwards."""

    def __init__(self, entries: Sequence[Named]) -> None:
        self._order = [(not entry.preferred, entry.sort_key, place) for place, entry in enumerate(entries)]
        self._forms = [frozenset(_forms(entry.name)) for entry in entries]
        self._names = _Words((entry.name,) for entry in entries)
        self._around = _Words(entry.surroundings for entry in entries)
        keys = [
            (key, place)
            for place, forms in enumerate(self._forms)
            for key in {*forms, *map(_without_leading_word, forms)}
        ]
        self._keys = [key for key, _ in keys]
        self._places = [place for _, place in keys]

    def find(self, text: str) -> list[int]:
        """Every entry that fits, best first; names nearly the same only where hardly any fits exactly."""
        typed = fold(text).split()
        # A small word alone is the beginning of something longer.
        words = [word for word in typed if word not in SMALL_WORDS] or typed
        if not words:
            return []
        exact = self._beginning_with(words)
        found = sorted(exact, key=lambda place: (self._rank(place, words, exact[place]), self._order[place]))
        if len(found) >= NEARLY_ENOUGH:
            return found
        return found + [place for place in self._alike(_key(words)) if place not in exact]

    def _beginning_with(self, words: Sequence[str]) -> dict[int, bool]:
        """Entries where every word begins one of theirs, and whether the name alone has them all."""
        by_name = [self._names.beginning_with(word) for word in words]
        in_name = set[int].intersection(*by_name)
        anywhere = [names | self._around.beginning_with(w) for names, w in zip(by_name, words, strict=True)]
        # A Kreis alone is no name: the first word, or another, must be the town's own.
        named = set[int].intersection(*anywhere) & set[int]().union(*by_name)
        return {place: place in in_name for place in named}

    def _rank(self, place: int, words: Sequence[str], in_name: bool) -> int:
        key = _key(words)
        if key in self._forms[place]:
            return 0
        if any(form.startswith(key) for form in self._forms[place]):
            return 1
        return 2 if in_name else 3

    def _alike(self, key: str) -> list[int]:
        if len(key) < MIN_LETTERS:
            return []
        beginnings = [name[: len(key)] for name in self._keys]
        likeness: dict[int, float] = {}
        for choices, weight in ((self._keys, 1.0), (beginnings, BEGINNING)):
            alike = process.extract(
                key,
                choices,
                scorer=OSA.normalized_similarity,
                processor=None,
                score_cutoff=LIKENESS,
                limit=MAX_ALIKE,
            )
            for _, score, number in alike:
                place = self._places[number]
                likeness[place] = max(likeness.get(place, 0.0), score * weight)
        return sorted(likeness, key=lambda place: (-likeness[place], self._order[place]))


class _Words:
    """The words of all entries in one sorted list, so that a beginning is found by bisection."""

    def __init__(self, texts: Iterable[Iterable[str]]) -> None:
        places: dict[str, set[int]] = defaultdict(set)
        for place, names in enumerate(texts):
            for name in names:
                for word in _words(name):
                    places[word].add(place)
        self._words = sorted(places)
        self._places = [frozenset(places[word]) for word in self._words]

    def beginning_with(self, start: str) -> set[int]:
        first = bisect_left(self._words, start)
        found: set[int] = set()
        for number in range(first, len(self._words)):
            if not self._words[number].startswith(start):
                break
            found |= self._places[number]
        return found


def _words(name: str) -> Iterator[str]:
    """Every word of a name in every way of writing it."""
    for written in (fold(name), plain(name)):
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
