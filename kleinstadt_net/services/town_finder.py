"""The search for one's own town among all that are stored, of whatever size, while somebody types its name."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, func, select

from kleinstadt_net import settings
from kleinstadt_net.database import db
from kleinstadt_net.models import Town, TownFigure
from kleinstadt_net.search.name_index import Found, Named, NameIndex
from kleinstadt_net.services import installation
from kleinstadt_net.territory import LAENDER

SHOWN = 12
# Longer than any name with its Kreis; more is not typed by somebody who looks for a town.
MAX_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Choice:
    """A town one may choose; Kreis and Land tell equal names apart. A Kreis without a name is None."""

    ags: str
    slug: str
    name: str
    kreis_name: str | None
    land_name: str


@dataclass(frozen=True)
class Choices:
    """The first of all towns that fit, and how many fit altogether."""

    rows: tuple[Choice, ...]
    total: int


class _Row(NamedTuple):
    id: int
    ags: str
    slug: str
    name: str
    kreis_name: str | None
    land: str
    postcode: str | None
    sort_key: str
    gone_on: date | None
    hidden_on: date | None
    population: int | None


@dataclass(frozen=True, slots=True)
class _Directory:
    """All towns as they were at ``revision``, and the rows they were read from."""

    revision: int
    rows: Mapping[int, _Row]
    ids: NDArray[np.int64]  # of the choices
    choices: Sequence[Choice]
    by_ags: Mapping[str, Choice]
    index: NameIndex


# By engine, not by address: two databases in memory have the same one.
_directories: "WeakKeyDictionary[Engine, _Directory]" = WeakKeyDictionary()
_lock = threading.Lock()


def find(text: str, *, limit: int = SHOWN) -> Choices:
    """The towns whose names begin with the words typed, or nearly; Kreis and Land may be typed too."""
    directory = _current()
    places = directory.index.find(text[:MAX_LENGTH])
    return Choices(tuple(directory.choices[place] for place in places[:limit]), len(places))


def search(text: str, ids: NDArray[np.int64], among: NDArray[np.bool_]) -> Found:
    """What the directory finds by name, Kreis or postcode: positions in ``ids``, which ascend, where ``among`` is true.

    Unlike ``find`` it takes a Kreis, a Land or a postcode alone.
    """
    directory = _current()
    if not len(ids):
        return Found(ids, ids)
    positions = np.searchsorted(ids, directory.ids).clip(max=len(ids) - 1)
    shown = among[positions] & (ids[positions] == directory.ids)
    found = directory.index.search(text[:MAX_LENGTH], among=shown, around=True)
    return Found(positions[found.places], found.ranks)


def place_of(text: str) -> tuple[int, Choice] | None:
    """The id of the town somebody names, by its key or its name, and the town; None where none is meant."""
    directory = _current()
    if text in directory.by_ags:
        places = [directory.choices.index(directory.by_ags[text])]
    else:
        places = directory.index.find(text[:MAX_LENGTH])
    return (int(directory.ids[places[0]]), directory.choices[places[0]]) if places else None


def chosen(town_ids: NDArray[np.int64]) -> tuple[Choice, ...]:
    """Some towns that ``search`` has found, as one may choose them, in that order."""
    directory = _current()
    return tuple(directory.choices[place] for place in np.searchsorted(directory.ids, town_ids).tolist())


def by_ags(ags: str) -> Choice | None:
    """The town with this key, if it may be chosen."""
    return _current().by_ags.get(ags)


def _current() -> _Directory:
    revision = installation.revision()
    known = _directories.get(db.engine)
    if known is not None and known.revision >= revision:
        return known
    # One thread reads, the others wait for what it has read.
    with _lock:
        known = _directories.get(db.engine)
        if known is None or known.revision < revision:
            known = _refreshed(known, revision) if known is not None else _load(revision)
            _directories[db.engine] = known
        return known


def _refreshed(known: _Directory, revision: int) -> _Directory:
    """Nearly every change is a town's statement, which no name depends on: then the index stays."""
    changed = _rows(known.revision)
    count = db.session.scalar(select(func.count()).select_from(Town))
    if count != len(known.rows) or any(known.rows.get(row.id) != row for row in changed):
        return _load(revision)
    return replace(known, revision=revision)


def _load(revision: int) -> _Directory:
    rows = _rows(-1)
    standing = [row for row in rows if row.gone_on is None and row.hidden_on is None]
    choices = [_choice(row) for row in standing]
    low, high = settings.current().size_range
    index = NameIndex(
        [
            Named(
                row.name,
                (row.kreis_name or "", choice.land_name, row.postcode or ""),
                preferred=row.population is not None and low <= row.population < high,
                sort_key=row.sort_key,
            )
            for row, choice in zip(standing, choices, strict=True)
        ]
    )
    by_key = {choice.ags: choice for choice in choices}
    ids = np.array([row.id for row in standing], dtype=np.int64)
    return _Directory(revision, {row.id: row for row in rows}, ids, choices, by_key, index)


def _choice(row: _Row) -> Choice:
    land = LAENDER.get(row.land)
    return Choice(row.ags, row.slug, row.name, row.kreis_name, land.name if land else "")


def _rows(since: int) -> list[_Row]:
    population = (
        select(func.max(TownFigure.population)).where(TownFigure.town_id == Town.id).scalar_subquery()
    )
    columns = [getattr(Town, name) for name in _Row._fields[:-1]]
    # Put in order here: SQLite would rather read all towns in the order of their ids than find one by its revision.
    rows = db.session.execute(select(*columns, population).where(Town.revision > since))
    return sorted((_Row._make(row) for row in rows), key=lambda row: row.id)
