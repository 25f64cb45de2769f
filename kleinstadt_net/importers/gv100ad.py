"""GV100AD: the register in lines of fixed width, as the Statistisches Bundesamt describes it.

Every line has 220 characters (not bytes: some names need letters outside Latin-1) and begins with
the Satzart and the territorial status. Areas are hectares. There are no coordinates, and the date of
the population is not in the file.
"""

import re
from datetime import date

from kleinstadt_net.importers import cells
from kleinstadt_net.importers.cells import BrokenRow
from kleinstadt_net.importers.collecting import ROW_TYPES, Collected, RawRow
from kleinstadt_net.importers.records import UnreadableFile

LINE_LENGTH = 220
HECTARE_KM2 = 0.01
_DATA_LINE = re.compile(r"[1-6]0(?:19|20)[0-9]{6}[0-9]{2}")


def data_lines(lines: list[str]) -> int:
    """How many lines begin like one of this format."""
    return sum(1 for line in lines if _DATA_LINE.match(line))


def read(lines: list[str]) -> Collected:
    """Read the lines of such a file (without line ends)."""
    if not any(len(line) == LINE_LENGTH for line in lines):
        raise UnreadableFile(
            f"The file looks like GV100AD, but none of its lines has {LINE_LENGTH} characters. "
            "Please use the file exactly as published (not copied through a word processor)."
        )
    collected = Collected()
    for number, line in enumerate(lines, 1):
        if line.strip():
            _take(collected, number, line)
    return collected


def _take(collected: Collected, number: int, line: str) -> None:
    try:
        cells.text(line, "line")
        if len(line) != LINE_LENGTH:
            raise BrokenRow(f"the line has {len(line)} characters instead of {LINE_LENGTH}")
        if line[:2] not in ROW_TYPES:
            raise BrokenRow(f"{cells.shown(line[:2])} is no type of row (Satzart)")
        _check_status(collected, line[2:10])
    except BrokenRow as broken:
        collected.fail(number, str(broken))
    else:
        collected.add(number, line[:2], _raw(line))


def _check_status(collected: Collected, stated: str) -> None:
    try:
        status = date.fromisoformat(stated) if stated.isascii() and stated.isdigit() else None
    except ValueError:
        status = None
    if status is None:
        raise BrokenRow(f"the territorial status {cells.shown(stated)} is no date")
    collected.status_on = collected.status_on or status
    if status != collected.status_on:
        raise BrokenRow(f"the territorial status {status} is not that of the file, {collected.status_on}")


def _raw(line: str) -> RawRow:
    return RawRow(
        land=line[10:12],
        region=line[12:13],
        kreis=line[13:15],
        gemeinde=line[15:18],
        verband=line[18:22],
        name=line[22:72],
        kind=line[122:124],
        area=line[128:139],
        area_unit_km2=HECTARE_KM2,
        population=line[139:150],
        postcode=line[165:170],
    )
