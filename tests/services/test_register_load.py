"""The bundled register fills an empty installation once and never disturbs anything."""

from datetime import date

from flask import Flask
from sqlalchemy import func, select

from kleinstadt_net.database import db
from kleinstadt_net.models import Town, TownFigure
from kleinstadt_net.register_data import bundled_towns
from kleinstadt_net.services import installation, register_import, register_load
from tests.factories import TownCodeFactory, TownFactory, TownFigureFactory
from tests.support.register import figures, record, register, town

BUNDLED = len(bundled_towns())


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(Town)) or 0


def test_all_bundled_towns_are_added_with_estimates_and_sources(app: Flask) -> None:
    assert register_load.load_bundled() == register_load.Loaded(BUNDLED, BUNDLED)
    first = bundled_towns()[0]
    stored = town(first.ags)
    assert (stored.name, stored.kreis_name, stored.lat) == (first.name, first.kreis_name, first.lat)
    assert "BKG" in stored.register_source and "GeoNames" in (stored.position_source or "")
    (figure,) = db.session.scalars(select(TownFigure).where(TownFigure.town_id == stored.id))
    assert (figure.quality, figure.population) == ("estimate", first.population_estimate)
    assert "GeoNames" in figure.source and "BKG" in (figure.area_source or "")
    assert stored.revision == installation.revision() > 0


def test_loading_again_adds_nothing(app: Flask) -> None:
    register_load.load_bundled()
    before = installation.revision()
    assert register_load.load_bundled().added == 0
    assert (count(), installation.revision()) == (BUNDLED, before)


def test_a_town_that_is_there_or_goes_by_a_newer_key_stays_as_it_is(app: Flask) -> None:
    first, second = bundled_towns()[:2]
    there = TownFactory(ags=first.ags, name="Eigener Name")
    TownFigureFactory(town=there, population=7_000, population_on=date(2023, 12, 31))
    TownCodeFactory(ags=second.ags)
    assert register_load.load_bundled().added == BUNDLED - 2
    assert town(first.ags).name == "Eigener Name"
    assert figures(first.ags) == [("official", date(2023, 12, 31), 7_000)]


def test_after_an_official_import_there_is_nothing_to_add(app: Flask) -> None:
    register_import.apply(register(record("06999001")))
    loaded = register_load.load_bundled()
    assert (loaded.added, loaded.has_official, count()) == (0, True, 1)
