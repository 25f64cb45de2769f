"""The wheel of the ten theses."""

import re
from math import hypot

from kleinstadt_net.vocabulary import THESES
from kleinstadt_net.web.wheel import INNER, LABEL, OUTER, SIZE, share_wheel, wheel


def points(path: str) -> list[tuple[float, float]]:
    found = re.findall(r"(?:M|L| 0 0 [01] )(-?[\d.]+) (-?[\d.]+)", path)
    # The last arc ends where the path began.
    return [(float(x), float(y)) for x, y in found][:-1]


def test_ten_fields_lie_around_the_middle_in_the_order_of_the_theses() -> None:
    fields = wheel({}, ())
    assert [field.key for field in fields] == list(THESES) and [f.number for f in fields] == [*range(1, 11)]
    # The first lies at the top, the sixth at the bottom, the third to the right of the middle.
    assert fields[0].label_y < -100 and fields[5].label_y > 100 and fields[2].label_x > 80
    assert all(abs(field.label_x) <= LABEL < SIZE and field.state is None for field in fields)


def test_every_field_reaches_from_the_inner_to_the_outer_circle_and_touches_no_other() -> None:
    fields = wheel({}, ())
    for field in fields:
        radii = sorted(round(hypot(x, y)) for x, y in points(field.path))
        assert radii == [INNER, INNER, OUTER, OUTER], field
    corners = [point for field in fields for point in points(field.path)]
    assert len(corners) == len(set(corners)) == 40


def test_state_and_focus_stand_where_they_belong() -> None:
    fields = {field.key: field for field in wheel({"t03": "strength", "waerme": "seeking"}, ("t10",))}
    assert fields["t03"].state == "strength" and not fields["t03"].mark
    assert fields["t10"].is_focus and fields["t10"].mark and fields["t10"].state is None


def test_a_wheel_of_shares_fills_each_field_as_far_as_its_share() -> None:
    fields = {field.key: field for field in share_wheel({"t01": 1.0, "t02": 0.5})}
    assert fields["t01"].filled == fields["t01"].path and not fields["t03"].filled
    radii = {round(hypot(x, y)) for x, y in points(fields["t02"].filled)}
    assert radii == {INNER, round((INNER + OUTER) / 2)}
