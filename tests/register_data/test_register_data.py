"""The bundled files are whole, agree with one another and say where they come from."""

from dataclasses import fields

import pytest

from kleinstadt_net import register_data, territory
from kleinstadt_net.register_data import BundledTown


def test_there_are_about_two_thousand_two_hundred_towns_each_with_its_own_valid_key() -> None:
    keys = [town.ags for town in register_data.bundled_towns()]
    assert 2_100 < len(keys) < 2_300
    assert keys == sorted(set(keys))
    assert all(territory.is_key(key) for key in keys)


def test_every_estimate_lies_in_the_band_in_which_estimates_are_listed() -> None:
    low, high = territory.estimate_range(territory.DEFAULT_SIZE_RANGE)
    assert all(low <= town.population_estimate < high for town in register_data.bundled_towns())


def test_every_town_knows_its_land_and_its_kreis() -> None:
    for town in register_data.bundled_towns():
        assert town.land in territory.LAENDER
        assert register_data.kreise()[town.kreis].name == town.kreis_name
        assert town.ars[:5] + town.ars[9:] == town.ags
        assert town.kind in ("Stadt", "Gemeinde")
        assert town.name
        assert town.name == town.name.strip()


@pytest.mark.parametrize(
    ("ags", "name", "lat", "lon", "area"),
    [
        ("09773144", "Lauingen (Donau)", 48.57, 10.43, 44.4),
        ("12068468", "Wittstock/Dosse", 53.16, 12.49, 420.2),
        ("12069632", "Treuenbrietzen", 52.10, 12.87, 212.4),
        ("05970004", "Bad Berleburg", 51.05, 8.39, 275.5),
    ],
)
def test_known_towns_are_where_they_should_be(
    ags: str, name: str, lat: float, lon: float, area: float
) -> None:
    [town] = [town for town in register_data.bundled_towns() if town.ags == ags]
    assert town.name == name
    assert (town.lat, town.lon) == pytest.approx((lat, lon), abs=0.03)
    assert town.area_km2 == pytest.approx(area, rel=0.02)


def test_the_outline_has_all_sixteen_laender_as_closed_rings() -> None:
    outline = register_data.laender_outline()
    assert set(outline) == set(territory.LAENDER)
    for polygons in outline.values():
        for ring in (ring for polygon in polygons for ring in polygon):
            assert len(ring) >= 4
            assert ring[0] == ring[-1]
            assert all(5.8 < lon < 15.1 and 47.2 < lat < 55.1 for lon, lat in ring)


def test_berlin_fills_the_hole_in_brandenburg() -> None:
    outline = register_data.laender_outline()
    [[berlin]] = outline["11"]
    holes = [set(hole) for polygon in outline["12"] for hole in polygon[1:]]
    assert set(berlin) in holes


def test_the_outline_is_small_enough_to_be_sent_with_a_page() -> None:
    assert (register_data.FOLDER / "laender.json").stat().st_size < 80_000


def test_every_field_of_a_town_and_the_outline_have_exactly_one_source() -> None:
    named = [field for source in register_data.sources().values() for field in source.fields]
    assert sorted(named) == sorted([*(field.name for field in fields(BundledTown)), "outline"])
    for field in named:
        assert field in register_data.source_of(field).fields


def test_figures_carry_the_attribution_their_licences_ask_for() -> None:
    assert "© GeoBasis-DE / BKG" in register_data.source_of("area_km2").attribution
    assert "verändert" in register_data.source_of("outline").attribution
    estimate = register_data.source_of("population_estimate")
    assert "GeoNames, CC BY 4.0" in estimate.attribution
    assert "Schätzwert" in estimate.attribution
    assert estimate.reference_date is None


def test_an_unknown_field_has_no_source() -> None:
    with pytest.raises(KeyError):
        register_data.source_of("mayor")
