"""The monthly round: read the network, decide purely, store the month once.

The deciding takes seconds and happens outside the writing transaction; whoever finishes second finds the month
taken, throws its own plan away and reports the stored one.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from kleinstadt_net import clock, formats
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.matching import features as engine
from kleinstadt_net.matching import rounds as planning
from kleinstadt_net.matching.features import TownFeatures
from kleinstadt_net.matching.portraits import Portraits
from kleinstadt_net.matching.rounds import Note, RoundPlan
from kleinstadt_net.matching.weights import ENGINE_VERSION, as_table
from kleinstadt_net.models import Round, Suggestion, Welcome
from kleinstadt_net.services import reasons, round_inputs
from kleinstadt_net.territory import TIME_ZONE
from kleinstadt_net.vocabulary import SUBJECTS

# On the 1st, when nobody works and no clock is being changed.
START_HOUR = 4
# The smallest network in which there is somebody to propose.
SMALLEST_NETWORK = 2
# The place of a suggestion that the other town's wish has made, not the round; see ``services.suggestions``.
ASKED = 0


@dataclass(frozen=True)
class RoundResult:
    """A month's round as it is stored; ``created`` is true for the one call that stored it.

    ``stored`` is false where fewer than two towns are active: the month then stays open. ``without`` and
    ``unnamed``: active towns that received nobody, or that stand in no list. ``most_lists``: in how many lists
    the most named town stands. ``slots``: suggestions by slot. ``notes``: codes and AGS for the operator.
    """

    month: str
    created: bool
    stored: bool
    active: int
    suggestions: int = 0
    slots: Mapping[str, int] | None = None
    without: int = 0
    unnamed: int = 0
    most_lists: int = 0
    notes: tuple[str, ...] = ()


def run(month: str) -> RoundResult:
    """Run and store the round of a month ("2026-12") unless it is stored; commits.

    Raises ValueError for a text that is no month.
    """
    if formats.first_day(month).strftime("%Y-%m") != month:
        raise ValueError(f"a month looks like 2026-12, not {month!r}")
    if (result := _result(month, created=False)) is not None:
        return result
    ids, facts = round_inputs.network()
    features = engine.build(facts, tuple(SUBJECTS))
    active = int(features.active.sum())
    if active < SMALLEST_NETWORK:
        return RoundResult(month, created=False, stored=False, active=active)
    past = round_inputs.history(month)
    plan = planning.plan(features, month=month, history=past)
    round_row = Round(
        month=month,
        engine_version=ENGINE_VERSION,
        weights=as_table(),
        inputs=round_inputs.freeze(facts, past),
        notes=[_note(note, features) for note in plan.notes],
        created_at=clock.now(),
    )
    created = _store(round_row, _suggestions(plan, features, ids))
    result = _result(month, created=created)
    assert result is not None
    return result


def ensure_current(now: datetime | None = None) -> RoundResult | None:
    """Run this month's round once its hour has come, however late; None where there was nothing to do."""
    local = (now or clock.now()).astimezone(TIME_ZONE)
    if local.day == 1 and local.hour < START_HOUR:
        return None
    month = local.strftime("%Y-%m")
    if db.session.scalar(select(Round.id).where(Round.month == month)) is not None:
        return None
    result = run(month)
    return result if result.created else None


def _store(round_row: Round, suggestions: Sequence[dict[str, Any]]) -> bool:
    """Store the round with its suggestions; false where the month has been stored meanwhile."""
    # Ends the reading, which on SQLite would make the writing fail if anybody wrote in between.
    db.session.rollback()
    begin_writing(db.session)
    db.session.add(round_row)
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        return False
    if suggestions:
        db.session.execute(insert(Suggestion), [{**row, "round_id": round_row.id} for row in suggestions])
    db.session.commit()
    return True


def _suggestions(plan: RoundPlan, features: TownFeatures, ids: Sequence[int]) -> list[dict[str, Any]]:
    portraits, today, places = Portraits(features), clock.today(), Counter[int]()
    rows = []
    for proposal in plan.proposals:
        places[proposal.town_row] += 1
        rows.append(
            {
                "town_id": ids[proposal.town_row],
                "peer_id": ids[proposal.peer_row],
                "slot": proposal.slot,
                "position": places[proposal.town_row],
                "score": proposal.score,
                "parts": dict(proposal.parts),
                "reasons": reasons.told(portraits, proposal.town_row, proposal.peer_row, today),
            }
        )
    return rows


def _note(note: Note, features: TownFeatures) -> str:
    """``fewer 99000001 wanted=5 received=4``: rows become AGS, which outlive this process."""
    said = [
        f"peer={features.ags[value]}" if name == "peer_row" else f"{name}={value}"
        for name, value in note.data.items()
    ]
    return " ".join([note.code, str(features.ags[note.town_row]), *said])


def _result(month: str, *, created: bool) -> RoundResult | None:
    row = db.session.execute(
        select(Round.id, Round.notes, Round.inputs).where(Round.month == month)
    ).one_or_none()
    if row is None:
        return None
    # What a town that joined later was given is no part of what the round did.
    newcomers = select(Welcome.town_id).where(Welcome.round_id == row.id)
    proposed = db.session.execute(
        select(Suggestion.town_id, Suggestion.peer_id, Suggestion.slot).where(
            Suggestion.round_id == row.id,
            Suggestion.position > ASKED,
            Suggestion.town_id.not_in(newcomers),
        )
    ).all()
    lists = Counter(suggestion.peer_id for suggestion in proposed)
    active = len(row.inputs.get("active", ()))
    return RoundResult(
        month,
        created=created,
        stored=True,
        active=active,
        suggestions=len(proposed),
        slots=Counter(suggestion.slot for suggestion in proposed),
        without=active - len({suggestion.town_id for suggestion in proposed}),
        unnamed=active - len(lists),
        most_lists=max(lists.values(), default=0),
        notes=tuple(row.notes),
    )
