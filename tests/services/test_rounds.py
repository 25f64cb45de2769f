"""The monthly round: stored once, complete, repeatable, and kind to pairs that rest."""

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.matching.similarity import PART_NAMES
from kleinstadt_net.models import Round, Suggestion, Town
from kleinstadt_net.services import round_inputs, rounds
from kleinstadt_net.services.rounds import RoundResult
from kleinstadt_net.vocabulary import TOPICS
from tests.factories import (
    RoundFactory,
    StanceFactory,
    SuggestionAnswerFactory,
    SuggestionFactory,
    TownFactory,
    TownFigureFactory,
)

MONTH = "2026-12"
STATES = ("in_progress", "seeking", "strength")


def network(count: int) -> list[Town]:
    """Active towns, each with three statements that overlap with others'."""
    towns: list[Town] = []
    for n in range(count):
        town = TownFactory(taking_part=True, land=f"{n % 3 + 1:02d}")
        TownFigureFactory(town=town, population=6_000 + 700 * (n % 17), area_km2=20.0 + 9 * (n % 11))
        for step in range(3):
            subject = list(TOPICS)[(n + 5 * step) % 12]
            StanceFactory(town_id=town.id, subject=subject, state=STATES[(n + step) % 3])
        towns.append(town)
    return towns


def stored() -> list[tuple[Any, ...]]:
    columns = Suggestion.town_id, Suggestion.peer_id, Suggestion.slot, Suggestion.position, Suggestion.score
    return [tuple(row) for row in db.session.execute(select(*columns).order_by(Suggestion.id))]


def test_every_active_town_receives_and_is_named_and_nobody_is_flooded(app: Flask) -> None:
    network(40)
    result = rounds.run(MONTH)
    assert (result.created, result.stored, result.active) == (True, True, 40)
    assert (result.without, result.unnamed) == (0, 0)
    assert result.most_lists <= 7
    assert result.suggestions == 40 * 5 == sum((result.slots or {}).values())


def test_towns_that_are_paused_suspended_or_not_taking_part_are_left_out(app: Flask) -> None:
    active = network(8)
    outside = [
        TownFactory(),
        TownFactory(taking_part=True, paused_until=clock.today()),
        TownFactory(taking_part=True, suspended_at=clock.now()),
    ]
    rounds.run(MONTH)
    involved = {town for row in stored() for town in row[:2]}
    assert involved == {town.id for town in active}
    assert not involved & {town.id for town in outside}


def test_a_second_call_changes_nothing_and_reports_what_is_stored(app: Flask) -> None:
    network(12)
    first = rounds.run(MONTH)
    before = stored()
    network(5)
    second = rounds.run(MONTH)
    assert stored() == before
    assert (first.created, second.created) == (True, False)
    assert (second.active, second.suggestions, second.slots) == (first.active, first.suggestions, first.slots)


@pytest.mark.both_databases
def test_two_callers_at_once_end_with_one_round(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    network(10)
    both_planned = threading.Barrier(2, timeout=30)
    storing = rounds._store

    def store_together(*given: object) -> bool:
        both_planned.wait()
        return storing(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(rounds, "_store", store_together)
    results: list[RoundResult] = []

    def call() -> None:
        with app.app_context():
            results.append(rounds.run(MONTH))
            db.session.remove()

    callers = [threading.Thread(target=call) for _ in range(2)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert sorted(result.created for result in results) == [False, True]
    assert db.session.scalar(select(func.count()).select_from(Round)) == 1
    assert len(stored()) == results[0].suggestions == results[1].suggestions


def test_the_stored_inputs_give_the_same_round_again(app: Flask) -> None:
    towns = {town.id: town.ags for town in network(20)}
    TownFigureFactory(population=9_000)
    rounds.run(MONTH)
    inputs = db.session.scalars(select(Round.inputs)).one()
    plan = round_inputs.recompute(inputs, MONTH)
    ags = [town[inputs["columns"].index("ags")] for town in inputs["towns"]]
    again = [(ags[p.town_row], ags[p.peer_row], p.slot, p.score) for p in plan.proposals]
    assert again == [(towns[town], towns[peer], slot, score) for town, peer, slot, _, score in stored()]


def test_a_suggestion_carries_its_parts_and_frozen_reasons(app: Flask) -> None:
    network(12)
    rounds.run(MONTH)
    rows = db.session.scalars(select(Suggestion)).all()
    assert all(set(row.parts) == set(PART_NAMES) for row in rows)
    codes = Counter(reason["code"] for row in rows for reason in row.reasons)
    assert codes["shared_challenge"] and codes["learn"]
    assert not any("age_days" in reason for row in rows for reason in row.reasons)
    positions = Counter((row.town_id, row.position) for row in rows)
    assert set(positions.values()) == {1} and min(row.position for row in rows) == 1


def test_the_round_keeps_its_weights_and_the_version_of_the_engine(app: Flask) -> None:
    network(4)
    rounds.run(MONTH)
    row = db.session.scalars(select(Round)).one()
    assert row.weights["parts"]["shared"] > row.weights["parts"]["learn"]
    assert row.engine_version


@pytest.mark.parametrize("count", [0, 1])
def test_with_fewer_than_two_active_towns_the_month_stays_open(app: Flask, count: int) -> None:
    network(count)
    assert not rounds.run(MONTH).stored
    network(3)
    assert rounds.run(MONTH).created


def test_two_towns_are_proposed_to_each_other_and_a_month_later_again_because_there_is_nobody_else(
    app: Flask,
) -> None:
    network(2)
    assert rounds.run("2026-11").suggestions == 2
    later = rounds.run(MONTH)
    assert later.suggestions == 2
    assert any(note.startswith("repeated ") for note in later.notes)


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "Dezember", "", "2026-12-01"])
def test_what_is_no_month_is_refused(app: Flask, month: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        rounds.run(month)
    assert db.session.scalar(select(func.count()).select_from(Round)) == 0


def resting(answer: str | None, answered_at: datetime, proposed_in: str) -> tuple[bool, bool]:
    """Whether a pair with this past rests in December 2026: (in any case, where possible)."""
    suggestion = SuggestionFactory(round=RoundFactory(month=proposed_in))
    if answer is not None:
        SuggestionAnswerFactory(suggestion_id=suggestion.id, answer=answer, answered_at=answered_at)
    past = round_inputs.history(MONTH)
    pair = (suggestion.town.ags, suggestion.peer.ags)
    return pair in past.rested, pair in past.proposed


PAST = (
    ("declined", datetime(2025, 12, 2, 9, tzinfo=UTC), "2025-12", (True, False)),
    ("declined", datetime(2025, 12, 1, 9, tzinfo=UTC), "2025-12", (False, False)),
    ("declined", datetime(2026, 11, 9, 9, tzinfo=UTC), "2026-11", (True, True)),
    ("known", datetime(2019, 1, 2, 9, tzinfo=UTC), "2019-01", (True, False)),
    ("contact", datetime(2026, 7, 2, 9, tzinfo=UTC), "2026-07", (False, True)),
    ("later", datetime(2026, 9, 2, 9, tzinfo=UTC), "2026-09", (True, False)),
    ("later", datetime(2026, 9, 1, 9, tzinfo=UTC), "2026-09", (False, False)),
    (None, datetime(2026, 7, 1, tzinfo=UTC), "2026-07", (False, True)),
    (None, datetime(2026, 6, 1, tzinfo=UTC), "2026-06", (False, False)),
)


@pytest.mark.parametrize(("answer", "answered_at", "proposed_in", "rests"), PAST)
def test_declined_pairs_rest_a_year_later_ones_a_quarter_known_ones_for_good_and_proposed_ones_six_months(
    app: Flask, answer: str | None, answered_at: datetime, proposed_in: str, rests: tuple[bool, bool]
) -> None:
    assert resting(answer, answered_at, proposed_in) == rests


def test_a_declined_town_is_not_proposed_again(app: Flask) -> None:
    first, second, *_ = network(6)
    suggestion = SuggestionFactory(round=RoundFactory(month="2026-01"), town=first, peer=second)
    SuggestionAnswerFactory(
        suggestion_id=suggestion.id, answer="declined", answered_at=datetime(2026, 2, 1, tzinfo=UTC)
    )
    rounds.run(MONTH)
    december = db.session.scalars(select(Round.id).where(Round.month == MONTH)).one()
    proposed = select(Suggestion.town_id, Suggestion.peer_id).where(Suggestion.round_id == december)
    pairs = {tuple(row) for row in db.session.execute(proposed)}
    assert (first.id, second.id) not in pairs and (second.id, first.id) not in pairs


# In December Germany is one hour ahead of UTC.
BEFORE, AFTER = datetime(2026, 12, 1, 2, 59, tzinfo=UTC), datetime(2026, 12, 1, 3, 0, tzinfo=UTC)


def test_the_round_waits_for_four_in_the_morning_of_the_first(app: Flask) -> None:
    network(4)
    assert rounds.ensure_current(BEFORE) is None
    result = rounds.ensure_current(AFTER)
    assert result is not None and (result.month, result.created) == (MONTH, True)


def test_a_missed_round_is_caught_up_whenever_somebody_looks(app: Flask) -> None:
    network(4)
    assert rounds.ensure_current(AFTER + timedelta(days=20, hours=-3)) is not None


def test_a_stored_round_leaves_nothing_to_do(app: Flask) -> None:
    network(4)
    rounds.ensure_current(AFTER)
    assert rounds.ensure_current(AFTER + timedelta(hours=1)) is None


def test_the_last_evening_of_november_in_germany_still_belongs_to_november(app: Flask) -> None:
    network(4)
    result = rounds.ensure_current(datetime(2026, 11, 30, 22, 59, tzinfo=UTC))
    assert result is not None and result.month == "2026-11"
