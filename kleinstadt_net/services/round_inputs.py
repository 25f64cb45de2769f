"""What a round is made from: the towns' facts and the pairs that rest, frozen so that it can be made again."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from kleinstadt_net import clock, formats
from kleinstadt_net.database import db
from kleinstadt_net.matching import features as engine
from kleinstadt_net.matching import rounds as planning
from kleinstadt_net.matching.features import Statement, TownFacts
from kleinstadt_net.matching.rounds import History, RoundPlan
from kleinstadt_net.models import Round, Suggestion, SuggestionAnswer, Town
from kleinstadt_net.services import circles, exchange_rests, snapshot_facts
from kleinstadt_net.territory import TIME_ZONE
from kleinstadt_net.vocabulary import SUBJECTS

# How long a pair is left alone; known ones are for good. A declined pair is not asked again before another budget
# year, "later" means the next quarter, and others come first for half a year.
PROPOSED_REST_MONTHS = 6
ANSWER_REST_MONTHS = {"declined": 12, "later": 3}
COLUMNS = tuple(field.name for field in fields(TownFacts))


def network() -> tuple[list[int], list[TownFacts]]:
    """Ids and facts of all towns as of today, read for this round and not taken from an earlier picture.

    All of them and not only the active ones: what counts as dense or rare is measured on the whole country,
    so that a pair has the same score in the round as on every page.
    """
    rows = snapshot_facts.towns()
    return [row.id for row in rows], snapshot_facts.facts(rows, clock.today())


def history(month: str) -> History:
    """The pairs that rest in a month, for an answer in any case, those proposed lately where possible.

    Whoever said "later" asked for the same pair again: once its quarter is over, the proposal it was said to counts
    no more.
    """
    town, peer = aliased(Town), aliased(Town)
    said_at = func.coalesce(SuggestionAnswer.changed_at, SuggestionAnswer.answered_at)
    rested, proposed, postponed = set(), set(), set()
    for first, second, proposed_in, answer, answered_at in db.session.execute(
        select(town.ags, peer.ags, Round.month, SuggestionAnswer.answer, said_at)
        .select_from(Suggestion)
        .join(Round, Round.id == Suggestion.round_id)
        .join(town, town.id == Suggestion.town_id)
        .join(peer, peer.id == Suggestion.peer_id)
        .outerjoin(SuggestionAnswer, SuggestionAnswer.suggestion_id == Suggestion.id)
        .where(
            or_(
                SuggestionAnswer.answer.in_(("known", *ANSWER_REST_MONTHS)),
                Round.month > _months_before(month, PROPOSED_REST_MONTHS),
            )
        )
    ):
        if answer == "known" or _still_rests(answer, answered_at, month):
            rested.add((first, second))
        if answer == "later":
            postponed.add((proposed_in, frozenset((first, second))))
        if abs(_months_between(proposed_in, month)) < PROPOSED_REST_MONTHS:
            proposed.add((proposed_in, first, second))
    return History(
        frozenset(rested | circles.known_pairs() | exchange_rests.pairs(month)),
        frozenset((a, b) for at, a, b in proposed if (at, frozenset((a, b))) not in postponed),
    )


def freeze(facts: Sequence[TownFacts], past: History) -> dict[str, Any]:
    """Everything a round is made from, ready for JSON; ``recompute`` reads it."""
    return {
        "subjects": list(SUBJECTS),
        "active": [town.ags for town in facts if town.active],
        "columns": list(COLUMNS),
        "towns": [frozen(town) for town in facts],
        "rested": sorted(map(list, past.rested)),
        "proposed": sorted(map(list, past.proposed)),
    }


def recompute(inputs: Mapping[str, Any], month: str) -> RoundPlan:
    """The plan of a stored round, made again; the same as long as the engine's version is."""
    facts = [thawed(dict(zip(inputs["columns"], town, strict=True))) for town in inputs["towns"]]
    past = History(
        frozenset((first, second) for first, second in inputs["rested"]),
        frozenset((first, second) for first, second in inputs["proposed"]),
    )
    return planning.plan(engine.build(facts, tuple(inputs["subjects"])), month=month, history=past)


def frozen(town: TownFacts) -> list[Any]:
    """A town's facts in the order of ``COLUMNS``, ready for JSON."""
    values = {name: getattr(town, name) for name in COLUMNS}
    values["statements"] = [[s.subject, s.state, s.age_days] for s in town.statements]
    values["focus"] = list(town.focus)
    values["networks"] = [list(network) for network in town.networks]
    values["indicators"] = [list(indicator) for indicator in town.indicators]
    return list(values.values())


def thawed(values: dict[str, Any]) -> TownFacts:
    """The facts again, from what stood under each column."""
    values["statements"] = tuple(Statement(*statement) for statement in values["statements"])
    values["focus"] = tuple(values["focus"])
    # Rounds from before there were networks or indicators hold none.
    values["networks"] = tuple((key, name) for key, name in values.get("networks", ()))
    values["indicators"] = tuple((key, value) for key, value in values.get("indicators", ()))
    return TownFacts(**values)


def _still_rests(answer: str | None, answered_at: datetime, month: str) -> bool:
    """Whether the first day of the month lies within the rest that follows from the answer."""
    if answer not in ANSWER_REST_MONTHS:
        return False
    months, said_on = ANSWER_REST_MONTHS[answer], answered_at.astimezone(TIME_ZONE).date()
    passed = _months_between(said_on.strftime("%Y-%m"), month)
    return passed < months or (passed == months and said_on.day > 1)


def _months_between(earlier: str, later: str) -> int:
    first, second = formats.first_day(earlier), formats.first_day(later)
    return (second.year - first.year) * 12 + second.month - first.month


def _months_before(month: str, months: int) -> str:
    day = formats.first_day(month)
    years, index = divmod(day.year * 12 + day.month - 1 - months, 12)
    return f"{years:04d}-{index + 1:02d}"
