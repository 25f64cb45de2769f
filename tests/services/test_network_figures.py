"""A round is measured once, stored, and told without any town; trials change nothing."""

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from kleinstadt_net.database import db
from kleinstadt_net.models import Round, RoundFigures, Suggestion
from kleinstadt_net.services import matching_trials, network_figures, rounds
from kleinstadt_net.services.network_figures import NotMeasurable
from tests.factories import RoundFactory, SuggestionAnswerFactory
from tests.services.test_rounds import network
from tests.support.statements import counted_queries

MONTH = "2026-12"


def test_what_is_stored_is_what_was_measured_and_reading_it_computes_nothing(app: Flask) -> None:
    network(14)
    result = rounds.run(MONTH)
    assert network_figures.latest() is None
    assert network_figures.measure_due() == MONTH
    assert network_figures.measure_due() is None

    measured = network_figures.measure(MONTH)
    assert measured.quality.proposals == result.suggestions
    assert (measured.quality.towns, measured.quality.most_lists) == (14, result.most_lists)
    assert measured.core.gap is not None and measured.core.gap < 0.5
    SuggestionAnswerFactory(suggestion_id=db.session.scalar(select(func.min(Suggestion.id))))
    with counted_queries() as queries:
        read = network_figures.latest()
    assert len(queries) == 2
    assert read is not None
    assert (read.quality, read.core, read.stability) == (measured.quality, measured.core, measured.stability)
    assert read.answers == {"contact": 1}
    assert db.session.scalar(select(func.count()).select_from(RoundFigures)) == 1


def test_figures_of_an_older_kind_are_measured_again_and_go_with_their_round(app: Flask) -> None:
    network(3)
    rounds.run(MONTH)
    network_figures.measure()
    db.session.execute(update(RoundFigures).values(version=network_figures.VERSION - 1))
    db.session.commit()
    assert network_figures.latest() is None
    assert network_figures.measure_due() == MONTH
    db.session.execute(delete(Round))
    db.session.commit()
    assert db.session.scalar(select(func.count()).select_from(RoundFigures)) == 0
    assert network_figures.measure_due() is None


def test_without_a_round_or_its_inputs_the_reason_is_told(app: Flask) -> None:
    with pytest.raises(NotMeasurable, match="no round yet"):
        network_figures.measure()
    with pytest.raises(NotMeasurable, match=r"no round of 2026-11"):
        network_figures.measure("2026-11")
    RoundFactory(month=MONTH)
    with pytest.raises(NotMeasurable, match="not stored what it was made from"):
        network_figures.measure(MONTH)
    assert network_figures.measure_due() is None


def test_a_town_that_declares_in_the_simulation_declares_nothing_in_the_register(app: Flask) -> None:
    known = network(3)
    found = matching_trials.known_towns()
    assert {town.ags for town in found} == {town.ags for town in known}
    [run] = matching_trials.simulate([12], 2)
    assert (run.towns, run.months, run.empty) == (12, 2, 0)
    assert db.session.scalar(select(func.count()).select_from(Suggestion)) == 0
