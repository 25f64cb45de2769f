"""Everything about all towns that can be filtered, counted or ranked: one picture per process, in arrays.

A page asks for ``current()``, which costs the one query for the installation's revision while nothing has
changed. A town whose revision rose is read again alone; a new day reads everything, because statements age and
pauses end at midnight. A picture is never changed: a newer one takes its place, and whoever still holds the
older one finishes with it.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, func, select

from kleinstadt_net import clock, settings
from kleinstadt_net.database import db
from kleinstadt_net.matching import features as engine
from kleinstadt_net.matching.features import TownFacts, TownFeatures
from kleinstadt_net.models import Town
from kleinstadt_net.services import installation, snapshot_facts
from kleinstadt_net.services.snapshot_facts import TownRow
from kleinstadt_net.vocabulary import SUBJECTS

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Texts = NDArray[np.str_]


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """n towns in the order of their ids, as they were at ``revision`` on ``day``; arrays are (n,)."""

    revision: int
    day: date
    ids: Ints
    rows: Mapping[int, int]  # id -> row
    features: TownFeatures
    listed: Flags  # in the band of sizes or taking part; neither gone nor hidden
    sort_keys: Texts
    name_rank: Ints  # the place of each row in the order of names

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def population(self) -> Floats:
        """Inhabitants by the current figure; NaN is unknown."""
        return self.features.figures.column("population")

    @property
    def growth(self) -> Floats:
        """Yearly change as a fraction; NaN is unknown."""
        return self.features.figures.column("growth")

    @property
    def official(self) -> Flags:
        """Whether the current figure comes from an official file."""
        return self.features.figures.official

    @property
    def land(self) -> Texts:
        """Two-digit keys."""
        return self.features.land

    @property
    def taking_part(self) -> Flags:
        """Has joined, and is neither suspended nor gone."""
        return self.features.taking_part

    @property
    def active(self) -> Flags:
        """Taking part, not paused, and somebody was seen within a year."""
        return self.features.active


# After an import of the register it is quicker, and kinder to the database, to read everything.
PATCHED_AT_MOST = 500

# By engine, not by address: two databases in memory have the same one.
_snapshots: "WeakKeyDictionary[Engine, Snapshot]" = WeakKeyDictionary()
_lock = threading.Lock()


def current() -> Snapshot:
    """The picture of now: one query while nothing has changed, the changed towns' rows otherwise."""
    revision, day = installation.revision(), clock.today()
    known = _snapshots.get(db.engine)
    if known is not None and _is_fresh(known, revision, day):
        return known
    # One thread reads, the others wait for what it has read.
    with _lock:
        known = _snapshots.get(db.engine)
        if known is not None and _is_fresh(known, revision, day):
            return known
        newer = _patched(known, revision) if known is not None and known.day == day else None
        newer = newer or load(revision, day)
        _snapshots[db.engine] = newer
        return newer


def load(revision: int, day: date) -> Snapshot:
    """Read all towns anew."""
    rows = snapshot_facts.towns()
    facts = snapshot_facts.facts(rows, day)
    sort_keys = np.array([row.sort_key for row in rows], dtype=np.str_)
    return Snapshot(
        revision,
        day,
        np.array([row.id for row in rows], dtype=np.int64),
        MappingProxyType({row.id: number for number, row in enumerate(rows)}),
        engine.build(facts, tuple(SUBJECTS)),
        _listed(rows, facts),
        sort_keys,
        _ranked(sort_keys),
    )


def _is_fresh(known: Snapshot, revision: int, day: date) -> bool:
    return known.day == day and known.revision >= revision


def _patched(known: Snapshot, revision: int) -> Snapshot | None:
    """The newer picture with only the changed towns read; None where towns were added or removed."""
    changed = snapshot_facts.towns(Town.revision > known.revision)
    count = db.session.scalar(select(func.count()).select_from(Town))
    if count != len(known) or len(changed) > PATCHED_AT_MOST:
        return None
    if any(row.id not in known.rows for row in changed):
        return None
    facts = snapshot_facts.facts(changed, known.day, only=[row.id for row in changed])
    places = [known.rows[row.id] for row in changed]
    listed = known.listed.copy()
    listed[places] = _listed(changed, facts)
    sort_keys = _rewritten(known.sort_keys, places, [row.sort_key for row in changed])
    return Snapshot(
        revision,
        known.day,
        known.ids,
        known.rows,
        engine.replace(known.features, dict(zip(places, facts, strict=True))),
        listed,
        sort_keys,
        known.name_rank if sort_keys is known.sort_keys else _ranked(sort_keys),
    )


def _ranked(sort_keys: Texts) -> Ints:
    """The place of each in the order of all; equal ones in the order of their rows."""
    ranks = np.empty(len(sort_keys), dtype=np.int64)
    ranks[np.argsort(sort_keys, kind="stable")] = np.arange(len(sort_keys))
    return ranks


def _rewritten(texts: Texts, places: Sequence[int], news: Sequence[str]) -> Texts:
    # Nearly every change is a town's statement, which no name depends on.
    if texts[places].tolist() == list(news):
        return texts
    # Through a list, because an array of text would cut what is longer than anything before.
    words = texts.tolist()
    for place, text in zip(places, news, strict=True):
        words[place] = text
    return np.array(words, dtype=np.str_)


def _listed(rows: Sequence[TownRow], facts: Sequence[TownFacts]) -> Flags:
    bound = settings.current()
    bands = {True: bound.size_range, False: bound.estimate_size_range}
    return np.array(
        [_is_listed(row, town, bands[town.figures_official]) for row, town in zip(rows, facts, strict=True)],
        dtype=np.bool_,
    )


def _is_listed(row: TownRow, town: TownFacts, band: tuple[int, int]) -> bool:
    if row.gone_on is not None or row.hidden_on is not None:
        return False
    if town.taking_part:
        return True
    return town.population is not None and band[0] <= town.population < band[1]
