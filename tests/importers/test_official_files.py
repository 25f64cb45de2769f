"""The real files, when they lie beside the checkout, against counts verified by hand."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from kleinstadt_net.importers import MunicipalityRecord, RegisterFile, read_register, read_successions
from tests.conftest import OFFICIAL_DATA

FOLDER = OFFICIAL_DATA / "destatis"
EXTRACT = "AuszugGV4Q_31122024.xlsx"
FIXED_WIDTH = "GV100AD_301123.txt"
SIZE = range(5_000, 20_000)

# file: municipalities, in the band, inhabitants, territorial status, population date. The sums leave
# out the two inhabited areas that belong to no municipality.
COUNTS = {
    FIXED_WIDTH: (10_773, 2_279, 84_358_845 - 748 - 4_437, date(2023, 11, 30), date(2022, 12, 31)),
    EXTRACT: (10_752, 2_282, 84_669_326 - 730 - 2_098, date(2024, 12, 31), date(2023, 12, 31)),
    "31122023_Auszug_GV.xlsx": (
        10_773,
        2_280,
        84_669_326 - 730 - 2_098,
        date(2023, 12, 31),
        date(2023, 12, 31),
    ),
    "31122017_Auszug_GV.xlsx": (11_052, 2_230, 82_792_351 - 2_716, date(2017, 12, 31), date(2017, 12, 31)),
}
# ags: ars, population 2022, population 2023, km², postcode, longitude, latitude, name
VECTORS = {
    "09773144": ("097730144144", 11_229, 11_445, 44.39, "89415", 10.429935, 48.570341, "Lauingen (Donau)"),
    "12068468": ("120680468468", 14_104, 13_994, 420.21, "16909", 12.485875, 53.163299, "Wittstock/Dosse"),
    "12069632": ("120690632632", 7_522, 7_422, 212.43, "14929", 12.870622, 52.094645, "Treuenbrietzen"),
    "05970004": ("059700004004", 18_923, 18_833, 275.52, "57319", 8.392854, 51.049858, "Bad Berleburg"),
}
Read = Callable[[str], RegisterFile]


def official(name: str) -> Path:
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"the official file {name} does not lie in ../shared/data/destatis")
    return path


@pytest.fixture(scope="module")
def read() -> Read:
    """Reads a file once for all tests of this module: a workbook takes seconds."""

    @cache
    def once(name: str) -> RegisterFile:
        stated = name != FIXED_WIDTH
        return read_register(official(name), population_date=None if stated else date(2022, 12, 31))

    return once


def town(register: RegisterFile, ags: str) -> MunicipalityRecord:
    return next(record for record in register.municipalities if record.ags == ags)


@pytest.mark.parametrize("name", COUNTS)
def test_an_official_file_is_read_whole_and_without_a_problem(read: Read, name: str) -> None:
    register = read(name)
    populations = [record.population for record in register.municipalities]
    band = sum(1 for population in populations if population in SIZE)
    dates = (register.status_on, register.population_on)
    assert register.problems == ()
    assert (len(populations), band, sum(populations), *dates) == COUNTS[name]
    assert {record.kreis for record in register.municipalities} == set(register.kreise)


@pytest.mark.parametrize("ags", VECTORS)
def test_known_towns_carry_the_figures_of_the_extract(read: Read, ags: str) -> None:
    ars, _, population, area, postcode, lon, lat, name = VECTORS[ags]
    record = town(read(EXTRACT), ags)
    assert (record.ars, record.population, record.area_km2, record.postcode) == (
        ars,
        population,
        area,
        postcode,
    )
    assert (record.lon, record.lat, record.name) == (lon, lat, name)


@pytest.mark.parametrize("ags", VECTORS)
def test_known_towns_carry_the_figures_of_the_fixed_width_file(read: Read, ags: str) -> None:
    ars, population, _, area, postcode, _, _, name = VECTORS[ags]
    record = town(read(FIXED_WIDTH), ags)
    assert (record.ars, record.population, record.postcode) == (ars, population, postcode)
    # The vectors' area is that of a year later; the surveyors correct a few hectares every year.
    assert record.area_km2 == pytest.approx(area, abs=0.03)
    assert (record.lon, record.lat, record.name) == (None, None, name)


def test_kinds_of_the_band_and_letters_outside_latin_are_right(read: Read) -> None:
    band = [record for record in read(EXTRACT).municipalities if record.population in SIZE]
    kinds = Counter(record.kind for record in band)
    assert kinds == {"Gemeinde": 1_134, "Stadt": 1_002, "Markt": 138, "Große Kreisstadt": 8}
    for name in (EXTRACT, FIXED_WIDTH):
        assert town(read(name), "12071076").name == "Forst (Lausitz)/Baršć (Łužyca)"


def test_every_place_has_a_point_in_germany_a_region_and_a_degree(read: Read) -> None:
    for record in read(EXTRACT).municipalities:
        assert record.lat is not None and record.lon is not None and record.lon < 16 < record.lat
        assert record.tourism_region and record.urbanisation in (1, 2, 3) and record.postcode


def test_the_official_successions_are_read_whole() -> None:
    found = read_successions(official("Gebietsaenderungen_2024.xlsx"))
    assert found.problems == ()
    assert Counter(succession.kind for succession in found.successions) == {1: 26, 2: 26, 3: 5, 4: 10}
    merged = {s.ags_old for s in found.successions if s.ags_new == "16061119"}
    assert len(merged) == 11 and "16061097" in merged


def test_the_extract_saved_again_as_csv_says_the_same(read: Read, tmp_path: Path) -> None:
    original = read(EXTRACT)
    lines = [_as_displayed(record, original) for record in original.municipalities]
    path = tmp_path / "saved.csv"
    path.write_bytes(b"\xef\xbb\xbf" + "".join(lines).encode())
    again = read_register(path, status_date=original.status_on, population_date=original.population_on)
    assert again.problems == ()
    assert again.municipalities == original.municipalities


def _as_displayed(record: MunicipalityRecord, register: RegisterFile) -> str:
    ars = record.ars
    figures = [f"  {record.area_km2:.2f}".replace(".", ","), f" {record.population:,}".replace(",", " ")]
    point = [str(record.lon).replace(".", ","), str(record.lat).replace(".", ",")]
    # Keys as a spreadsheet program shows them once it took them for numbers.
    keys = [part.lstrip("0") or "0" for part in (ars[:2], ars[2], ars[3:5], ars[5:9], ars[9:])]
    last = [
        (record.postcode or "").lstrip("0"),
        *point,
        "",
        record.tourism_region or "",
        str(record.urbanisation),
        "",
    ]
    return (
        ";".join(["60", record.kind_key, *keys, record.name_official, *figures, "1", "1", "1", *last]) + "\n"
    )
