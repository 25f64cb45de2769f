"""Half pairs made whole."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kleinstadt_net.matching.half_pairs import Half, take_every_other

pairs = st.sets(
    st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda pair: pair[0] < pair[1]), max_size=25
)
halves = pairs.flatmap(
    lambda found: st.lists(st.integers(1, 1000), min_size=len(found), max_size=len(found)).map(
        lambda values: [(i, j, value) for (i, j), value in zip(sorted(found), values, strict=True)]
    )
)


def degrees(found: list[Half]) -> Counter[int]:
    return Counter(town for half in found for town in half[:2])


@given(halves)
def test_every_town_keeps_what_its_halves_gave_it(given_halves: list[Half]) -> None:
    kept = take_every_other(given_halves)
    assert set(kept) <= set(given_halves) and len(set(kept)) == len(kept)
    before, after = degrees(given_halves), degrees(kept)
    short = 0
    for town, count in before.items():
        # Half of an odd number is rounded either way.
        assert after[town] <= (count + 1) // 2
        short += max(0, count // 2 - after[town])
    # One town for each circle of odd length, and no such circle has fewer than three pairs.
    assert short <= 2 * (len(given_halves) // 3)


@given(halves, st.randoms(use_true_random=False))
def test_the_order_of_the_halves_changes_nothing(given_halves: list[Half], random: Random) -> None:
    shuffled = random.sample(given_halves, len(given_halves))
    assert take_every_other(shuffled) == take_every_other(given_halves)


def test_an_even_circle_loses_nothing_and_keeps_its_better_half() -> None:
    circle = [(0, 1, 5), (1, 2, 9), (2, 3, 5), (0, 3, 9)]
    assert sorted(take_every_other(circle)) == [(0, 3, 9), (1, 2, 9)]


@pytest.mark.parametrize(
    ("circle", "kept"),
    [
        ([(0, 1, 5), (1, 2, 9), (0, 2, 6)], [(1, 2, 9)]),
        ([(0, 1, 5), (1, 2, 9), (2, 3, 1), (3, 4, 8), (0, 4, 7)], [(1, 2, 9), (3, 4, 8)]),
    ],
)
def test_an_odd_circle_leaves_one_town_out_where_it_costs_least(circle: list[Half], kept: list[Half]) -> None:
    assert sorted(take_every_other(circle)) == kept


def test_between_two_odd_towns_the_longer_half_is_kept() -> None:
    assert sorted(take_every_other([(0, 1, 1), (1, 2, 9), (2, 3, 1)])) == [(0, 1, 1), (2, 3, 1)]
