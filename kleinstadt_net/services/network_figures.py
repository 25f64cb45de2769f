"""What a month's round is worth: measured once after it, stored, and shown to everybody without a single town.

Measuring takes seconds to minutes in a large network, so it happens beside the timetable's round and by command;
the page reads what is stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, func, select

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.matching import features as engine
from kleinstadt_net.matching import quality, stability
from kleinstadt_net.matching import rounds as planning
from kleinstadt_net.matching.features import TownFacts, TownFeatures
from kleinstadt_net.matching.quality import Core, Quality
from kleinstadt_net.matching.rounds import History, Proposal, RoundPlan
from kleinstadt_net.matching.stability import Stability
from kleinstadt_net.models import Round, RoundFigures, Suggestion, SuggestionAnswer, Town, TownCode, Welcome
from kleinstadt_net.services import round_inputs
from kleinstadt_net.services.rounds import ASKED

# Rises whenever a figure is added or means something else; what was stored before is measured again.
VERSION = 1


class NotMeasurable(Exception):
    """There is no such round, or nothing is known of what it was made from; the text is for the operator."""


@dataclass(frozen=True)
class MonthFigures:
    """The figures of one month; ``answers`` by kind as they stand now."""

    month: str
    quality: Quality
    core: Core
    stability: Stability
    answers: Mapping[str, int]


@dataclass(frozen=True)
class StoredRound:
    """A round as it was stored: its inputs again, and the suggestions as they were decided."""

    id: int
    month: str
    facts: Sequence[TownFacts]
    subjects: tuple[str, ...]
    features: TownFeatures
    history: History
    plan: RoundPlan


def measure(month: str | None = None) -> MonthFigures:
    """Measure the round of a month, the newest one without, and store the figures; commits.

    Raises NotMeasurable.
    """
    stored = read_round(month)
    counted = quality.measure(stored.plan, stored.features, stored.history)
    core = quality.measure_core(stored.plan, stored.features, stored.history)
    steady = stability.measure(stored.facts, stored.subjects, stored.history)
    _store(stored.id, {"quality": asdict(counted), "core": asdict(core), "stability": asdict(steady)})
    return MonthFigures(stored.month, counted, core, steady, answers(stored.id))


def measure_due() -> str | None:
    """Measure the newest round unless that is done; its month, None where nothing was to do or is possible. Commits."""
    due = db.session.execute(
        select(Round.month, RoundFigures.version)
        .outerjoin(RoundFigures, RoundFigures.round_id == Round.id)
        .order_by(Round.month.desc())
        .limit(1)
    ).one_or_none()
    if due is None or due.version == VERSION:
        return None
    try:
        return measure(due.month).month
    except NotMeasurable:
        # Rounds from before inputs were kept: the page goes on showing what it has.
        return None


def latest() -> MonthFigures | None:
    """The figures of the newest measured round, None before the first: two queries, nothing computed."""
    row = db.session.execute(
        select(Round.id, Round.month, RoundFigures.figures)
        .join(RoundFigures, RoundFigures.round_id == Round.id)
        .where(RoundFigures.version == VERSION)
        .order_by(Round.month.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    figures = row.figures
    counted = {**figures["quality"], "exposure": tuple(figures["quality"]["exposure"])}
    return MonthFigures(
        row.month,
        Quality(**counted),
        Core(**figures["core"]),
        Stability(**figures["stability"]),
        answers(row.id),
    )


def answers(round_id: int) -> dict[str, int]:
    """How often each answer was given to the suggestions of a round."""
    rows = db.session.execute(
        select(SuggestionAnswer.answer, func.count().label("times"))
        .join(Suggestion, Suggestion.id == SuggestionAnswer.suggestion_id)
        .where(Suggestion.round_id == round_id)
        .group_by(SuggestionAnswer.answer)
    )
    return {row.answer: row.times for row in rows}


def read_round(month: str | None = None) -> StoredRound:
    """A stored round with its inputs; the newest one without a month. Raises NotMeasurable."""
    chosen = select(Round.id, Round.month, Round.inputs).order_by(Round.month.desc()).limit(1)
    row = db.session.execute(chosen if month is None else chosen.where(Round.month == month)).one_or_none()
    if row is None:
        raise NotMeasurable(f"There is no round of {month}." if month else "There has been no round yet.")
    inputs = row.inputs
    if not inputs.get("towns"):
        raise NotMeasurable(f"Of the round of {row.month} it is not stored what it was made from.")
    facts = [round_inputs.thawed(dict(zip(inputs["columns"], town, strict=True))) for town in inputs["towns"]]
    subjects = tuple(inputs["subjects"])
    features = engine.build(facts, subjects)
    past = History(*(frozenset((a, b) for a, b in inputs[name]) for name in ("rested", "proposed")))
    plan = RoundPlan(
        row.month,
        planning.suggestions_each(int(features.active.sum())),
        tuple(_proposals(row.id, features)),
        (),
    )
    return StoredRound(row.id, row.month, facts, subjects, features, past, plan)


def _proposals(round_id: int, features: TownFeatures) -> list[Proposal]:
    """What the round decided; what a newcomer was given later, or another town's wish has added, is no part of it."""
    rows = _rows_by_id(features)
    newcomers = select(Welcome.town_id).where(Welcome.round_id == round_id)
    stored = db.session.execute(
        select(Suggestion.town_id, Suggestion.peer_id, Suggestion.slot, Suggestion.score, Suggestion.parts)
        .where(
            Suggestion.round_id == round_id,
            Suggestion.position > ASKED,
            Suggestion.town_id.not_in(newcomers),
        )
        .order_by(Suggestion.town_id, Suggestion.position)
    )
    return [
        Proposal(rows[town], rows[peer], slot, score, parts)
        for town, peer, slot, score, parts in stored
        if town in rows and peer in rows
    ]


def _rows_by_id(features: TownFeatures) -> dict[int, int]:
    """Town id -> row of the round's features, by the key the town had then."""
    row_of = {key: row for row, key in enumerate(features.ags.tolist())}
    keys: list[Any] = [
        *db.session.execute(select(TownCode.town_id, TownCode.ags)),
        *db.session.execute(select(Town.id, Town.ags)),
    ]
    return {town_id: row_of[ags] for town_id, ags in keys if ags in row_of}


def _store(round_id: int, figures: dict[str, Any]) -> None:
    # Ends the reading, which on SQLite would make the writing fail if anybody wrote in between.
    db.session.rollback()
    begin_writing(db.session)
    db.session.execute(delete(RoundFigures).where(RoundFigures.round_id == round_id))
    db.session.add(RoundFigures(round_id=round_id, version=VERSION, figures=figures, measured_at=clock.now()))
    db.session.commit()
