"""Germany as paths for a server-rendered SVG: the outline of the Länder and a dot for every town.

All dots of a kind share one path of zero-length strokes: 2,300 towns take 20 kB instead of 150.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from kleinstadt_net.register_data import laender_outline
from kleinstadt_net.territory import map_point

WIDTH = 600
MARGIN = 8


class Point(Protocol):
    """What the map needs to know of a town."""

    @property
    def lat(self) -> float: ...
    @property
    def lon(self) -> float: ...
    @property
    def taking_part(self) -> bool: ...


@dataclass(frozen=True)
class GermanyMap:
    """A map ready to be drawn: size and paths in SVG units, and the two counts behind the dots."""

    width: int
    height: int
    outline: str
    registered: str
    taking_part: str
    registered_count: int
    taking_part_count: int


@dataclass(frozen=True)
class Frame:
    """How degrees become SVG units."""

    left: float
    top: float
    scale: float
    height: int

    def units(self, lat: float, lon: float) -> tuple[int, int]:
        x, y = map_point(lat, lon)
        return round((x - self.left) * self.scale) + MARGIN, round((y - self.top) * self.scale) + MARGIN


def germany(points: Iterable[Point]) -> GermanyMap:
    """The map with a dot for every point; counts are those of the points given."""
    frame, outline = _frame_and_outline()
    by_kind: dict[bool, list[tuple[int, int]]] = {True: [], False: []}
    for point in points:
        by_kind[point.taking_part].append(frame.units(point.lat, point.lon))
    return GermanyMap(
        width=WIDTH,
        height=frame.height,
        outline=outline,
        registered=_dots(by_kind[False]),
        taking_part=_dots(by_kind[True]),
        registered_count=len(by_kind[False]),
        taking_part_count=len(by_kind[True]),
    )


def _dots(places: list[tuple[int, int]]) -> str:
    return "".join(f"M{x} {y}h0" for x, y in sorted(places))


@cache
def _frame_and_outline() -> tuple[Frame, str]:
    """The outline never changes while the process lives."""
    rings = [ring for land in laender_outline().values() for polygon in land for ring in polygon]
    places = [map_point(lat, lon) for ring in rings for lon, lat in ring]
    left, right = min(x for x, _ in places), max(x for x, _ in places)
    top, bottom = min(y for _, y in places), max(y for _, y in places)
    scale = (WIDTH - 2 * MARGIN) / (right - left)
    frame = Frame(left, top, scale, round((bottom - top) * scale) + 2 * MARGIN)
    return frame, "".join(_ring(frame, ring) for ring in rings)


def _ring(frame: Frame, ring: Iterable[tuple[float, float]]) -> str:
    """One closed line in relative whole units; points that fall on the one before are left out."""
    places = [frame.units(lat, lon) for lon, lat in ring]
    kept = [place for place, before in zip(places, [None, *places], strict=False) if place != before]
    if len(kept) < 4:
        return ""
    steps = "".join(f"l{x - bx} {y - by}" for (x, y), (bx, by) in zip(kept[1:], kept, strict=False))
    return f"M{kept[0][0]} {kept[0][1]}{steps}z"
