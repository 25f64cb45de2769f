"""The hits of the directory on a map: each town on its own, or gathered on a grid where they are too many."""

from dataclasses import dataclass

import numpy as np
from sqlalchemy import select

from kleinstadt_net import territory
from kleinstadt_net.database import db
from kleinstadt_net.models import Town
from kleinstadt_net.services import directory_filters, snapshot
from kleinstadt_net.services.directory_filters import DirectoryFilters, Reader
from kleinstadt_net.services.snapshot import Floats, Ints, Snapshot

# More dots than this nobody tells apart, finds with the keyboard, or taps with a thumb.
MAX_POINTS = 500
# Cells beside one another: on a telephone each is as wide as a finger.
COLUMNS = 11


@dataclass(frozen=True)
class Box:
    """A part of the map in degrees."""

    west: float
    south: float
    east: float
    north: float

    def clipped(self) -> "Box | None":
        """What of it lies within the country's bounds; None where nothing does, or it is no area at all."""
        west, south, east, north = territory.BOUNDS
        part = Box(max(self.west, west), max(self.south, south), min(self.east, east), min(self.north, north))
        return part if part.west < part.east and part.south < part.north else None


COUNTRY = Box(*territory.BOUNDS)


@dataclass(frozen=True)
class MapPoint:
    """A town on the map."""

    lat: float
    lon: float
    ags: str
    slug: str
    name: str
    taking_part: bool


@dataclass(frozen=True)
class MapGroup:
    """Several towns near one another: where their middle lies, how many they are, and the part of the map they fill."""

    lat: float
    lon: float
    count: int
    taking_part: int
    box: Box


@dataclass(frozen=True)
class MapView:
    """The ``hits`` of the directory, ``total`` of them within ``box``.

    ``unplaced`` of all hits have no known place and are on no map; ``left_aside`` names filters not followed.
    """

    box: Box
    hits: int
    total: int
    unplaced: int
    points: tuple[MapPoint, ...]
    groups: tuple[MapGroup, ...]
    left_aside: tuple[str, ...]


def view(filters: DirectoryFilters, reader: Reader, box: Box = COUNTRY, columns: int = COLUMNS) -> MapView:
    """The towns that pass the filters on this part of the map, gathered in that many columns: one query."""
    picture = snapshot.current()
    answer = directory_filters.ask(picture, filters, reader)
    rows = np.flatnonzero(answer.passing())
    located = rows[picture.features.figures.located[rows] > 0]
    lat, lon = _degrees(picture, located)
    inside = (lat >= box.south) & (lat <= box.north) & (lon >= box.west) & (lon <= box.east)
    shown, lat, lon = located[inside], lat[inside], lon[inside]
    if len(shown) <= MAX_POINTS:
        points, groups = _points(picture, shown, lat, lon), tuple[MapGroup, ...]()
    else:
        points, groups = _gathered(picture, shown, lat, lon, _cells(lat, lon, box, columns))
    unplaced = len(rows) - len(located)
    return MapView(box, len(rows), len(shown), unplaced, points, groups, answer.left_aside)


def _gathered(
    picture: Snapshot, rows: Ints, lat: Floats, lon: Floats, cells: list[Ints]
) -> tuple[tuple[MapPoint, ...], tuple[MapGroup, ...]]:
    alone = np.array([cell[0] for cell in cells if len(cell) == 1], dtype=np.int64)
    groups = (_group(picture, rows[cell], lat[cell], lon[cell]) for cell in cells if len(cell) > 1)
    return _points(picture, rows[alone], lat[alone], lon[alone]), tuple(groups)


def _degrees(picture: Snapshot, rows: Ints) -> tuple[Floats, Floats]:
    """Latitude and longitude; the snapshot keeps places as points of a sphere, which distances are computed from."""
    x, y, z = picture.features.figures.position[:, rows]
    return np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x))


def _cells(lat: Floats, lon: Floats, box: Box, columns: int) -> list[Ints]:
    """Which of the towns lie in each cell of a square grid, cells in reading order."""
    left, top = territory.map_point(box.north, box.west)
    right, _ = territory.map_point(box.south, box.east)
    side = (right - left) / columns
    per_degree = territory.map_point(0.0, 1.0)[0]
    column = ((lon * per_degree - left) / side).astype(np.int64)
    row = ((-lat - top) / side).astype(np.int64)
    cell = row * (columns + 1) + column
    order = np.argsort(cell, kind="stable")
    starts = np.flatnonzero(np.diff(cell[order], prepend=-1))
    return np.split(order, starts[1:])


def _group(picture: Snapshot, rows: Ints, lat: Floats, lon: Floats) -> MapGroup:
    return MapGroup(
        lat=float(lat.mean()),
        lon=float(lon.mean()),
        count=len(rows),
        taking_part=int(np.count_nonzero(picture.taking_part[rows])),
        box=_around(lat, lon),
    )


def _around(lat: Floats, lon: Floats) -> Box:
    """The part of the map these towns fill, with air around it, and never so small that nothing else is seen."""
    height = max(float(np.ptp(lat)) * 0.6, 0.1)
    width = max(float(np.ptp(lon)) * 0.6, 0.15)
    middle_lat, middle_lon = float(lat.min() + lat.max()) / 2, float(lon.min() + lon.max()) / 2
    return Box(middle_lon - width, middle_lat - height, middle_lon + width, middle_lat + height)


def _points(picture: Snapshot, rows: Ints, lat: Floats, lon: Floats) -> tuple[MapPoint, ...]:
    places = dict(zip(picture.ids[rows].tolist(), zip(lat.tolist(), lon.tolist(), strict=True), strict=True))
    found = db.session.execute(
        select(Town.id, Town.ags, Town.slug, Town.name)
        .where(Town.id.in_(places))
        .order_by(Town.sort_key, Town.ags)
    )
    return tuple(
        MapPoint(
            lat=places[row.id][0],
            lon=places[row.id][1],
            ags=row.ags,
            slug=row.slug,
            name=row.name,
            taking_part=bool(picture.taking_part[picture.rows[row.id]]),
        )
        for row in found
    )
