"""The bundled register: small towns by estimate, names of the Kreise, outline of the Länder.

A data room: four files written by ``tools/build_register.py``, read with the standard library alone.
Sources and licences are in ``sources.json`` (for the pages) and ``SOURCES.md`` (for people).
"""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

FOLDER = Path(__file__).resolve().parent

Point = tuple[float, float]
"""Longitude and latitude in degrees (WGS84)."""

Ring = tuple[Point, ...]
"""A closed line; the last point repeats the first."""

Polygon = tuple[Ring, ...]
"""The outer ring, then its holes."""


@dataclass(frozen=True, slots=True)
class BundledTown:
    """A municipality that is a small town by estimate.

    ``name_official`` is the name as the agency's file gives it, without a title such as ", Stadt";
    ``kind`` is Stadt or Gemeinde; ``area_km2`` includes the municipality's own waters; ``lat`` and ``lon``
    are the centre of the town (degrees, WGS84); ``population_estimate`` has no reference date.
    """

    ags: str
    ars: str
    name_official: str
    kind: str
    kreis_name: str
    area_km2: float
    lat: float
    lon: float
    population_estimate: int

    @property
    def name(self) -> str:
        """The name without what follows a comma."""
        return self.name_official.partition(",")[0]

    @property
    def land(self) -> str:
        """Key of the Land (2 digits)."""
        return self.ags[:2]

    @property
    def kreis(self) -> str:
        """Key of the Kreis or kreisfreie Stadt (5 digits)."""
        return self.ags[:5]


@dataclass(frozen=True, slots=True)
class Kreis:
    """A Kreis, Landkreis, Stadtkreis or kreisfreie Stadt: key (5 digits), name, designation."""

    key: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a group of fields comes from; all texts are German and meant for display.

    ``fields`` are names of ``BundledTown`` or "outline"; ``reference_date`` may be unknown (None).
    """

    key: str
    fields: tuple[str, ...]
    title: str
    publisher: str
    edition: str
    reference_date: date | None
    licence: str
    licence_url: str
    attribution: str
    changes: str


@cache
def bundled_towns() -> tuple[BundledTown, ...]:
    """All bundled towns, ordered by AGS."""
    names = {key: kreis.name for key, kreis in kreise().items()}
    return tuple(
        BundledTown(
            ags=row["ags"],
            ars=row["ars"],
            name_official=row["name_official"],
            kind=row["kind"],
            kreis_name=names[row["ags"][:5]],
            area_km2=float(row["area_km2"]),
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            population_estimate=int(row["population_estimate"]),
        )
        for row in _rows("towns.csv")
    )


@cache
def kreise() -> Mapping[str, Kreis]:
    """The Kreise by key, in the territorial status of the agency's file."""
    return MappingProxyType({row["key"]: Kreis(**row) for row in _rows("kreise.csv")})


@cache
def laender_outline() -> Mapping[str, tuple[Polygon, ...]]:
    """The polygons of each Land by its key, simplified to about one kilometre; borders match exactly."""
    drawn = json.loads((FOLDER / "laender.json").read_text(encoding="utf-8"))
    return MappingProxyType({key: tuple(map(_polygon, polygons)) for key, polygons in drawn.items()})


@cache
def sources() -> Mapping[str, Source]:
    """The sources by key."""
    described = json.loads((FOLDER / "sources.json").read_text(encoding="utf-8"))
    return MappingProxyType({entry["key"]: _source(entry) for entry in described})


def source_of(field: str) -> Source:
    """The source of one field of ``BundledTown`` or of "outline"; KeyError for any other word."""
    for source in sources().values():
        if field in source.fields:
            return source
    raise KeyError(field)


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _polygon(rings: list[list[list[float]]]) -> Polygon:
    return tuple(tuple((lon, lat) for lon, lat in ring) for ring in rings)


def _source(entry: dict[str, Any]) -> Source:
    day = entry["reference_date"]
    typed = {"fields": tuple(entry["fields"]), "reference_date": day and date.fromisoformat(day)}
    return Source(**{**entry, **typed})


@cache
def invented_names() -> tuple[str, ...]:
    """Names for the demonstration's towns, none of which is in the register or in GeoNames."""
    return tuple((FOLDER / "invented_names.txt").read_text(encoding="utf-8").split())
