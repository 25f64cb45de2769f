"""What towns have written, folded for the search of the directory: sentences of statements, texts of sections.

One index per process. A town whose revision rose is read again alone and kept beside the index until enough of
them have gathered to make the index anew. Each text knows whether visitors may read it; nothing a reader may not
see is ever looked through for her.
"""

import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Engine, select

from kleinstadt_net.database import db
from kleinstadt_net.models import Section, Stance, Town
from kleinstadt_net.profile import checking
from kleinstadt_net.profile.fields import PUBLIC, Field, Kind
from kleinstadt_net.profile.shapes import SHAPES
from kleinstadt_net.search.folding import fold, plain
from kleinstadt_net.search.word_index import WordIndex
from kleinstadt_net.services import installation
from kleinstadt_net.vocabulary import CONFIDENTIAL_STATES, SUBJECTS

Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

# So many changed towns are looked through one by one in a millisecond; making the index anew takes a second.
BESIDE_AT_MOST = 200
KEYS = tuple(SUBJECTS)
NUMBERS = {key: number for number, key in enumerate(KEYS)}
WRITTEN = frozenset({Kind.LINE, Kind.PARAGRAPH})


@dataclass(frozen=True, slots=True)
class _Text:
    """What one town has written on one subject, folded, between blanks; twice where towns may read more."""

    subject: str
    for_visitors: str
    for_towns: str


@dataclass(frozen=True, slots=True, eq=False)
class _Index:
    """The texts of all towns by reader: the same places in both, an empty text where there is nothing to read."""

    town_ids: Ints
    subjects: Ints
    for_visitors: WordIndex
    for_towns: WordIndex


@dataclass(frozen=True, slots=True, eq=False)
class _Texts:
    """The index as it was made, and the towns that have changed since, in which it is no longer believed."""

    revision: int
    index: _Index
    changed: Mapping[int, tuple[_Text, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Finds:
    """Where a search was found: a town's id and the number of the text's subject in the vocabulary, per text."""

    town_ids: Ints
    subjects: Ints

    def of_town(self, town_id: int) -> tuple[str, ...]:
        """The keys of the subjects on which one town has written it, in the order of the vocabulary."""
        numbers = np.unique(self.subjects[self.town_ids == town_id]).tolist()
        return tuple(KEYS[number] for number in numbers)


NOTHING = Finds(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))

_texts: "WeakKeyDictionary[Engine, _Texts]" = WeakKeyDictionary()
_lock = threading.Lock()


def search(text: str, *, verified: bool) -> Finds:
    """The texts in which every word typed begins one of theirs, of those this reader may see."""
    words = fold(text).split()
    if not words:
        return NOTHING
    known = _current()
    index = known.index.for_towns if verified else known.index.for_visitors
    places = np.flatnonzero(index.holding(words))
    if known.changed:
        places = places[~np.isin(known.index.town_ids[places], list(known.changed))]
    newer = np.array([*_beside(known.changed, words, verified=verified)], dtype=np.int64).reshape(-1, 2)
    return Finds(
        np.concatenate((known.index.town_ids[places], newer[:, 0])),
        np.concatenate((known.index.subjects[places], newer[:, 1])),
    )


def _beside(
    changed: Mapping[int, Sequence[_Text]], words: Sequence[str], *, verified: bool
) -> Iterator[tuple[int, int]]:
    for town_id, texts in changed.items():
        for text in texts:
            written = text.for_towns if verified else text.for_visitors
            if all(f" {word}" in written for word in words):
                yield town_id, NUMBERS[text.subject]


def _current() -> _Texts:
    revision = installation.revision()
    known = _texts.get(db.engine)
    if known is not None and known.revision >= revision:
        return known
    # One thread reads, the others wait for what it has read.
    with _lock:
        known = _texts.get(db.engine)
        if known is None or known.revision < revision:
            known = (known and _patched(known, revision)) or _Texts(revision, _load(), {})
            _texts[db.engine] = known
        return known


def _patched(known: _Texts, revision: int) -> _Texts | None:
    """The texts with the changed towns read again; None where they are too many to be kept beside the index."""
    changed = db.session.scalars(
        select(Town.id).where(Town.revision > known.revision).limit(BESIDE_AT_MOST + 1)
    ).all()
    if len(known.changed.keys() | set(changed)) > BESIDE_AT_MOST:
        return None
    read: defaultdict[int, list[_Text]] = defaultdict(list)
    for town_id, text in _read(Stance.town_id.in_(changed), Section.town_id.in_(changed)):
        read[town_id].append(text)
    newer = {town_id: tuple(read[town_id]) for town_id in changed}
    return replace(known, revision=revision, changed={**known.changed, **newer})


def _load() -> _Index:
    read = list(_read())
    return _Index(
        np.array([town_id for town_id, _ in read], dtype=np.int64),
        np.array([NUMBERS[text.subject] for _, text in read], dtype=np.int64),
        WordIndex(text.for_visitors.split() for _, text in read),
        WordIndex(text.for_towns.split() for _, text in read),
    )


def _read(
    stances: ColumnElement[bool] | None = None, sections: ColumnElement[bool] | None = None
) -> Iterator[tuple[int, _Text]]:
    """Every text with its town's id; who takes part is the business of whoever asks."""
    said = select(Stance.town_id, Stance.subject, Stance.state, Stance.sentence).where(
        Stance.sentence.is_not(None)
    )
    for town_id, subject, state, sentence in db.session.execute(_only(said, stances)):
        if subject in NUMBERS:
            yield town_id, _text(subject, [sentence], [] if state in CONFIDENTIAL_STATES else [sentence])
    told = select(Section.town_id, Section.thesis, Section.fields, Section.text, Section.visibility)
    for town_id, thesis, fields, text, visibility in db.session.execute(_only(told, sections)):
        for_towns = [text, *_written(thesis, fields, verified=True)]
        for_visitors = [text, *_written(thesis, fields, verified=False)] if visibility == PUBLIC else []
        yield town_id, _text(thesis, for_towns, for_visitors)


def _only(query: Any, condition: ColumnElement[bool] | None) -> Any:
    return query if condition is None else query.where(condition)


def _text(subject: str, for_towns: Iterable[str], for_visitors: Iterable[str]) -> _Text:
    return _Text(subject, *(f" {_folded(' '.join(texts))} " for texts in (for_visitors, for_towns)))


def _folded(text: str) -> str:
    """The words of a text, those with an umlaut in both ways of writing it."""
    return fold(text) if text.isascii() else f"{fold(text)} {plain(text)}"


def _written(thesis: str, fields: Mapping[str, Any], *, verified: bool) -> Iterator[str]:
    """What people have typed into the fields this reader may see; choices, months and numbers are no texts."""
    known = SHAPES[thesis].field
    for key, value in checking.visible(thesis, fields, verified=verified).items():
        yield from _typed(known[key], value)


def _typed(field: Field, value: Any) -> Iterator[str]:
    if field.kind in WRITTEN:
        yield value
    elif field.kind is Kind.ENTRIES:
        for row in value:
            for column in field.columns:
                if column.kind in WRITTEN and row.get(column.key):
                    yield row[column.key]
