"""What official files become: frozen records, problems of single rows, refusals of whole files."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


class UnreadableFile(Exception):
    """The file as a whole cannot be used; nothing was taken from it. The text is for the operator."""


class MissingDates(UnreadableFile):
    """The file does not state every date a register needs, and no option gives it."""


class ContradictingDate(UnreadableFile):
    """An option gives another date than the file itself states."""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row left out, and why. ``line`` counts from 1 as in a text editor or spreadsheet.

    ``ags`` is known if only other fields of the row are broken: such a town is not gone.
    """

    line: int
    reason: str
    ags: str | None = None


@dataclass(frozen=True, slots=True)
class MunicipalityRecord:
    """One municipality as the official file gives it.

    ``ags`` has 8 digits, ``ars`` 12, ``kreis`` 5, ``land`` 2, all with leading zeros. ``name`` is
    ``name_official`` without titles such as ", Stadt". ``kind_key`` is the Textkennzeichen, ``kind``
    its word. Coordinates are WGS 84 degrees of the municipality's geometric centre; a GV100AD file
    has none, nor region or urbanisation (1 densely, 2 medium, 3 thinly populated).
    """

    ags: str
    ars: str
    name_official: str
    name: str
    kind_key: str
    kind: str
    land: str
    kreis: str
    area_km2: float
    population: int
    postcode: str | None
    lat: float | None
    lon: float | None
    tourism_region: str | None
    urbanisation: int | None


@dataclass(frozen=True, slots=True)
class RegisterFile:
    """A register read from one file: the territory of ``status_on``, the people of ``population_on``.

    ``kreise`` maps the 5-digit key to the official name; ``source`` is the attribution to show.
    """

    format: str
    status_on: date
    population_on: date
    municipalities: tuple[MunicipalityRecord, ...]
    kreise: Mapping[str, str]
    problems: tuple[RowProblem, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Succession:
    """One change of territory, key or name between two municipalities.

    ``kind`` is the Änderungsart (see ``successions``). ``inhabitants`` and ``area_m2`` are those that
    passed from old to new, None where the file has none.
    """

    kind: int
    ags_old: str
    name_old: str
    ags_new: str
    name_new: str
    legal_on: date
    statistical_on: date | None
    inhabitants: int | None
    area_m2: int | None


@dataclass(frozen=True, slots=True)
class SuccessionFile:
    """All changes between municipalities in one file, in its order."""

    successions: tuple[Succession, ...]
    problems: tuple[RowProblem, ...]
