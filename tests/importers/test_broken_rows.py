"""A broken row is named with line and reason, and the rows around it are read all the same."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kleinstadt_net.importers import RegisterFile, RowProblem, UnreadableFile, read_register
from tests.importers import samples
from tests.importers.samples import ELLERNRODE, LAUENFURT, Place, changed, saved

POPULATION = date(2022, 12, 31)
STATUS = date(2023, 11, 30)

BROKEN_CELLS = [
    ({"kreis": "1609x"}, "the Kreis key is '9x' instead of 2 digits"),
    ({"kreis": "99097"}, "the Land key 99 belongs to no Land"),
    ({"gemeinde": ""}, "the Gemeinde key is '' instead of 3 digits"),
    ({"gemeinde": "1001"}, "the Gemeinde key is '1001' instead of 3 digits"),
    ({"gemeinde": "०१२"}, "the Gemeinde key is '०१२' instead of 3 digits"),
    ({"verband": "50A2"}, "the Gemeindeverband key is '50A2' instead of 4 digits"),
    ({"kind": "Stadt"}, "the Textkennzeichen is 'Stadt' instead of 2 digits"),
    ({"name": ""}, "the name is missing"),
    ({"name": "???"}, "the name is '???'"),
    ({"name": ", Stadt"}, "the name is missing"),
    (
        {"name": "Ellern" * 30},
        "the name 'EllernEllernEllernEllernEllernEllernE…' is longer than 150 characters",
    ),
    ({"name": "Ellern\u202erode"}, "holds control or wrongly converted characters"),
    ({"name": "MÃ¼hlrode"}, "holds control or wrongly converted characters"),
    ({"name": "M\ufffdhlrode"}, "holds control or wrongly converted characters"),
    ({"area": "viel"}, "the area 'viel' is no number"),
    ({"area": 0}, "the area is zero"),
    ({"area": -1.5}, "the area is negative: -1.5"),
    ({"area": None}, "the area is missing"),
    ({"population": -5}, "the population is negative: -5"),
    ({"population": "−5"}, "the population is negative: -5"),
    ({"population": "1,5"}, "the population '1,5' is no number"),
    ({"population": "11.22"}, "the population '11.22' is no number"),
    ({"population": None}, "the population is missing"),
    ({"population": "#REF!"}, "the population '#REF!' is no number"),
    ({"population": 10**15}, "the population is impossibly large: 1e+15"),
    ({"population": True}, "the population is a bool, not a text"),
    ({"population": date(2024, 1, 1)}, "the population is a datetime, not a text"),
    ({"postcode": "079999"}, "the postcode is '079999' instead of 5 digits"),
    ({"lon": "50,570341", "lat": "11,429935"}, "longitude 50.5703, latitude 11.4299 is not in Germany"),
    ({"lat": ""}, "the latitude is missing"),
    ({"lon": "elf"}, "the longitude 'elf' is no number"),
    ({"lon": "nan"}, "the longitude 'nan' is no number"),
    ({"urbanisation": "04"}, "the degree of urbanisation is 4, not 1, 2 or 3"),
]


def read_book(folder: Path, *places: Place) -> RegisterFile:
    return read_register(samples.workbook(folder / "book", samples.rows(places)))


def read_text(folder: Path, content: str | bytes) -> RegisterFile:
    return read_register(saved(folder, content), population_date=POPULATION)


def read_csv(folder: Path, content: str | bytes) -> RegisterFile:
    return read_register(saved(folder, content), status_date=STATUS, population_date=POPULATION)


def keys(register: RegisterFile) -> list[str]:
    return [record.ags for record in register.municipalities]


@pytest.mark.parametrize(("fields", "reason"), BROKEN_CELLS)
def test_a_broken_cell_costs_its_row_only(tmp_path: Path, fields: dict[str, Any], reason: str) -> None:
    register = read_book(tmp_path, changed(**fields), LAUENFURT)
    assert keys(register) == [LAUENFURT.kreis + LAUENFURT.gemeinde]
    (problem,) = register.problems
    # Six rows of header, then a Land, a Kreis and an administration.
    assert problem.line == 10
    assert reason in problem.reason


def test_the_key_of_a_broken_row_is_known_when_the_key_itself_is_sound(tmp_path: Path) -> None:
    register = read_book(tmp_path, changed(population=-5), changed(gemeinde="x"), LAUENFURT)
    assert [problem.ags for problem in register.problems] == ["16097001", None]


def test_a_key_counts_once_and_its_second_row_names_the_first(tmp_path: Path) -> None:
    register = read_book(tmp_path, ELLERNRODE, changed(population=1), LAUENFURT)
    assert [record.population for record in register.municipalities] == [11229, 7422]
    assert register.problems == (RowProblem(11, "duplicate AGS 16097001, already in line 10", "16097001"),)


def test_a_control_character_is_made_visible_in_the_reason(tmp_path: Path) -> None:
    content = samples.csv_text(samples.rows([changed(name="Ellern\x1brode"), LAUENFURT]))
    register = read_csv(tmp_path, content)
    assert keys(register) == ["16097002"]
    assert r"'Ellern\x1brode'" in register.problems[0].reason


class TestSavedAsCsv:
    def test_a_row_cut_off_or_shifted_is_named_with_its_line(self, tmp_path: Path) -> None:
        lines = samples.csv_text().splitlines()
        lines[4] = lines[4][:60]
        lines[5] = lines[5].replace("Stadt", "Stadt;Hansestadt;")
        register = read_csv(tmp_path, "\n".join(lines))
        assert keys(register) == ["16097003"]
        assert [(problem.line, problem.reason) for problem in register.problems] == [
            (5, "the row has 12 columns instead of 20"),
            (6, "the row has more than 20 columns"),
        ]

    def test_a_stray_quotation_mark_swallows_no_other_row(self, tmp_path: Path) -> None:
        register = read_csv(
            tmp_path, samples.csv_text().replace("Ellernrode, Stadt;  44", '"Ellernrode;  44')
        )
        assert keys(register) == ["16097002", "16097003"]
        assert [problem.line for problem in register.problems] == [5]

    def test_a_cell_without_end_is_a_problem_of_its_row(self, tmp_path: Path) -> None:
        register = read_csv(tmp_path, samples.csv_text().replace("Ellernrode, Stadt;  44", "E" * 200_000))
        assert keys(register) == ["16097002", "16097003"]
        assert [problem.line for problem in register.problems] == [5]

    def test_a_row_of_unknown_type_between_rows_is_a_problem(self, tmp_path: Path) -> None:
        register = read_csv(tmp_path, samples.csv_text().replace("60;63;16;0;97;5002", "6O;63;16;0;97;5002"))
        assert keys(register) == ["16097001", "16097003"]
        assert register.problems == (RowProblem(6, "'6O' is no type of row (Satzart)"),)

    def test_one_damaged_letter_does_not_turn_the_file_into_another_encoding(self, tmp_path: Path) -> None:
        places = [
            changed(name="Mühlrode"),
            changed(gemeinde="002", name="Bärental"),
            changed(gemeinde="003", name="Öde"),
        ]
        content = samples.csv_text(samples.rows(places)).encode().replace("ä".encode(), b"\xe4")
        register = read_csv(tmp_path, content)
        assert [record.name for record in register.municipalities] == ["Mühlrode", "Öde"]
        assert [problem.line for problem in register.problems] == [6]


class TestFixedWidth:
    def test_every_sort_of_broken_line_is_named(self, tmp_path: Path) -> None:
        good = samples.gv_line(LAUENFURT)
        broken = {
            "the line has 100 characters instead of 220": good[:100],
            "'70' is no type of row (Satzart)": "70" + good[2:],
            "the territorial status '20231345' is no date": good[:2] + "20231345" + good[10:],
            "the territorial status 2022-11-30 is not that of the file, 2023-11-30": samples.gv_line(
                LAUENFURT, status="20221130"
            ),
            "holds control or wrongly converted characters": good[:30] + "\x07" + good[31:],
            "the population '0000000abcd' is no number": good[:139] + "0000000abcd" + good[150:],
            "the population is negative: -5": good[:139] + "-0000000005" + good[150:],
            "the Land key 17 belongs to no Land": good[:10] + "17" + good[12:],
        }
        lines = [*samples.gv_lines([ELLERNRODE]), *broken.values(), "", good]
        register = read_text(tmp_path, "\n".join(lines))
        assert keys(register) == ["16097001", "16097002"]
        assert [problem.line for problem in register.problems] == list(range(5, 5 + len(broken)))
        for problem, reason in zip(register.problems, broken, strict=True):
            assert reason in problem.reason

    def test_a_broken_kreis_is_named_and_its_towns_are_kept(self, tmp_path: Path) -> None:
        lines = samples.gv_lines()
        lines[1] = lines[1][:22] + " " * 50 + lines[1][72:]
        register = read_text(tmp_path, "\n".join(lines))
        assert register.problems == (RowProblem(2, "the name is missing"),)
        assert (dict(register.kreise), len(register.municipalities)) == ({}, 3)

    def test_one_damaged_letter_costs_one_line(self, tmp_path: Path) -> None:
        places = [
            changed(name="Mühlrode"),
            changed(gemeinde="002", name="Bärental"),
            changed(gemeinde="003", name="Öde"),
        ]
        content = "\n".join(samples.gv_lines(places)).encode().replace("ä".encode(), b"\xe4")
        register = read_text(tmp_path, content)
        assert [record.name for record in register.municipalities] == ["Mühlrode", "Öde"]
        assert [problem.line for problem in register.problems] == [5]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 3000), junk=st.binary(min_size=1, max_size=6), fixed_width=st.booleans())
def test_bytes_overwritten_anywhere_never_escape_as_another_error(
    tmp_path: Path, at: int, junk: bytes, fixed_width: bool
) -> None:
    whole = ("\n".join(samples.gv_lines()) if fixed_width else samples.csv_text()).encode()
    at %= len(whole)
    damaged = saved(tmp_path, whole[:at] + junk + whole[at + len(junk) :])
    try:
        register = read_register(damaged, status_date=STATUS, population_date=POPULATION)
    except UnreadableFile:
        return
    assert len(register.municipalities) + len(register.problems) >= 1
    assert all(record.population >= 0 and len(record.ags) == 8 for record in register.municipalities)
