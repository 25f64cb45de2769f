"""The directory's hits on a map."""

import pytest
from flask import Flask

from kleinstadt_net.services import directory_map, installation
from kleinstadt_net.services.directory_filters import VISITOR, DirectoryFilters, Reader
from kleinstadt_net.services.directory_map import COUNTRY, Box
from tests.factories import StanceFactory, TownFactory, TownFigureFactory
from tests.support.statements import counted_queries


def placed(lat: float | None, lon: float | None, **given: object) -> int:
    town = TownFactory(lat=lat, lon=lon, **given)
    TownFigureFactory(town=town)
    return int(town.id)


@pytest.fixture
def twelve(app: Flask) -> None:
    """Ten towns close together, one far away, one whose place nobody knows."""
    for number in range(10):
        placed(50.0 + number / 1000, 9.0, taking_part=number < 3)
    placed(53.5, 10.0, name="Nordwispel")
    placed(None, None)
    installation.touch_towns([])


def test_every_town_stands_where_it_lies(twelve: None) -> None:
    view = directory_map.view(DirectoryFilters(), VISITOR)
    assert (view.hits, view.total, view.unplaced, len(view.points), view.groups) == (12, 11, 1, 11, ())
    north = next(point for point in view.points if point.name == "Nordwispel")
    assert (round(north.lat, 6), round(north.lon, 6)) == (53.5, 10.0)
    assert sum(point.taking_part for point in view.points) == 3


def test_a_part_of_the_map_shows_its_towns_alone(twelve: None) -> None:
    view = directory_map.view(DirectoryFilters(), VISITOR, Box(9.5, 53.0, 10.5, 54.0))
    assert [point.name for point in view.points] == ["Nordwispel"] and view.hits == 12


def test_too_many_to_tell_apart_are_gathered_and_nobody_is_lost(
    twelve: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory_map, "MAX_POINTS", 5)
    directory_map.view(DirectoryFilters(), VISITOR)
    with counted_queries() as queries:
        view = directory_map.view(DirectoryFilters(), VISITOR)
    assert [point.name for point in view.points] == ["Nordwispel"] and len(queries) <= 3
    (group,) = view.groups
    assert (group.count, group.taking_part) == (10, 3) and view.total == 11
    # Enlarged it shows all of them, and a part of the map that is one.
    closer = directory_map.view(DirectoryFilters(), VISITOR, group.box)
    assert closer.total == 10 and group.box.clipped() is not None


def test_filters_hold_on_the_map_and_a_need_moves_nothing_for_visitors(twelve: None) -> None:
    seeker = placed(51.0, 11.0, taking_part=True)
    asked = DirectoryFilters(topic="innenstadt")
    before = directory_map.view(asked, VISITOR)
    StanceFactory(town_id=seeker, subject="innenstadt", state="seeking")
    installation.touch_towns([seeker])
    assert directory_map.view(asked, VISITOR) == before
    assert directory_map.view(asked, Reader(None, verified=True)).total == 1
    seeking = directory_map.view(DirectoryFilters(state="seeking"), VISITOR)
    assert seeking.left_aside == ("state",)


@pytest.mark.parametrize(
    ("box", "clipped"),
    [
        (Box(8.0, 49.0, 9.0, 50.0), Box(8.0, 49.0, 9.0, 50.0)),
        (Box(-180.0, -90.0, 180.0, 90.0), COUNTRY),
        (Box(30.0, 10.0, 40.0, 20.0), None),
        (Box(9.0, 50.0, 8.0, 49.0), None),
        (Box(float("nan"), 49.0, 9.0, 50.0), None),
    ],
)
def test_what_lies_outside_the_country_is_cut_off(box: Box, clipped: Box | None) -> None:
    assert box.clipped() == clipped
