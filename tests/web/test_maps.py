"""The map of Germany as paths."""

import re
from dataclasses import dataclass

from kleinstadt_net.web.maps import MARGIN, germany


@dataclass(frozen=True)
class Place:
    lat: float
    lon: float
    taking_part: bool = False


NORTH, SOUTH, WEST, EAST = Place(54.9, 8.3), Place(47.4, 10.2), Place(51.05, 5.95), Place(51.27, 14.98)


def dots(path: str) -> list[tuple[int, int]]:
    return [(int(x), int(y)) for x, y in re.findall(r"M(-?\d+) (-?\d+)h0", path)]


def test_every_town_is_one_dot_of_its_kind() -> None:
    drawn = germany([NORTH, SOUTH, Place(51.0, 10.0, taking_part=True)])

    assert (drawn.registered_count, drawn.taking_part_count) == (2, 1)
    assert len(dots(drawn.registered)) == 2
    assert len(dots(drawn.taking_part)) == 1


def test_the_corners_of_the_country_lie_within_the_picture_and_the_right_way_round() -> None:
    drawn = germany([NORTH])
    top = dots(drawn.registered)[0]
    bottom, left, right = (dots(germany([place]).registered)[0] for place in (SOUTH, WEST, EAST))

    assert top[1] < left[1] < bottom[1]
    assert left[0] < top[0] < right[0]
    for x, y in (top, bottom, left, right):
        assert MARGIN <= x <= drawn.width - MARGIN
        assert MARGIN <= y <= drawn.height - MARGIN


def test_the_country_is_higher_than_wide() -> None:
    drawn = germany([])
    assert 1.25 < drawn.height / drawn.width < 1.45


def test_the_outline_is_small_and_closed() -> None:
    outline = germany([]).outline

    assert len(outline.encode()) < 40_000
    assert outline.count("M") == outline.count("z") >= 16
    assert not re.search(r"[^Mlz\d\s-]", outline)
