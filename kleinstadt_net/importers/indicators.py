"""A CSV of statistics by key, and the mapping that says what its columns mean.

The mapping is a small TOML file beside it: ``key`` (the column that holds the key), ``level`` ("town": AGS of 8
digits, "verband": the first 9 of the ARS), ``source``, ``licence`` and one ``[[indicator]]`` for every column to
take: ``column``, ``key`` (a stable name), ``name``, ``unit``, ``least`` and ``most`` (bounds of what can be true) and
``audience`` ("own", unless "everybody" may see the values of every town).
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kleinstadt_net.importers import cells
from kleinstadt_net.importers.cells import BrokenRow
from kleinstadt_net.importers.records import RowProblem, UnreadableFile
from kleinstadt_net.importers.tables import read_table

TOWN, VERBAND = LEVELS = ("town", "verband")
EVERYBODY, OWN = AUDIENCES = ("everybody", "own")
KEY_DIGITS = {TOWN: 8, VERBAND: 9}
KEY = re.compile(r"[a-z][a-z0-9_]{1,39}")
# What statistical offices write where they have no number, or may not tell it.
NOTHING = frozenset({"", "-", "–", ".", "..", "...", "x", "X", "/", "NA", "nan", "NaN"})
NUMBER = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")
# More broken rows than this, and the file is another one than its mapping says.
MOST_BROKEN = 0.05


@dataclass(frozen=True, slots=True)
class Meaning:
    """One column to take: what it is called and measured in, and between which bounds it can be true."""

    column: str
    key: str
    name: str
    unit: str
    least: float
    most: float
    audience: str


@dataclass(frozen=True, slots=True)
class FileMapping:
    """What a whole file is: its key column and level, and where it comes from."""

    key_column: str
    level: str
    source: str
    licence: str
    meanings: tuple[Meaning, ...]


@dataclass(frozen=True, slots=True)
class IndicatorFile:
    """The values by indicator and key (8 or 9 digits), rows left out, and how many cells had no number."""

    mapping: FileMapping
    values: Mapping[str, Mapping[str, float]]
    lines: Mapping[str, int]
    empty: int
    problems: tuple[RowProblem, ...]


def read_mapping(path: Path) -> FileMapping:
    """The mapping of a file. Raises UnreadableFile, which names what is missing or wrong."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnreadableFile(f"There is no mapping at {path}.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UnreadableFile(f"The mapping {path.name} is no TOML: {error}.") from error
    level = _one_of(found, "level", LEVELS, "the mapping")
    meanings = tuple(_meaning(each) for each in _list(found))
    for what, names in (("column", [m.column for m in meanings]), ("key", [m.key for m in meanings])):
        if len(set(names)) < len(names):
            raise UnreadableFile(f"The mapping names a {what} twice.")
    return FileMapping(
        _text(found, "key", "the mapping").lower(),
        level,
        _text(found, "source", "the mapping", 200),
        _text(found, "licence", "the mapping", 80),
        meanings,
    )


def read_indicators(path: Path, mapping: FileMapping) -> IndicatorFile:
    """The values of a file. Raises UnreadableFile when it is no such file, or another one than the mapping says."""
    table = read_table(path, (mapping.key_column, *(meaning.column for meaning in mapping.meanings)))
    values: dict[str, dict[str, float]] = {meaning.key: {} for meaning in mapping.meanings}
    lines: dict[str, int] = {}
    problems, empty = list(table.problems), 0
    for row in table.rows:
        try:
            key = _key(row.cells[mapping.key_column], mapping.level)
            if key in lines:
                raise BrokenRow(f"the key {key} stands in line {lines[key]} too")
            read = {one.key: _value(row.cells[one.column], one) for one in mapping.meanings}
        except BrokenRow as broken:
            problems.append(RowProblem(row.line, str(broken)))
            continue
        lines[key] = row.line
        for name, value in read.items():
            if value is None:
                empty += 1
            else:
                values[name][key] = value
    _refuse_if_mostly_broken(len(problems), len(lines))
    return IndicatorFile(mapping, values, lines, empty, tuple(problems))


def _refuse_if_mostly_broken(broken: int, good: int) -> None:
    if not good:
        raise UnreadableFile("The file has no row that can be read.")
    if broken > MOST_BROKEN * (broken + good):
        raise UnreadableFile(
            f"{broken} of {broken + good} rows are broken; is this the file, and the unit, the mapping speaks of?"
        )


def _key(written: str, level: str) -> str:
    if level == TOWN:
        return cells.municipality_key(written, "AGS")
    return cells.in_a_land(cells.digits(written, KEY_DIGITS[VERBAND], "Verband key"), "Verband key")


def _value(written: str, meaning: Meaning) -> float | None:
    if written in NOTHING:
        return None
    number = written.replace("\u2212", "-")
    if not NUMBER.fullmatch(number):
        raise BrokenRow(f"{meaning.column} is {cells.shown(written)}, not a number")
    value = float(number.replace(",", "."))
    if not meaning.least <= value <= meaning.most:
        raise BrokenRow(
            f"{meaning.column} is {value:g}, not between {meaning.least:g} and {meaning.most:g} ({meaning.unit})"
        )
    return value


def _list(found: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    rows = found.get("indicator")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise UnreadableFile("The mapping needs at least one [[indicator]].")
    return rows


def _meaning(row: Mapping[str, Any]) -> Meaning:
    key = _text(row, "key", "an indicator")
    if not KEY.fullmatch(key):
        raise UnreadableFile(
            f"The key {cells.shown(key)} of an indicator must be small letters, digits and _."
        )
    where = f"indicator {key}"
    least, most = (_number(row, name, where) for name in ("least", "most"))
    if least >= most:
        raise UnreadableFile(f"Of {where}, least must be below most.")
    audience = row.get("audience", OWN)
    if audience not in AUDIENCES:
        raise UnreadableFile(f"Of {where}, audience must be one of {', '.join(AUDIENCES)}.")
    return Meaning(
        _text(row, "column", where).lower(),
        key,
        _text(row, "name", where, 120),
        _text(row, "unit", where, 40),
        least,
        most,
        audience,
    )


def _text(found: Mapping[str, Any], name: str, where: str, longest: int = 120) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > longest:
        raise UnreadableFile(f"In {where}, {name} must be a text of at most {longest} characters.")
    return value.strip()


def _number(found: Mapping[str, Any], name: str, where: str) -> float:
    value = found.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnreadableFile(f"In {where}, {name} must be a number.")
    return float(value)


def _one_of(found: Mapping[str, Any], name: str, choices: tuple[str, ...], where: str) -> str:
    value = found.get(name)
    if value not in choices:
        raise UnreadableFile(f"In {where}, {name} must be one of {', '.join(choices)}.")
    return str(value)
