"""Every released example in arrays, one picture per process: what can be filtered, counted, ranked and searched.

A town whose revision rose is read again alone; its examples' words are kept beside the index until enough towns have
gathered to make the index anew. Whether a town is shown at all is the business of the towns' own picture.
"""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Engine, select

from kleinstadt_net.database import db
from kleinstadt_net.models import Practice, PracticeSubject, Town
from kleinstadt_net.search import similar_words
from kleinstadt_net.search.folding import search_fold
from kleinstadt_net.search.similar_words import alike
from kleinstadt_net.search.word_index import WordIndex
from kleinstadt_net.services import installation
from kleinstadt_net.services.snapshot import Flags, Ints
from kleinstadt_net.vocabulary import COST_BANDS, DURATIONS, INSTRUMENTS, SUBJECTS

Codes = NDArray[np.int8]

# So many changed towns are looked through one by one; making the index anew takes seconds at 50,000 examples.
BESIDE_AT_MOST = 200
KEYS = tuple(SUBJECTS)
NUMBERS = {key: number for number, key in enumerate(KEYS)}
# By filter the values in the order of their codes; -1 is no statement.
VALUES = {
    "cost": tuple(COST_BANDS),
    "duration": tuple(DURATIONS),
    "instrument": tuple(INSTRUMENTS),
    "funded": ("no", "yes"),
}
IN_TITLE, IN_TEXT, ALIKE, NOWHERE = range(4)


@dataclass(frozen=True, slots=True)
class _Row:
    """One example as it is read; ``words`` begin and end with a blank."""

    practice_id: int
    town_id: int
    codes: tuple[int, int, int, int]
    released: float
    title: str
    words: str
    subjects: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Practices:
    """n released examples at ``revision``; arrays are (n,), ``subjects`` (n, subjects)."""

    revision: int
    ids: Ints
    town_ids: Ints
    codes: dict[str, Codes]
    released: NDArray[np.float64]
    subjects: Flags
    # Where each stands in the word indexes; -1 for those kept beside them.
    places: Ints
    titles: WordIndex
    texts: WordIndex
    beside: tuple[_Row, ...]
    changed: frozenset[int]

    def __len__(self) -> int:
        return len(self.ids)

    def search(self, words: Sequence[str]) -> Codes:
        """How each example fits these folded words: IN_TITLE, IN_TEXT, ALIKE (a word nearly the same), NOWHERE."""
        found = np.full(len(self), NOWHERE, dtype=np.int8)
        exact = self._holding(words, self.texts, "words")
        if not exact.any():
            found[self._all([self._near(word) for word in words])] = ALIKE
        found[exact] = IN_TEXT
        found[exact & self._holding(words, self.titles, "title")] = IN_TITLE
        return found

    def _holding(self, words: Sequence[str], index: WordIndex, where: str) -> Flags:
        return self._spread(
            index.holding(words), [all(f" {w}" in getattr(row, where) for w in words) for row in self.beside]
        )

    def _near(self, word: str) -> Flags:
        """Where a word begins so; where none does anywhere, those with one nearly the same."""
        exact = self._holding([word], self.texts, "words")
        if exact.any():
            return exact
        beside = {w for row in self.beside for w in row.words.split()}
        near = alike(
            word,
            [*self.texts.words, *beside],
            np.concatenate((self.texts.letters, similar_words.letters(beside))),
        )
        flags = [self.texts.equal_to(one) for one in near]
        return self._spread(
            np.logical_or.reduce(flags) if flags else np.zeros(self.texts.count, dtype=np.bool_),
            [any(f" {one} " in row.words for one in near) for row in self.beside],
        )

    def _spread(self, indexed: Flags, beside: Sequence[bool]) -> Flags:
        """From the places of the word index, and those beside it, to the rows."""
        found = np.zeros(len(self), dtype=np.bool_)
        kept = self.places >= 0
        found[kept] = indexed[self.places[kept]]
        found[~kept] = beside
        return found

    def _all(self, flags: Sequence[Flags]) -> Flags:
        return np.logical_and.reduce(flags) if flags else np.zeros(len(self), dtype=np.bool_)


_known: "WeakKeyDictionary[Engine, Practices]" = WeakKeyDictionary()
_lock = threading.Lock()


def current() -> Practices:
    """The picture of now: no query beside the revision's while nothing has changed."""
    revision = installation.revision()
    known = _known.get(db.engine)
    if known is not None and known.revision >= revision:
        return known
    # One thread reads, the others wait for what it has read.
    with _lock:
        known = _known.get(db.engine)
        if known is None or known.revision < revision:
            known = (known and _patched(known, revision)) or _load(revision)
            _known[db.engine] = known
        return known


def _load(revision: int) -> Practices:
    rows = list(_read())
    return Practices(
        revision=revision,
        **_columns(rows),
        places=np.arange(len(rows), dtype=np.int64),
        titles=WordIndex(row.title.split() for row in rows),
        texts=WordIndex(row.words.split() for row in rows),
        beside=(),
        changed=frozenset(),
    )


def _patched(known: Practices, revision: int) -> Practices | None:
    """The picture with the changed towns read again; None where they are too many to be kept beside the index."""
    newer = db.session.scalars(
        select(Town.id).where(Town.revision > known.revision).limit(BESIDE_AT_MOST + 1)
    ).all()
    changed = known.changed | set(newer)
    if len(changed) > BESIDE_AT_MOST:
        return None
    read = list(_read(Practice.town_id.in_(changed)))
    stays = ~np.isin(known.town_ids, list(changed))
    columns = _columns(read)
    return Practices(
        revision=revision,
        ids=np.concatenate((known.ids[stays], columns["ids"])),
        town_ids=np.concatenate((known.town_ids[stays], columns["town_ids"])),
        codes={
            name: np.concatenate((codes[stays], columns["codes"][name]))
            for name, codes in known.codes.items()
        },
        released=np.concatenate((known.released[stays], columns["released"])),
        subjects=np.concatenate((known.subjects[stays], columns["subjects"])),
        places=np.concatenate((known.places[stays], np.full(len(read), -1, dtype=np.int64))),
        titles=known.titles,
        texts=known.texts,
        beside=tuple(read),
        changed=changed,
    )


def _columns(rows: Sequence[_Row]) -> dict[str, Any]:
    subjects = np.zeros((len(rows), len(KEYS)), dtype=np.bool_)
    pairs = [(place, subject) for place, row in enumerate(rows) for subject in row.subjects]
    if pairs:
        subjects[tuple(np.array(pairs).T)] = True
    codes = np.array([row.codes for row in rows], dtype=np.int8).reshape(-1, len(VALUES))
    return {
        "ids": np.array([row.practice_id for row in rows], dtype=np.int64),
        "town_ids": np.array([row.town_id for row in rows], dtype=np.int64),
        "codes": {name: codes[:, number] for number, name in enumerate(VALUES)},
        "released": np.array([row.released for row in rows], dtype=np.float64),
        "subjects": subjects,
    }


def _read(which: ColumnElement[bool] | None = None) -> Iterator[_Row]:
    released = Practice.state == "released"
    if which is not None:
        released &= which
    subjects: dict[int, list[int]] = {}
    pairs = select(PracticeSubject.practice_id, PracticeSubject.subject).join(
        Practice, Practice.id == PracticeSubject.practice_id
    )
    for practice_id, subject in db.session.execute(pairs.where(released)):
        if subject in NUMBERS:
            subjects.setdefault(practice_id, []).append(NUMBERS[subject])
    rows = db.session.execute(
        select(
            *(Practice.id, Practice.town_id, Practice.title, Practice.search_text, Practice.released_at),
            *(Practice.cost_band, Practice.duration, Practice.instrument, Practice.is_funded),
            Town.search_fold,
        )
        .join(Town, Town.id == Practice.town_id)
        .where(released)
        .order_by(Practice.id)
    )
    for row in rows:
        funded = None if row.is_funded is None else ("yes" if row.is_funded else "no")
        values = (row.cost_band, row.duration, row.instrument, funded)
        yield _Row(
            practice_id=row.id,
            town_id=row.town_id,
            codes=tuple(
                known.index(value) if value in known else -1
                for known, value in zip(VALUES.values(), values, strict=True)
            ),  # type: ignore[arg-type]  # as many as VALUES
            released=row.released_at.timestamp(),
            title=f" {search_fold(row.title)} ",
            words=f" {row.search_text} {row.search_fold} ",
            subjects=tuple(subjects.get(row.id, ())),
        )
