"""Imported statistics: brought on comparable scales, never counted twice, never shown of another town."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kleinstadt_net.matching import reasons
from kleinstadt_net.matching.features import TownFacts
from kleinstadt_net.matching.similarity import parts
from kleinstadt_net.matching.weights import INDICATOR_WEIGHT, INDICATORS_TOGETHER
from tests.matching.towns import network, town

UNEMPLOYED, TAX = "economy_unemployment", "economy_tax"
COUNT = 40


def towns_with(**columns: Sequence[float | None]) -> list[TownFacts]:
    """As many towns as the columns are long, alike in everything else; None is unknown."""
    rows = range(len(next(iter(columns.values()))))
    return [
        town(
            row,
            indicators=tuple(
                sorted(
                    (name, value) for name, values in columns.items() if (value := values[row]) is not None
                )
            ),
        )
        for row in rows
    ]


def drawn(seed: int) -> list[float]:
    return [float(value) for value in np.random.default_rng(seed).normal(10, 2, COUNT)]


def test_the_nearer_an_indicator_the_more_alike_two_towns() -> None:
    values: list[float | None] = [5.0, 5.5, 9.0, *(4.0 + 0.2 * n for n in range(COUNT))]
    structure = parts(network(towns_with(economy_unemployment=values)), 0).structure
    assert structure[1] > structure[2]


def test_a_missing_value_neither_parts_towns_nor_brings_them_together() -> None:
    values: list[float | None] = [5.0, None, *drawn(1)]
    built = network(towns_with(economy_unemployment=values))
    without = network([replace(one, indicators=()) for one in towns_with(economy_unemployment=values)])
    assert built.figures.weight[-1].tolist()[:3] == [INDICATOR_WEIGHT, 0.0, INDICATOR_WEIGHT]
    assert parts(built, 0).structure[1] == pytest.approx(parts(without, 0).structure[1])


def test_an_indicator_that_tells_what_another_tells_does_not_count() -> None:
    first, other = drawn(1), drawn(2)
    built = network(towns_with(a=[*first], b=[3 * value + 1 for value in first], c=[*other]))
    told = {one.name: one.twin for one in built.figures.indicators}
    assert told == {"a": None, "b": "a", "c": None}
    assert [row.max() for row in built.figures.weight[-3:]] == [INDICATOR_WEIGHT, 0.0, INDICATOR_WEIGHT]


def test_one_that_repeats_a_figure_of_the_register_does_not_count_either() -> None:
    population = [5_000 + 300 * n for n in range(COUNT)]
    towns = [
        town(row, population=people, indicators=(("households", people / 2.1),))
        for row, people in enumerate(population)
    ]
    assert network(towns).figures.indicators[0].twin == "population"


def test_a_pile_of_indicators_never_outweighs_the_register() -> None:
    built = network(towns_with(**{f"i{n}": [*drawn(n)] for n in range(12)}))
    weights = built.figures.weight[4:, 0]
    assert len(weights) == 12 and weights.sum() == pytest.approx(INDICATORS_TOGETHER)


def test_skewed_amounts_are_compared_by_their_ratio() -> None:
    skewed = [float(np.exp(value / 3)) for value in drawn(3)]
    built = network(towns_with(tax=[*skewed], share=[*drawn(4)], debt=[value - 10 for value in skewed]))
    logarithms = {one.name: one.is_logarithm for one in built.figures.indicators}
    assert logarithms == {"tax": True, "share": False, "debt": False}


@given(st.permutations(range(COUNT)))
def test_the_order_of_the_towns_changes_nothing(order: list[int]) -> None:
    towns = towns_with(a=[*drawn(1)], b=[*drawn(2)], c=[2 * value for value in drawn(1)])
    one, other = network(towns).figures, network([towns[n] for n in order]).figures
    assert one.indicators == other.indicators
    assert np.array_equal(one.scaled[:, order], other.scaled)


def test_a_similar_economy_is_said_without_a_number_and_from_two_indicators_only() -> None:
    unemployed, tax = [6.0, 6.1, 14.0, *drawn(1)], [7.0, 7.2, 15.0, *drawn(2)]
    built = network(towns_with(economy_unemployment=[*unemployed], economy_tax=[*tax]))
    said = {j: [r for r in reasons.for_pair(built, 0, j) if r.code == "similar_economy"] for j in (1, 2)}
    assert said == {1: [reasons.Reason("similar_economy", {})], 2: []}
    alone = network(towns_with(economy_unemployment=[*unemployed]))
    assert "similar_economy" not in [reason.code for reason in reasons.for_pair(alone, 0, 1)]
