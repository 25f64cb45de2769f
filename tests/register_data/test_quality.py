"""How good the bundled estimates are, held against the official extract of 31 December 2024."""

from pathlib import Path

import pytest
from openpyxl import load_workbook

from kleinstadt_net.register_data import bundled_towns

EXTRACT = Path(__file__).resolve().parents[3] / "shared" / "data" / "destatis" / "AuszugGV4Q_31122024.xlsx"
LOW, HIGH = 5_000, 20_000


@pytest.fixture(scope="module")
def official() -> dict[str, int]:
    """Population of every municipality by AGS (unincorporated areas, Textkennzeichen 65 and 66, left out)."""
    if not EXTRACT.exists():
        pytest.skip(f"the official extract is not here: {EXTRACT.name}")
    book = load_workbook(EXTRACT, read_only=True)
    sheet = next(sheet for sheet in book.worksheets if sheet.title.startswith("Onlineprodukt_Gemeinden"))
    rows = sheet.iter_rows(values_only=True, max_col=10)
    municipalities = (row for row in rows if str(row[0]) == "60" and str(row[1]) not in ("65", "66"))
    found = {"".join(map(str, (*row[2:5], row[6]))): int(str(row[9])) for row in municipalities}
    book.close()
    return found


@pytest.fixture(scope="module")
def band(official: dict[str, int]) -> set[str]:
    return {ags for ags, population in official.items() if LOW <= population < HIGH}


def test_the_extract_is_the_one_the_bounds_were_set_for(official: dict[str, int], band: set[str]) -> None:
    assert (len(official), len(band)) == (10_752, 2_282)


def test_of_the_estimates_in_the_band_93_percent_really_are_in_it(band: set[str]) -> None:
    inside = {town.ags for town in bundled_towns() if LOW <= town.population_estimate < HIGH}
    assert len(inside & band) / len(inside) >= 0.93


def test_of_all_candidates_85_percent_are_in_the_band(band: set[str]) -> None:
    candidates = {town.ags for town in bundled_towns()}
    assert len(candidates & band) / len(candidates) >= 0.85


def test_the_candidates_hold_83_percent_of_the_band(band: set[str]) -> None:
    candidates = {town.ags for town in bundled_towns()}
    assert len(candidates & band) / len(band) >= 0.83


def test_of_the_keys_98_5_percent_still_exist(official: dict[str, int]) -> None:
    candidates = {town.ags for town in bundled_towns()}
    assert len(candidates & official.keys()) / len(candidates) >= 0.985
