"""Gebietsänderungen: which municipality followed which, from the yearly or quarterly workbook.

Only rows between municipalities are read; those between associations or Kreise are passed over.
A Teilausgliederung comes as several rows, one of which names the unit itself (what stayed with it).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kleinstadt_net.importers import cells
from kleinstadt_net.importers.cells import BrokenRow
from kleinstadt_net.importers.detect import ZIP_START, file_bytes
from kleinstadt_net.importers.records import RowProblem, Succession, SuccessionFile, UnreadableFile
from kleinstadt_net.importers.workbook import sheet_rows

# Änderungsart
DISSOLUTION = 1
PARTIAL_TRANSFER = 2
KEY_CHANGE = 3
NAME_CHANGE = 4
KINDS = frozenset({DISSOLUTION, PARTIAL_TRANSFER, KEY_CHANGE, NAME_CHANGE})

SHEET = ("Gebietsaenderungen", "Gebietsänderungen")
COLUMNS = 13
MUNICIPALITY = "gemeinde"


def read_successions(path: Path) -> SuccessionFile:
    """Read such a workbook; broken rows become problems, a file that is none raises UnreadableFile."""
    data = file_bytes(path)
    if not data.startswith(ZIP_START):
        raise UnreadableFile("The file is no workbook (.xlsx) of Gebietsänderungen.")
    successions: list[Succession] = []
    problems: list[RowProblem] = []
    for line, row in sheet_rows(data, SHEET, COLUMNS):
        try:
            if cells.text(row[1], "Regionaleinheit").casefold() == MUNICIPALITY:
                successions.append(_succession(row))
        except BrokenRow as broken:
            problems.append(RowProblem(line, str(broken)))
    if not successions:
        first = f" First problem: line {problems[0].line}: {problems[0].reason}." if problems else ""
        raise UnreadableFile(f"The workbook holds no valid change of a municipality.{first}")
    return SuccessionFile(tuple(successions), tuple(problems))


def _succession(row: Sequence[Any]) -> Succession:
    kind = int(cells.digits(row[5], 1, "Änderungsart"))
    if kind not in KINDS:
        raise BrokenRow(f"the Änderungsart is {kind}, not 1 to 4")
    old, new = cells.municipality_key(row[3], "old AGS"), cells.municipality_key(row[9], "new AGS")
    if kind == DISSOLUTION and old == new:
        raise BrokenRow(f"{old} is dissolved into itself")
    return Succession(
        kind=kind,
        ags_old=old,
        name_old=cells.name(row[4], "old name"),
        ags_new=new,
        name_new=cells.name(row[10], "new name"),
        legal_on=cells.day(row[11], "legal date"),
        statistical_on=cells.day(row[12], "statistical date") if row[12] not in (None, "") else None,
        inhabitants=_optional_count(row[7], "number of inhabitants"),
        area_m2=_optional_count(row[6], "area"),
    )


def _optional_count(value: object, what: str) -> int | None:
    return cells.count(value, what) if cells.text(value, what) else None
