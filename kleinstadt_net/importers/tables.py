"""Small tables an operator keeps in a spreadsheet, saved as CSV: named columns, one thing a row."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kleinstadt_net.importers import cells
from kleinstadt_net.importers.detect import KNOWN_STRANGERS, ZIP_START, decoded, file_bytes, text_lines
from kleinstadt_net.importers.records import RowProblem, UnreadableFile

SEPARATORS = (";", ",", "\t")


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row as clean texts by column; columns the file does not have are "". ``line`` counts from 1."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that can be read, and the others with the reason."""

    rows: tuple[TableRow, ...]
    problems: tuple[RowProblem, ...]


def read_table(path: Path, required: Sequence[str], optional: Sequence[str] = ()) -> Table:
    """Read a CSV file (UTF-8 or Windows-1252; semicolon, comma or tab) whose first line names the columns.

    Raises UnreadableFile when it is no such file, or lacks a required column.
    """
    lines = _lines(path)
    first = next((index for index, line in enumerate(lines) if line.strip()), None)
    if first is None:
        raise UnreadableFile("The file is empty.")
    separator, names = _header(lines[first], required)
    places = {name: names.index(name) for name in (*required, *optional) if name in names}
    rows, problems = [], []
    # Line by line, for one stray quotation mark would else swallow all rows that follow it.
    for number, line in enumerate(lines[first + 1 :], first + 2):
        if not line.strip():
            continue
        try:
            rows.append(TableRow(number, _row(line, separator, len(names), places, optional)))
        except cells.BrokenRow as broken:
            problems.append(RowProblem(number, str(broken)))
    return Table(tuple(rows), tuple(problems))


def _lines(path: Path) -> list[str]:
    data = file_bytes(path)
    if data.startswith(ZIP_START):
        raise UnreadableFile("The file is a workbook or a packed file; please save it as CSV.")
    for start, what in KNOWN_STRANGERS.items():
        if data.startswith(start):
            raise UnreadableFile(f"The file is {what}.")
    return text_lines(decoded(data))


def _header(line: str, required: Sequence[str]) -> tuple[str, list[str]]:
    for separator in SEPARATORS:
        names = [name.strip().lower() for name in _parsed(line, separator)]
        if set(required) <= set(names):
            return separator, names
    raise UnreadableFile(f"The first line of the file must name the columns {', '.join(required)}.")


def _row(
    line: str, separator: str, width: int, places: dict[str, int], optional: Sequence[str]
) -> dict[str, str]:
    found = _parsed(line, separator)
    if len(found) > width and any(cell.strip() for cell in found[width:]):
        raise cells.BrokenRow(f"the row has {len(found)} columns instead of {width}")
    row = dict.fromkeys(optional, "")
    for name, place in places.items():
        row[name] = cells.text(found[place], name) if place < len(found) else ""
    return row


def _parsed(line: str, separator: str) -> list[str]:
    try:
        return next(iter(csv.reader([line + "\n"], delimiter=separator)), [])
    except csv.Error:
        # A cell beyond the parser's limit; what is missing then says so.
        return []
