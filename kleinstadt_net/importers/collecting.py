"""Rows of any format become municipalities and Kreise, or problems, in one place."""

from dataclasses import dataclass, field
from datetime import date

from kleinstadt_net.importers import cells
from kleinstadt_net.importers.cells import BrokenRow
from kleinstadt_net.importers.records import MunicipalityRecord, RowProblem

# Satzart: what a row of the register describes.
ROW_TYPES = frozenset({"10", "20", "30", "40", "50", "60"})
KREIS_ROW = "40"
MUNICIPALITY_ROW = "60"
# Textkennzeichen 65 and 66: areas that belong to no municipality (gemeindefreie Gebiete).
NO_MUNICIPALITY = frozenset({"65", "66"})
KINDS = {
    "60": "Markt",
    "61": "Kreisfreie Stadt",
    "62": "Stadtkreis",
    "63": "Stadt",
    "64": "Gemeinde",
    "67": "Große Kreisstadt",
}
# What a municipality is called whose Textkennzeichen is younger than this table.
OTHER_KIND = "Gemeinde"


@dataclass(frozen=True, slots=True)
class RawRow:
    """The untouched cells of one row; ``area_unit_km2`` is what one unit of ``area`` measures."""

    land: object
    region: object
    kreis: object
    verband: object
    gemeinde: object
    kind: object
    name: object
    area: object = None
    area_unit_km2: float = 1.0
    population: object = None
    postcode: object = None
    lon: object = None
    lat: object = None
    tourism_region: object = None
    urbanisation: object = None


@dataclass(slots=True)
class Collected:
    """What one file yielded so far, with the dates it states itself."""

    status_on: date | None = None
    population_on: date | None = None
    municipalities: dict[str, MunicipalityRecord] = field(default_factory=dict)
    kreise: dict[str, str] = field(default_factory=dict)
    problems: list[RowProblem] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)

    def fail(self, line: int, reason: str, ags: str | None = None) -> None:
        """Note a row that is left out."""
        self.problems.append(RowProblem(line, reason, ags))

    def add(self, line: int, row_type: str, row: RawRow) -> None:
        """Take one row of a known type; what is no town or Kreis is passed over."""
        try:
            if row_type == KREIS_ROW:
                self.kreise[_kreis_key(row)] = cells.name(row.name)
            elif row_type == MUNICIPALITY_ROW and not _is_no_municipality(row):
                self._add_municipality(line, row)
        except BrokenRow as broken:
            self.fail(line, str(broken))

    def _add_municipality(self, line: int, row: RawRow) -> None:
        kreis = _kreis_key(row)
        verband = cells.digits(row.verband, 4, "Gemeindeverband key")
        gemeinde = cells.digits(row.gemeinde, 3, "Gemeinde key")
        ags = kreis + gemeinde
        if ags in self.lines:
            self.fail(line, f"duplicate AGS {ags}, already in line {self.lines[ags]}", ags)
            return
        try:
            self.municipalities[ags] = _municipality(kreis, verband, gemeinde, row)
            self.lines[ags] = line
        except BrokenRow as broken:
            self.fail(line, str(broken), ags)


def _is_no_municipality(row: RawRow) -> bool:
    return cells.text(row.kind, "Textkennzeichen") in NO_MUNICIPALITY


def _kreis_key(row: RawRow) -> str:
    land = cells.in_a_land(cells.digits(row.land, 2, "Land key"), "Land key")
    region = cells.digits(row.region, 1, "Regierungsbezirk key")
    return land + region + cells.digits(row.kreis, 2, "Kreis key")


def _municipality(kreis: str, verband: str, gemeinde: str, row: RawRow) -> MunicipalityRecord:
    official = cells.name(row.name)
    kind_key = cells.digits(row.kind, 2, "Textkennzeichen")
    lon, lat = cells.coordinates(row.lon, row.lat)
    return MunicipalityRecord(
        ags=kreis + gemeinde,
        ars=kreis + verband + gemeinde,
        name_official=official,
        name=cells.name(cells.short_name(official)),
        kind_key=kind_key,
        kind=KINDS.get(kind_key, OTHER_KIND),
        land=kreis[:2],
        kreis=kreis,
        area_km2=_area(row),
        population=cells.count(row.population, "population"),
        postcode=_postcode(row.postcode),
        lat=lat,
        lon=lon,
        tourism_region=cells.text(row.tourism_region, "tourism region") or None,
        urbanisation=_urbanisation(row.urbanisation),
    )


def _area(row: RawRow) -> float:
    # Two places are all the sources have; more would be noise of a spreadsheet.
    area = round(cells.decimal(row.area, "area") * row.area_unit_km2, 2)
    if area == 0:
        raise BrokenRow("the area is zero")
    return area


def _postcode(value: object) -> str | None:
    return cells.digits(value, 5, "postcode") if cells.text(value, "postcode") else None


def _urbanisation(value: object) -> int | None:
    if not cells.text(value, "degree of urbanisation"):
        return None
    degree = int(cells.digits(value, 2, "degree of urbanisation"))
    if degree not in (1, 2, 3):
        raise BrokenRow(f"the degree of urbanisation is {degree}, not 1, 2 or 3")
    return degree
