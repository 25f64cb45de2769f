"""What the operator reads of the last rounds: who was served, who was not, and why not."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, exists, func, select

from kleinstadt_net.database import db
from kleinstadt_net.models import Round, Suggestion, Welcome
from kleinstadt_net.services.rounds import ASKED

# A year is enough to see whether something returns.
ROUNDS_SHOWN = 12


@dataclass(frozen=True)
class Remark:
    """What happened to ``towns`` towns alike; codes as in ``matching.rounds``.

    ``resting``: too few others might be proposed to them at all; else the lists of those left were full.
    """

    code: str
    towns: int
    wanted: int = 0
    received: int = 0
    resting: bool = False


@dataclass(frozen=True)
class RoundReport:
    """A stored round: how many towns were active, served with a suggestion and named in a list, and how it went."""

    month: str
    created_at: datetime
    engine_version: str
    active: int
    served: int
    named: int
    suggestions: int
    most_lists: int
    remarks: tuple[Remark, ...]


def latest() -> tuple[RoundReport, ...]:
    """The last rounds, newest first: three queries."""
    rows = db.session.execute(
        select(Round.id, Round.month, Round.created_at, Round.engine_version, Round.notes)
        .order_by(Round.month.desc())
        .limit(ROUNDS_SHOWN)
    ).all()
    # What a town that joined later was given, and what another town's wish has added, is no part of the round.
    newcomer = exists().where(Welcome.round_id == Suggestion.round_id, Welcome.town_id == Suggestion.town_id)
    proposed = (
        select(Suggestion.round_id, Suggestion.town_id, Suggestion.peer_id)
        .where(Suggestion.round_id.in_([row.id for row in rows]), Suggestion.position > ASKED, ~newcomer)
        .subquery()
    )
    counted = {
        row.round_id: row
        for row in db.session.execute(
            select(
                proposed.c.round_id,
                func.count().label("suggestions"),
                func.count(proposed.c.town_id.distinct()).label("served"),
                func.count(proposed.c.peer_id.distinct()).label("named"),
            ).group_by(proposed.c.round_id)
        )
    }
    lists = (
        select(proposed.c.round_id, func.count().label("lists"))
        .group_by(proposed.c.round_id, proposed.c.peer_id)
        .subquery()
    )
    most = select(lists.c.round_id, func.max(lists.c.lists)).group_by(lists.c.round_id)
    most_lists = dict(db.session.execute(most).all())
    return tuple(_report(row, counted.get(row.id), most_lists.get(row.id, 0)) for row in rows)


def _report(
    row: Row[int, str, datetime, str, list[str]], counted: Row[Any] | None, most_lists: int
) -> RoundReport:
    said = remarks(row.notes)
    served = counted.served if counted is not None else 0
    return RoundReport(
        month=row.month,
        created_at=row.created_at,
        engine_version=row.engine_version,
        active=served + sum(one.towns for one in said if one.code == "no_peer"),
        served=served,
        named=counted.named if counted is not None else 0,
        suggestions=counted.suggestions if counted is not None else 0,
        most_lists=most_lists,
        remarks=said,
    )


def remarks(notes: Iterable[str]) -> tuple[Remark, ...]:
    """The notes of a round, those that say the same of several towns together, worst first."""
    counted = Counter(_remark(note) for note in notes)
    order = ("no_peer", "not_named", "fewer", "repeated", "one_more")
    found = [Remark(one.code, count, one.wanted, one.received, one.resting) for one, count in counted.items()]
    return tuple(sorted(found, key=lambda one: (order.index(one.code), one.received, -one.towns)))


def _remark(note: str) -> Remark:
    code, _, *told = note.split()
    said = dict(one.split("=", 1) for one in told)
    wanted = int(said.get("wanted", 0))
    # Rounds stored before this was noted say nothing of it: then as many as were wanted.
    resting = int(said.get("allowed", wanted)) < wanted
    return Remark(code, 0, wanted, int(said.get("received", 0)), resting)
