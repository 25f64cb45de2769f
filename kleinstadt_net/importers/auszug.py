"""The 20 columns of the AuszugGV, as a workbook has them and as its CSV has them.

Columns (from 0): Satzart, Textkennzeichen, Land, Regierungsbezirk, Kreis, Verband, Gemeinde, name,
area in km², population, male, female, per km², postcode, longitude, latitude, key and name of the
tourism region, key and name of the degree of urbanisation. The header's text changes from year to
year, so a row counts by its first cell alone.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from kleinstadt_net.importers import cells
from kleinstadt_net.importers.cells import BrokenRow
from kleinstadt_net.importers.collecting import ROW_TYPES, Collected, RawRow

COLUMNS = 20
AREA_COLUMN = 8
POPULATION_COLUMN = 9

Row = Sequence[object]
_STATUS = re.compile(r"Gebietsstand\s+(?:am|vom|:)?\s*([0-9][0-9. ]*[0-9])", re.IGNORECASE)


def collect(rows: Iterable[tuple[int, Row]]) -> Collected:
    """Read numbered rows: header, data, footnotes.

    A row of no known type between two data rows is a broken one; above and below the data it is
    header or footnote.
    """
    collected, header, doubtful = Collected(), [], list[tuple[int, str]]()
    seen_data = False
    for line, row in rows:
        row_type = _row_type(row)
        if row_type in ROW_TYPES:
            seen_data = True
            for unknown_line, unknown in doubtful:
                collected.fail(unknown_line, f"{cells.shown(unknown)} is no type of row (Satzart)")
            doubtful.clear()
            _take(collected, line, row_type, row)
        elif not seen_data:
            header.append(row)
        elif any(map(_is_filled, row)):
            doubtful.append((line, row_type))
    collected.status_on, collected.population_on = stated_dates(header)
    return collected


def stated_dates(header: Iterable[Row]) -> tuple[date | None, date | None]:
    """Territorial status and population date named above the data, each None where it is not."""
    rows = [[str(cell).strip() if isinstance(cell, str) else "" for cell in row] for row in header]
    status = (cells.day_within(match[1]) for row in rows for cell in row if (match := _STATUS.search(cell)))
    return next((found for found in status if found), None), _population_date(rows)


def _population_date(rows: list[list[str]]) -> date | None:
    # One layout merges the date across area and population: it then stands in the area's column.
    for column in (POPULATION_COLUMN, AREA_COLUMN):
        for row in rows:
            cell = row[column] if len(row) > column else ""
            if not cell.startswith("Fläche") and (found := cells.day_within(cell)):
                return found
    return None


def _is_filled(cell: object) -> bool:
    return cell is not None and str(cell).strip() != ""


def _row_type(row: Row) -> str:
    if not row:
        return ""
    try:
        return cells.compact(row[0], "Satzart")
    except BrokenRow:
        return str(row[0])


def _take(collected: Collected, line: int, row_type: str, row: Row) -> None:
    if len(row) < COLUMNS:
        collected.fail(line, f"the row has {len(row)} columns instead of {COLUMNS}")
    elif any(map(_is_filled, row[COLUMNS:])):
        collected.fail(line, f"the row has more than {COLUMNS} columns")
    else:
        collected.add(line, row_type, _raw(row))


def _raw(row: Row) -> RawRow:
    return RawRow(
        kind=row[1],
        land=row[2],
        region=row[3],
        kreis=row[4],
        verband=row[5],
        gemeinde=row[6],
        name=row[7],
        area=row[AREA_COLUMN],
        population=row[POPULATION_COLUMN],
        postcode=row[13],
        lon=row[14],
        lat=row[15],
        tourism_region=row[17],
        urbanisation=row[18],
    )
