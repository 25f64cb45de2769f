"""Passende Städte: order, filters, words for the fit, paging, and a constant number of queries."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, insert, select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Town, TownFigure
from kleinstadt_net.services import installation, peers
from kleinstadt_net.services.peers import PeerFilters, PeerPage
from tests.factories import FocusFactory, StanceFactory, TownFactory, TownFigureFactory
from tests.support.statements import counted_queries

ALL = PeerFilters()


def town_with(population: int = 12_000, taking_part: bool = True, **given: Any) -> Town:
    town: Town = TownFactory(taking_part=taking_part, **given)
    TownFigureFactory(town=town, population=population)
    return town


def says(town: Town, **stances: str) -> Town:
    for subject, state in stances.items():
        StanceFactory(town_id=town.id, subject=subject, state=state)
    return town


def names(page: PeerPage) -> list[str]:
    return [row.town.name for row in page.rows]


@pytest.fixture
def mine(app: Flask) -> Town:
    return says(town_with(name="Ellernrode", lat=51.0, lon=9.0), waerme="in_progress", innenstadt="seeking")


def test_the_same_challenge_comes_first_and_mere_likeness_last(mine: Town) -> None:
    says(town_with(name="Steinbracken"), waerme="in_progress", innenstadt="strength")
    says(town_with(name="Oberdallen"), innenstadt="strength")
    town_with(name="Hohenwispel", taking_part=False)
    page = peers.find(mine.id, ALL)
    assert names(page) == ["Steinbracken", "Oberdallen", "Hohenwispel"]
    assert [row.fit for row in page.rows][2] == "similar_situation"
    assert page.rows[0].reasons[0]["code"] == "shared_challenge"


def test_a_town_not_taking_part_is_compared_by_figures_even_where_old_statements_are_stored(
    mine: Town,
) -> None:
    gone_quiet = says(town_with(name="Hohenwispel", suspended_at=clock.now()), waerme="in_progress")
    FocusFactory(town_id=gone_quiet.id, thesis="t02")
    (row,) = peers.find(mine.id, ALL).rows
    assert not row.town.taking_part and row.town.focus == ()
    assert row.fit == "similar_situation"
    assert not [reason for reason in row.reasons if reason["code"] == "shared_challenge"]


def test_towns_outside_the_band_are_not_listed(mine: Town) -> None:
    town_with(25_000, taking_part=False)
    page = peers.find(mine.id, ALL)
    assert (page.total, page.listed, page.rows) == (0, 0, ())


def test_a_row_carries_what_the_page_shows(mine: Town) -> None:
    other = says(town_with(14_100, name="Lauenfurt", lat=51.0, lon=10.0, land="03"), innenstadt="strength")
    FocusFactory(town_id=other.id, thesis="t07")
    (row,) = peers.find(mine.id, ALL).rows
    assert (row.town.land, row.town.population, row.town.focus) == ("03", 14_100, ("t07",))
    assert row.town.distance_km == pytest.approx(70, abs=2)
    learn = next(reason for reason in row.reasons if reason["code"] == "learn")
    assert learn["month"] == clock.current_month() and "age_days" not in learn


FILTERS: tuple[tuple[PeerFilters, list[str]], ...] = (
    (PeerFilters(land="03"), ["Kirchwerlau"]),
    (PeerFilters(thesis="t03"), ["Mühlenqualm"]),
    (PeerFilters(topic="waerme"), ["Kirchwerlau", "Mühlenqualm"]),
    (PeerFilters(topic="waerme", state="strength"), ["Mühlenqualm"]),
    (PeerFilters(topic="waerme", thesis="t03", state="strength"), []),
    (PeerFilters(state="seeking"), ["Kirchwerlau", "Mühlenqualm"]),
    (PeerFilters(state="in_progress"), []),
    (PeerFilters(size_from=14_000), ["Mühlenqualm"]),
    (PeerFilters(size_to=13_999), ["Hohenwispel", "Kirchwerlau"]),
    (PeerFilters(distance=50), ["Kirchwerlau"]),
    (PeerFilters(taking_part=True), ["Kirchwerlau", "Mühlenqualm"]),
    (PeerFilters(taking_part=True, land="06"), ["Mühlenqualm"]),
)


@pytest.mark.parametrize(("filters", "expected"), FILTERS, ids=str)
def test_each_filter_narrows_the_list_to_the_towns_it_names(
    mine: Town, filters: PeerFilters, expected: list[str]
) -> None:
    near: dict[str, Any] = {"lat": 51.1, "lon": 9.1}
    says(town_with(name="Kirchwerlau", land="03", **near), waerme="seeking")
    says(town_with(14_000, name="Mühlenqualm", lat=53.0, lon=9.0), waerme="strength", t03="seeking")
    town_with(name="Hohenwispel", taking_part=False, lat=None, lon=None)
    page = peers.find(mine.id, filters)
    assert sorted(names(page)) == expected
    assert (page.total, page.listed, page.taking_part) == (len(expected), 3, 2)


def test_without_a_place_of_its_own_a_town_cannot_filter_by_distance_and_is_told_so(mine: Town) -> None:
    mine.lat = None
    town_with()
    page = peers.find(mine.id, PeerFilters(distance=1))
    assert (page.total, page.located) == (1, False)


def test_a_town_that_has_said_nothing_is_told_so(app: Flask) -> None:
    silent, speaking = town_with(), says(town_with(), waerme="strength")
    assert not peers.find(silent.id, ALL).declared
    assert peers.find(speaking.id, ALL).declared


def test_pages_follow_one_another_without_gaps_and_end(mine: Town) -> None:
    for _ in range(peers.PAGE_SIZE + 3):
        town_with()
    pages = [peers.find(mine.id, ALL, number) for number in (1, 2, 3)]
    assert [len(page.rows) for page in pages] == [peers.PAGE_SIZE, 3, 0]
    assert len({row.town.town_id for page in pages for row in page.rows}) == peers.PAGE_SIZE + 3


def test_the_number_of_queries_is_the_same_for_ten_towns_and_for_thousands(mine: Town) -> None:
    mine_id = mine.id

    def queries() -> int:
        peers.find(mine_id, ALL)
        db.session.commit()
        with counted_queries() as statements:
            peers.find(mine_id, ALL)
        return len(statements)

    _many_towns(mine_id, 10)
    few = queries()
    _many_towns(mine_id, 3_000)
    assert queries() == few <= 6


def _many_towns(last_id: int, count: int) -> None:
    """Rows without objects; a page reads them all anew because their number changed."""
    first = last_id + 1 + db.session.scalars(select(func.count()).select_from(Town)).one()
    ids = range(first, first + count)
    common = {
        "name_official": "Oberdallen",
        "name": "Oberdallen",
        "slug": "oberdallen",
        "sort_key": "oberdallen",
    }
    places = {"search_fold": "oberdallen", "land": "06", "kreis": "06999", "register_source": "Erfunden"}
    db.session.execute(
        insert(Town), [{"id": n, "ags": f"98{n:06d}", **common, **places, "revision": 0} for n in ids]
    )
    db.session.execute(
        insert(TownFigure),
        [
            {
                "town_id": n,
                "population_on": clock.today(),
                "population": 5_000 + n % 14_000,
                "area_km2": 10.0 + n % 90,
                "source": "Erfunden",
                "quality": "official",
            }
            for n in ids
        ],
    )
    installation.touch_town(last_id)
    db.session.commit()
