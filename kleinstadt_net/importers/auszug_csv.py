"""The AuszugGV workbook saved again as CSV: same 20 columns, numbers as they were displayed."""

import csv
import re
from collections.abc import Iterator

from kleinstadt_net.importers.auszug import Row, collect
from kleinstadt_net.importers.collecting import Collected

SEPARATORS = (";", "\t", ",")


def data_lines(lines: list[str], separator: str) -> int:
    """How many lines begin like a row of the register with this separator."""
    pattern = _data_pattern(separator)
    return sum(1 for line in lines if pattern.match(line))


def read(lines: list[str]) -> Collected:
    """Read the lines of such a file (without line ends); dates only if its header was kept."""
    separator = max(SEPARATORS, key=lambda one: data_lines(lines, one))
    return collect(_rows(lines, separator))


def _rows(lines: list[str], separator: str) -> Iterator[tuple[int, Row]]:
    pattern = _data_pattern(separator)
    first = next((index for index, line in enumerate(lines) if pattern.match(line)), len(lines))
    # Cells of the header hold line breaks, so only there may a row run over several lines.
    for row in _parsed(lines[:first], separator):
        yield 0, row
    # Line by line, for one stray quotation mark would else swallow all rows that follow it.
    for number, line in enumerate(lines[first:], first + 1):
        if line.strip():
            yield number, next(iter(_parsed([line], separator)), [line])


def _parsed(lines: list[str], separator: str) -> list[list[str]]:
    try:
        return list(csv.reader([line + "\n" for line in lines], delimiter=separator))
    except csv.Error:
        # A cell beyond the parser's limit: too few columns is what the reader of the problem sees.
        return [[line[:40]] for line in lines]


def _data_pattern(separator: str) -> re.Pattern[str]:
    return re.compile(rf'\s*"?\s*[1-6]0\s*"?\s*{re.escape(separator)}')
