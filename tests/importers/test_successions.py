"""Gebietsänderungen, from an invented workbook."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from kleinstadt_net.importers import Succession, UnreadableFile, read_successions

OLD = ("160970001001", "16097001", "Ellernrode, Stadt")
NEW = ("160975002002", "16097002", "Lauenfurt, Stadt")


def change(
    kind: Any = "1", old: tuple[str, ...] = OLD, new: tuple[str, ...] = NEW, **cells: Any
) -> list[Any]:
    """One row of the workbook; ``cells`` replaces single columns, named c6, c7 …"""
    row = ["16/2024/0001-R", "Gemeinde", *old, kind, "1332632", "83", *new, "01.01.2024", "01.02.2024"]
    for column, value in cells.items():
        row[int(column[1:])] = value
    return row


def book(folder: Path, *rows: list[Any], sheet: str = "Gebietsaenderungen") -> Path:
    made = Workbook()
    table = made.active
    assert table is not None
    table.title = sheet
    header: list[list[Any]] = [
        ["Gebietsänderungen vom 01.01. - 31.12.2024"],
        ["Kennziffer", "Regionaleinheit"],
        [None],
        [None],
    ]
    footnotes: list[list[Any]] = [[None], ["1) Änderungsart:"], ["    1 = Auflösung"]]
    for row in [*header, *rows, *footnotes]:
        table.append(row)
    made.save(folder / "changes.xlsx")
    return folder / "changes.xlsx"


def test_a_dissolution_has_every_field(tmp_path: Path) -> None:
    found = read_successions(book(tmp_path, change()))
    assert found.problems == ()
    assert found.successions == (
        Succession(
            kind=1,
            ags_old="16097001",
            name_old="Ellernrode, Stadt",
            ags_new="16097002",
            name_new="Lauenfurt, Stadt",
            legal_on=date(2024, 1, 1),
            statistical_on=date(2024, 2, 1),
            inhabitants=83,
            area_m2=1332632,
        ),
    )


def test_numbers_and_dates_may_be_text_or_not(tmp_path: Path) -> None:
    row = change(4, c6=None, c7=5182, c11=datetime(2024, 1, 1), c12=None)  # noqa: DTZ001 (a cell has no zone)
    (succession,) = read_successions(book(tmp_path, row)).successions
    assert (succession.kind, succession.area_m2, succession.inhabitants) == (4, None, 5182)
    assert (succession.legal_on, succession.statistical_on) == (date(2024, 1, 1), None)


def test_a_zero_lost_from_a_key_is_put_back(tmp_path: Path) -> None:
    (succession,) = read_successions(book(tmp_path, change(c3=9672457))).successions
    assert succession.ags_old == "09672457"


def test_a_partial_transfer_keeps_the_row_of_the_unit_itself(tmp_path: Path) -> None:
    found = read_successions(book(tmp_path, change("2"), change("2", OLD, OLD)))
    assert [(s.ags_old, s.ags_new) for s in found.successions] == [
        ("16097001", "16097002"),
        ("16097001", "16097001"),
    ]


def test_associations_of_municipalities_are_passed_over(tmp_path: Path) -> None:
    found = read_successions(book(tmp_path, change(c1="Gemeindeverband", c3=None), change()))
    assert (len(found.successions), found.problems) == (1, ())


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (change("5"), "the Änderungsart is 5, not 1 to 4"),
        (change("eins"), "the Änderungsart is 'eins' instead of 1 digits"),
        (change(c3="1609700x"), "the old AGS is '1609700x' instead of 8 digits"),
        (change(c9="99097002"), "the new AGS 99097002 belongs to no Land"),
        (change(c9=None), "the new AGS is '' instead of 8 digits"),
        (change(c10=None), "the new name is missing"),
        (change(c11="31.02.2024"), "the legal date '31.02.2024' is no date"),
        (change(c11=None), "the legal date is missing"),
        (change(c7="-3"), "the number of inhabitants is negative: -3"),
        (change("1", OLD, OLD), "16097001 is dissolved into itself"),
    ],
)
def test_a_broken_row_is_named_and_costs_no_other(tmp_path: Path, broken: list[Any], reason: str) -> None:
    found = read_successions(book(tmp_path, broken, change()))
    assert len(found.successions) == 1
    assert [(problem.line, problem.reason) for problem in found.problems] == [(5, reason)]


def test_a_workbook_without_a_valid_change_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="First problem: line 5: the Änderungsart is 5"):
        read_successions(book(tmp_path, change("5")))
    with pytest.raises(UnreadableFile, match="no valid change of a municipality"):
        read_successions(book(tmp_path))


def test_the_sheet_may_be_spelt_with_its_umlaut(tmp_path: Path) -> None:
    found = read_successions(book(tmp_path, change(), sheet="Gebietsänderungen 2024"))
    assert len(found.successions) == 1
