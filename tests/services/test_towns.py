"""The public side of towns: what visitors see, what only verified towns see, who is listed."""

from datetime import date

from flask import Flask

from kleinstadt_net.services import towns
from tests.factories import StanceFactory, TownCodeFactory, TownFactory, TownFigureFactory
from tests.support.cast import Cast


def test_a_need_is_shown_to_verified_towns_only(cast: Cast) -> None:
    StanceFactory(town_id=cast.town.id, subject="innenstadt", state="seeking")
    StanceFactory(town_id=cast.town.id, subject="waerme", state="strength")
    public, verified = towns.find(cast.town.ags), towns.find_for_verified(cast.town.ags)
    assert public is not None and verified is not None
    assert [s.subject for s in public.statements] == ["waerme"]
    assert [s.subject for s in verified.statements] == ["innenstadt", "waerme"]


def test_a_suspended_town_shows_nothing_it_said(cast: Cast) -> None:
    StanceFactory(town_id=cast.suspended_town.id, subject="waerme", state="strength")
    page = towns.find(cast.suspended_town.ags)
    assert page is not None and not page.taking_part and not page.statements


def test_an_official_figure_wins_over_any_estimate_and_brings_the_trend(app: Flask) -> None:
    town = TownFactory()
    TownFigureFactory(town=town, population=10_000, population_on=date(2017, 12, 31))
    TownFigureFactory(town=town, population=9_400, population_on=date(2023, 12, 31), area_km2=47.0)
    TownFigureFactory(town=town, population=12_345, population_on=date(2025, 1, 1), quality="estimate")
    page = towns.find(town.ags)
    assert page is not None and page.figure is not None
    assert (page.figure.population, page.figure.is_estimate) == (9_400, False)
    assert page.figure.density == 200
    assert page.figure.growth is not None and -0.0105 < page.figure.growth < -0.0100
    assert page.figure.growth_from == date(2017, 12, 31)


def test_two_dates_less_than_three_years_apart_are_no_trend(app: Flask) -> None:
    town = TownFactory()
    TownFigureFactory(town=town, population=10_000, population_on=date(2022, 12, 31))
    TownFigureFactory(town=town, population=9_000, population_on=date(2023, 12, 31))
    page = towns.find(town.ags)
    assert page is not None and page.figure is not None and page.figure.growth is None


def test_a_former_key_finds_the_town(app: Flask) -> None:
    town = TownFactory(name="Ellernrode")
    TownCodeFactory(town_id=town.id, ags="98000001")
    found = towns.former("98000001")
    assert found is not None and found.ags == town.ags
    assert towns.former("98000002") is None


def test_needs_and_statements_of_suspended_towns_are_not_counted_in_public(cast: Cast) -> None:
    StanceFactory(town_id=cast.town.id, subject="waerme", state="strength")
    StanceFactory(town_id=cast.other_town.id, subject="waerme", state="seeking")
    StanceFactory(town_id=cast.suspended_town.id, subject="waerme", state="strength")
    assert towns.network_figures().public_statements == 1
