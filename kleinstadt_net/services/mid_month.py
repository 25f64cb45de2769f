"""First suggestions of a town that joined after the month's round, recorded as the round's own.

Decided outside the writing transaction like the round itself; before they are recorded, in the running transaction,
the round is locked and every list counted once more, so that two newcomers cannot both take a town's last place.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import undefer

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.matching import features as engine
from kleinstadt_net.matching import mid_month
from kleinstadt_net.matching.features import Statement, TownFacts, TownFeatures
from kleinstadt_net.matching.mid_month import Month
from kleinstadt_net.matching.portraits import Portraits
from kleinstadt_net.matching.rounds import Proposal
from kleinstadt_net.matching.weights import MAX_LISTS
from kleinstadt_net.models import Round, Suggestion
from kleinstadt_net.services import reasons, round_inputs
from kleinstadt_net.services.rounds import ASKED
from kleinstadt_net.territory import TIME_ZONE
from kleinstadt_net.vocabulary import SUBJECTS


@dataclass(frozen=True, eq=False)
class Network:
    """All towns as of today and the month's round they are held against; read once for many newcomers."""

    round_id: int
    month: str
    days: int
    ids: Sequence[int]
    facts: Sequence[TownFacts]
    features: TownFeatures
    changes: Mapping[str, Any]


@dataclass(frozen=True)
class Decision:
    """A newcomer's suggestions, not recorded yet; ``inputs`` and the round's are enough to decide the same again."""

    round_id: int
    town_id: int
    rows: tuple[Mapping[str, Any], ...]
    inputs: Mapping[str, Any]


def network(month: str) -> Network | None:
    """The network as it is, None where the month has no round."""
    row = db.session.scalar(select(Round).where(Round.month == month).options(undefer(Round.inputs)))
    if row is None:
        return None
    ids, facts = round_inputs.network()
    days = (clock.today() - row.created_at.astimezone(TIME_ZONE).date()).days
    features = engine.build(facts, tuple(SUBJECTS))
    return Network(row.id, month, days, ids, facts, features, _changes(row.inputs, facts, days))


def decide(known: Network, town_id: int) -> Decision | None:
    """Whom to suggest to a town; None where the month has suggested it somebody already."""
    own = set(_peers_of(known.round_id, town_id, Suggestion.position > ASKED))
    if own:
        return None
    ags_of = dict(zip(known.ids, (town.ags for town in known.facts), strict=True))
    ags = ags_of[town_id]
    past = round_inputs.history(known.month)
    asked = {ags_of[peer] for peer in _peers_of(known.round_id, town_id)}
    month = Month(
        named={ags_of[peer]: count for peer, count in _named(known.round_id).items() if peer in ags_of},
        rested=sorted(_partners(ags, past.rested) | asked),
        proposed=sorted(_partners(ags, past.proposed)),
    )
    proposals = mid_month.propose(known.features, ags, month)
    inputs = {
        "ags": ags,
        "days": known.days,
        "subjects": list(SUBJECTS),
        **known.changes,
        "named": dict(sorted(month.named.items())),
        "rested": list(month.rested),
        "proposed": list(month.proposed),
    }
    return Decision(known.round_id, town_id, tuple(_rows(known, proposals)), inputs)


def record(decision: Decision) -> bool:
    """Record the suggestions in the running transaction; False where a list has filled up since they were decided."""
    db.session.execute(select(Round.id).where(Round.id == decision.round_id).with_for_update())
    named = _named(decision.round_id)
    if any(named[row["peer_id"]] >= MAX_LISTS for row in decision.rows):
        return False
    taken = set(_peers_of(decision.round_id, decision.town_id))
    if taken & {row["peer_id"] for row in decision.rows}:
        return False
    if decision.rows:
        db.session.execute(
            insert(Suggestion), [{**row, "round_id": decision.round_id} for row in decision.rows]
        )
    return True


def recompute(round_of_month: Mapping[str, Any], inputs: Mapping[str, Any]) -> list[tuple[str, str, float]]:
    """The suggestions made again from the stored inputs of the round and of the newcomer: AGS, slot and score."""
    facts = {town.ags: town for town in _aged(round_of_month, inputs["days"])}
    for values in inputs["changed"]:
        town = round_inputs.thawed(dict(zip(inputs["columns"], values, strict=True)))
        facts[town.ags] = town
    towns = [town for ags, town in facts.items() if ags not in inputs["missing"]]
    features = engine.build(towns, tuple(inputs["subjects"]))
    month = Month(inputs["named"], inputs["rested"], inputs["proposed"])
    return [
        (str(features.ags[line.peer_row]), line.slot, line.score)
        for line in mid_month.propose(features, inputs["ags"], month)
    ]


def _changes(inputs: Mapping[str, Any], facts: Sequence[TownFacts], days: int) -> dict[str, Any]:
    """What sets the network of today apart from the round's: few towns, so that a newcomer stores kilobytes."""
    before = {town.ags: town for town in _aged(inputs, days)}
    return {
        "columns": list(round_inputs.COLUMNS),
        "changed": [round_inputs.frozen(town) for town in facts if before.get(town.ags) != town],
        "missing": sorted(before.keys() - {town.ags for town in facts}),
    }


def _aged(inputs: Mapping[str, Any], days: int) -> Iterable[TownFacts]:
    for values in inputs.get("towns", ()):
        town = round_inputs.thawed(dict(zip(inputs["columns"], values, strict=True)))
        older = tuple(Statement(one.subject, one.state, one.age_days + days) for one in town.statements)
        yield replace(town, statements=older)


def _named(round_id: int) -> Counter[int]:
    return Counter(
        db.session.scalars(
            select(Suggestion.peer_id).where(Suggestion.round_id == round_id, Suggestion.position > ASKED)
        )
    )


def _peers_of(round_id: int, town_id: int, *which: Any) -> Sequence[int]:
    return db.session.scalars(
        select(Suggestion.peer_id).where(
            Suggestion.round_id == round_id, Suggestion.town_id == town_id, *which
        )
    ).all()


def _partners(ags: str, pairs: Iterable[tuple[str, str]]) -> set[str]:
    return {second if first == ags else first for first, second in pairs if ags in (first, second)}


def _rows(known: Network, proposals: Sequence[Proposal]) -> Iterable[dict[str, Any]]:
    portraits, today, ids = Portraits(known.features), clock.today(), known.ids
    for position, line in enumerate(proposals, start=1):
        yield {
            "town_id": ids[line.town_row],
            "peer_id": ids[line.peer_row],
            "slot": line.slot,
            "position": position,
            "score": line.score,
            "parts": dict(line.parts),
            "reasons": reasons.told(portraits, line.town_row, line.peer_row, today),
        }
