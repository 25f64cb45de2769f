import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kleinstadt_net.matching import ranking
from kleinstadt_net.matching.features import TownFacts
from kleinstadt_net.matching.screen import MARGIN, Screen
from kleinstadt_net.matching.similarity import PART_NAMES, parts
from kleinstadt_net.matching.weights import WEIGHTS
from tests.matching.towns import network, networks, town


def test_the_parts_weigh_one_together_and_shared_challenges_most() -> None:
    weights = dataclasses.asdict(WEIGHTS)
    assert sum(weights.values()) == pytest.approx(1.0)
    assert max(weights, key=lambda name: weights[name]) == "shared"


@given(networks)
def test_a_ranking_is_sorted_by_score_then_key_and_agrees_with_each_pair(towns: list[TownFacts]) -> None:
    built = network(towns)
    found = ranking.rank(built, 0)
    assert sorted(found.rows.tolist()) == list(range(1, len(towns)))
    listed = list(zip((-found.scores).tolist(), built.ags[found.rows].tolist(), strict=True))
    assert listed == sorted(listed)
    for position, row in enumerate(found.rows.tolist()):
        assert (
            found.scores[position] == ranking.score_pair(built, 0, row) == ranking.score_pair(built, row, 0)
        )
        assert found.parts.shared[position] == parts(built, 0).shared[row]


@given(networks, st.permutations(range(14)))
def test_renaming_the_keys_changes_only_ties(towns: list[TownFacts], keys: list[int]) -> None:
    renamed = [dataclasses.replace(each, ags=f"99{keys[n]:06d}") for n, each in enumerate(towns)]
    before, after = ranking.rank(network(towns), 0), ranking.rank(network(renamed), 0)
    assert before.scores.tolist() == after.scores.tolist()
    for score in set(before.scores.tolist()):
        assert set(before.rows[before.scores == score]) == set(after.rows[after.scores == score])


@given(networks)
def test_equal_inputs_give_equal_outputs(towns: list[TownFacts]) -> None:
    one, two = ranking.rank(network(towns), 1), ranking.rank(network(list(towns)), 1)
    assert one.rows.tolist() == two.rows.tolist()
    for name in PART_NAMES:
        assert np.array_equal(getattr(one.parts, name), getattr(two.parts, name))


@given(networks, st.integers(0, 20))
def test_the_quick_look_at_all_pairs_finds_what_each_ranking_finds(towns: list[TownFacts], k: int) -> None:
    built = network(towns)
    top = ranking.top_k(built, k)
    for i in range(len(towns)):
        expected = ranking.rank(built, i, limit=k)
        count = len(expected.rows)
        assert top.rows[i, :count].tolist() == expected.rows.tolist()
        assert top.scores[i, :count].tolist() == expected.scores.tolist()
        assert (top.rows[i, count:] == -1).all()


@given(networks)
def test_the_quick_look_is_off_by_less_than_a_tenth_of_its_margin(towns: list[TownFacts]) -> None:
    built = network(towns)
    screen, looked_at = Screen(built, WEIGHTS), 0
    for block in screen.blocks():
        for i, approximate in zip(block.tolist(), screen.scores(block), strict=True):
            exact = ranking.steps(parts(built, i)) / ranking.STEPS
            assert np.abs(approximate - exact).max() < MARGIN / 10
            looked_at += 1
    assert looked_at == len(towns)


@given(networks)
def test_pairs_compared_together_have_the_parts_each_has_alone(towns: list[TownFacts]) -> None:
    built = network(towns)
    first, second = (grid.ravel() for grid in np.indices((len(towns), len(towns))))
    together = parts(built, first, second)
    for name in PART_NAMES:
        alone = np.concatenate([getattr(parts(built, i), name) for i in range(len(towns))] or [np.zeros(0)])
        assert getattr(together, name).tolist() == alone.tolist()


def test_a_large_network_takes_several_blocks_and_stays_exact() -> None:
    random = np.random.default_rng(7)
    towns = [
        town(
            n,
            seeks="klima" if n % 3 else "wohnen",
            population=int(random.integers(6_000, 19_000)),
            lat=47 + n / 25,
        )
        for n in range(170)
    ]
    built = network(towns)
    top = ranking.top_k(built, 3)
    for i in (0, 63, 64, 169):
        assert top.rows[i].tolist() == ranking.rank(built, i, limit=3).rows.tolist()


def test_towns_not_taking_part_are_compared_by_figures_and_distance_alone() -> None:
    towns = [
        town(1, seeks="klima"),
        town(2, seeks="klima", taking_part=False),
        town(3, seeks="klima", lat=54.0),
    ]
    found = ranking.rank(network(towns), 0)
    assert found.rows.tolist() == [2, 1]
    assert found.parts.shared[1] == 0.0
    assert found.scores[1] == pytest.approx(WEIGHTS.structure + WEIGHTS.reach)


def test_candidates_and_a_limit_narrow_the_list_but_not_the_scores() -> None:
    built = network([town(n, seeks="klima", lat=47.0 + n) for n in range(6)])
    wanted = np.array([True, False, True, True, False, True])
    everyone, some = ranking.rank(built, 0), ranking.rank(built, 0, candidates=wanted, limit=2)
    assert some.rows.tolist() == [row for row in everyone.rows.tolist() if wanted[row]][:2] == [2, 3]
    assert wanted[0]


def test_a_talk_that_serves_both_comes_before_one_that_serves_one() -> None:
    towns = [
        town(1, seeks="klima", strong="sport wohnen"),
        town(2, seeks="wohnen", strong="klima"),
        town(3, strong="klima"),
    ]
    assert ranking.rank(network(towns), 0).rows.tolist() == [1, 2]


def test_one_town_alone_has_an_empty_ranking() -> None:
    built = network([town(1)])
    assert len(ranking.rank(built, 0).rows) == 0
    assert ranking.top_k(built, 5).rows.tolist() == [[-1] * 5]
    assert ranking.top_k(network([]), 5).rows.shape == (0, 5)


def test_identical_towns_rank_by_key() -> None:
    built = network([town(n) for n in (5, 3, 9, 1)])
    assert built.ags[ranking.rank(built, 0).rows].tolist() == ["99000001", "99000003", "99000009"]
