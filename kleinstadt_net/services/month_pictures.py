"""The network as a month's round saw it, built again from what the round has stored.

So a figure told afterwards is the figure that decided. A round's inputs are megabytes and never change, hence the
last few pictures stay in the process.
"""

import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import Engine, select

from kleinstadt_net.database import db
from kleinstadt_net.matching import features as engine
from kleinstadt_net.matching import ranking
from kleinstadt_net.matching.features import TownFeatures
from kleinstadt_net.matching.portraits import Portraits
from kleinstadt_net.matching.rounds import suggestions_each
from kleinstadt_net.matching.similarity import parts
from kleinstadt_net.matching.weights import ENGINE_VERSION
from kleinstadt_net.models import Round
from kleinstadt_net.services import reasons, round_inputs
from kleinstadt_net.territory import TIME_ZONE

KEPT = 3

Pair = tuple[str, str]


@dataclass(frozen=True, eq=False)
class MonthPicture:
    """A month's round with its inputs; ``rows`` by AGS, ``rested`` and ``proposed`` as ``rounds.History``.

    ``each``: how many suggestions a town got. ``is_same_engine`` is false where the round was made by an earlier
    version of the engine, whose figures may differ from those computed now.
    """

    round_id: int
    month: str
    made_at: datetime
    is_same_engine: bool
    features: TownFeatures
    rows: Mapping[str, int]
    rested: frozenset[Pair]
    proposed: frozenset[Pair]
    active: int
    each: int

    @property
    def made_on(self) -> date:
        """The day on which the round was run."""
        return self.made_at.astimezone(TIME_ZONE).date()


@dataclass(frozen=True)
class Compared:
    """A pair as the round saw it: the score (0..1), its parts, and the reasons as they are stored and shown."""

    score: float
    parts: Mapping[str, float]
    reasons: tuple[Mapping[str, object], ...]


# By engine, not by address: two databases in memory have the same one.
_pictures: "WeakKeyDictionary[Engine, OrderedDict[tuple[int, datetime], MonthPicture]]" = WeakKeyDictionary()
_lock = threading.Lock()


def of_month(month: str) -> MonthPicture | None:
    """The picture of a month's round; None where there was none, or its inputs are not stored."""
    found = db.session.execute(
        select(Round.id, Round.created_at, Round.engine_version).where(Round.month == month)
    ).one_or_none()
    if found is None:
        return None
    key = (found.id, found.created_at)
    with _lock:
        kept = _pictures.setdefault(db.engine, OrderedDict())
        if key in kept:
            kept.move_to_end(key)
            return kept[key]
    picture = _load(month, found.id, found.created_at, found.engine_version)
    if picture is not None:
        with _lock:
            kept[key] = picture
            while len(kept) > KEPT:
                kept.popitem(last=False)
    return picture


def compared(picture: MonthPicture, row: int, peer_row: int) -> Compared:
    """Town and other town as the round compared them, seen from the first."""
    return Compared(
        ranking.score_pair(picture.features, row, peer_row),
        parts(picture.features, row, np.array([peer_row])).by_pair()[0],
        tuple(reasons.told(Portraits(picture.features), row, peer_row, picture.made_on)),
    )


def row_of(picture: MonthPicture, keys: Collection[str]) -> int | None:
    """The row of a town that may have had any of these keys; None where the round did not know it."""
    return next((picture.rows[key] for key in keys if key in picture.rows), None)


def _load(month: str, round_id: int, made_at: datetime, version: str) -> MonthPicture | None:
    inputs = db.session.scalar(select(Round.inputs).where(Round.id == round_id))
    if not inputs or not inputs.get("towns"):
        return None
    columns = inputs["columns"]
    facts = [round_inputs.thawed(dict(zip(columns, town, strict=True))) for town in inputs["towns"]]
    features = engine.build(facts, tuple(inputs["subjects"]))
    active = int(features.active.sum())
    return MonthPicture(
        round_id=round_id,
        month=month,
        made_at=made_at,
        is_same_engine=version == ENGINE_VERSION,
        features=features,
        rows={key: row for row, key in enumerate(features.ags.tolist())},
        rested=frozenset((first, second) for first, second in inputs["rested"]),
        proposed=frozenset((first, second) for first, second in inputs["proposed"]),
        active=active,
        each=suggestions_each(active),
    )
