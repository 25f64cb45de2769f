"""The engine on trial, for operators: simulated years, labelled peers, other weights. Nothing here is stored."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select

from kleinstadt_net import clock, register_data
from kleinstadt_net.database import db
from kleinstadt_net.importers import RowProblem
from kleinstadt_net.importers.peer_groups import Member, refuse
from kleinstadt_net.matching import evaluation, peer_groups, samples, simulation, stability
from kleinstadt_net.matching import features as engine
from kleinstadt_net.matching import rounds as planning
from kleinstadt_net.matching.evaluation import Evaluation
from kleinstadt_net.matching.features import TownFacts
from kleinstadt_net.matching.peer_groups import Found
from kleinstadt_net.matching.simulation import Simulated
from kleinstadt_net.matching.weights import WEIGHTS, Weights
from kleinstadt_net.models import Suggestion, SuggestionAnswer
from kleinstadt_net.services import network_figures, round_inputs, snapshot, snapshot_facts
from kleinstadt_net.vocabulary import SUBJECTS

NETWORKS = (12, 30, 60, 100, 300, 2_282)
MONTHS = 24


@dataclass(frozen=True)
class Comparison:
    """Two tables of weights on one month, or on all: what answers say, and how far the lists would be the same."""

    wanted: int
    declined: int
    present: Evaluation
    proposed: Evaluation
    month: str
    overlap: float | None  # mean Jaccard of the towns' lists of that month


def simulate(
    sizes: Sequence[int] = NETWORKS,
    months: int = MONTHS,
    progress: Callable[[int, int], object] = lambda towns, month: None,
) -> Iterator[Simulated]:
    """One network after the other: figures of the register, statements drawn in memory from a fixed seed."""
    known = known_towns()
    for size in sizes:
        built = engine.build(samples.network(size, known), tuple(SUBJECTS))
        yield simulation.simulate(
            built,
            months,
            round_inputs.PROPOSED_REST_MONTHS,
            progress=lambda month, size=size: progress(size, month),  # type: ignore[misc]
        )


def known_towns() -> list[TownFacts]:
    """The small towns of the installation, of the bundled register where it has none: figures, nothing declared."""
    picture = snapshot.current()
    listed = set(picture.ids[np.flatnonzero(picture.listed)].tolist())
    rows = [row for row in snapshot_facts.towns() if row.id in listed]
    facts = snapshot_facts.facts(rows, clock.today())
    return (
        sorted(facts, key=lambda town: town.ags)
        if facts
        else [_bundled(t) for t in register_data.bundled_towns()]
    )


def _bundled(town: register_data.BundledTown) -> TownFacts:
    return TownFacts(
        ags=town.ags,
        land=town.land,
        lat=town.lat,
        lon=town.lon,
        population=town.population_estimate,
        area_km2=town.area_km2,
        growth=None,
        urbanisation=None,
        tourism=None,
        statements=(),
        focus=(),
        taking_part=True,
        active=True,
        figures_official=False,
    )


def recall(members: Sequence[Member]) -> tuple[Found, ...]:
    """How well each method finds labelled peers among the listed towns; what they have declared counts as it is now.

    Raises UnreadableFile where a key belongs to no town or a group has one town only.
    """
    picture = snapshot.current()
    rows = {key: row for row, key in enumerate(picture.features.ags.tolist())}
    groups: dict[str, list[Member]] = {}
    for member in members:
        groups.setdefault(member.group, []).append(member)
    refuse(
        [
            RowProblem(member.line, f"no town has the AGS {member.ags}")
            for member in members
            if member.ags not in rows
        ]
        + [
            RowProblem(group[0].line, f"the group {name!r} has one town only")
            for name, group in groups.items()
            if len(group) == 1
        ]
    )
    labelled = [[rows[member.ags] for member in group] for group in groups.values()]
    candidates = picture.listed.copy()
    candidates[[row for group in labelled for row in group]] = True
    return peer_groups.measure(picture.features, labelled, candidates)


def compare_weights(weights: Weights, month: str | None = None) -> Comparison:
    """The present weights and others on stored answers, of one month or of all.

    The lists compared are those of that month, else of the newest round. Raises NotMeasurable.
    """
    stored = network_figures.read_round(month)
    answered = _answered(stored.id if month else None)
    wanted, declined = answered.get("contact", []), answered.get("declined", [])
    plans = [
        planning.plan(stored.features, month=stored.month, history=stored.history, weights=table)
        for table in (WEIGHTS, weights)
    ]
    before, after = (stability.lists_of(plan, len(stored.features)) for plan in plans)
    return Comparison(
        len(wanted),
        len(declined),
        evaluation.evaluate(wanted, declined, WEIGHTS),
        evaluation.evaluate(wanted, declined, weights),
        stored.month,
        stability.overlap(before, after),
    )


def _answered(round_id: int | None) -> dict[str, list[Mapping[str, float]]]:
    """The parts of answered suggestions by answer."""
    rows = (
        select(SuggestionAnswer.answer, Suggestion.parts)
        .join(Suggestion, Suggestion.id == SuggestionAnswer.suggestion_id)
        .where(SuggestionAnswer.answer.in_(("contact", "declined")))
        .order_by(Suggestion.id)
    )
    found: dict[str, list[Mapping[str, float]]] = {}
    for answer, parts in db.session.execute(
        rows if round_id is None else rows.where(Suggestion.round_id == round_id)
    ):
        found.setdefault(answer, []).append(parts)
    return found
