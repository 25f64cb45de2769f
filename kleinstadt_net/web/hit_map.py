"""The map of the directory's hits as SVG: links one can reach with the keyboard, and a part of it enlarged.

Coordinates are those of the whole country; what is enlarged is only looked at through a smaller window (the
``viewBox``), so the outline is computed once.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from math import sqrt

from kleinstadt_net.register_data import laender_outline
from kleinstadt_net.services.directory_map import COUNTRY, Box, MapView
from kleinstadt_net.territory import map_point

# Fine enough to be looked at five times enlarged.
UNITS = 3_000
# In hundredths of the window's width.
DOT, SMALLEST_GROUP, LARGEST_GROUP, COUNT = 1.1, 2.5, 4.4, 3.0


@dataclass(frozen=True)
class Dot:
    """A town, ready to be drawn."""

    x: float
    y: float
    name: str
    address: str
    taking_part: bool


@dataclass(frozen=True)
class Bubble:
    """A group of towns, ready to be drawn; ``address`` shows it enlarged."""

    x: float
    y: float
    radius: float
    count: int
    address: str


@dataclass(frozen=True)
class HitMap:
    """A map ready to be drawn: window, outline, and what lies on it, in units of the drawing."""

    window: str
    outline: str
    dot: float
    text: float
    dots: tuple[Dot, ...]
    bubbles: tuple[Bubble, ...]


def hit_map(
    view: MapView, town_address: Callable[[str, str], str], box_address: Callable[[Box], str]
) -> HitMap:
    """The drawing of a view; the two functions make the addresses of a town and of a part of the map."""
    left, top = _place(view.box.north, view.box.west)
    right, bottom = _place(view.box.south, view.box.east)
    hundredth = (right - left) / 100
    largest = max((group.count for group in view.groups), default=1)
    return HitMap(
        window=f"{left:.0f} {top:.0f} {right - left:.0f} {bottom - top:.0f}",
        outline=_outline(),
        dot=round(DOT * hundredth, 1),
        text=round(COUNT * hundredth, 1),
        dots=tuple(
            Dot(
                *_place(point.lat, point.lon),
                point.name,
                town_address(point.slug, point.ags),
                point.taking_part,
            )
            for point in view.points
        ),
        bubbles=tuple(
            Bubble(
                *_place(group.lat, group.lon),
                round(
                    hundredth
                    * (SMALLEST_GROUP + (LARGEST_GROUP - SMALLEST_GROUP) * sqrt(group.count / largest)),
                    1,
                ),
                group.count,
                box_address(group.box),
            )
            for group in view.groups
        ),
    )


@cache
def _scale() -> tuple[float, float, float]:
    left, top = map_point(COUNTRY.north, COUNTRY.west)
    right, _ = map_point(COUNTRY.south, COUNTRY.east)
    return left, top, UNITS / (right - left)


def _place(lat: float, lon: float) -> tuple[float, float]:
    left, top, scale = _scale()
    x, y = map_point(lat, lon)
    return round((x - left) * scale, 1), round((y - top) * scale, 1)


@cache
def _outline() -> str:
    """The outline never changes while the process lives."""
    rings = (ring for land in laender_outline().values() for polygon in land for ring in polygon)
    return "".join(_ring(ring) for ring in rings)


def _ring(ring: Iterable[tuple[float, float]]) -> str:
    """One closed line in relative whole units; points that fall on the one before are left out."""
    places = [tuple(round(value) for value in _place(lat, lon)) for lon, lat in ring]
    kept = [place for place, before in zip(places, [None, *places], strict=False) if place != before]
    if len(kept) < 4:
        return ""
    steps = "".join(f"l{x - bx} {y - by}" for (x, y), (bx, by) in zip(kept[1:], kept, strict=False))
    return f"M{kept[0][0]} {kept[0][1]}{steps}z"
