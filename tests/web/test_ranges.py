"""Values as marks on a line."""

from kleinstadt_net.web.ranges import MARGIN, WIDTH, marks


def test_the_smallest_lies_left_and_the_largest_right() -> None:
    found = marks([10.0, 20.0, 30.0], 20.0, 40.0)
    assert found is not None
    assert found.dots[0] == MARGIN and found.own == WIDTH - MARGIN
    assert found.median == found.dots[1] and list(found.dots) == sorted(found.dots)


def test_equal_values_stand_in_the_middle_and_unknown_ones_nowhere() -> None:
    found = marks([5.0, 5.0], 5.0, None)
    assert found is not None
    assert found.own is None and set(found.dots) == {found.median} == {WIDTH / 2}
    assert marks([], None, None) is None
