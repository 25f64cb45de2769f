import pytest

from kleinstadt_net.matching import quality, rounds
from tests.matching.towns import network, town


def test_the_gini_coefficient_knows_equality_and_concentration() -> None:
    assert quality.gini([3, 3, 3]) == pytest.approx(0.0)
    assert quality.gini([0, 0, 0, 4]) == pytest.approx(0.75)
    assert quality.gini([]) == quality.gini([0, 0]) == 0.0


def test_a_round_is_measured() -> None:
    built = network([town(1, seeks="klima"), town(2, seeks="klima"), town(3), town(4)])
    measured = quality.measure(rounds.plan(built, month="2026-12"), built)
    assert (measured.towns, measured.proposals, measured.short) == (4, 4, 0)
    assert measured.coverage_out == measured.coverage_in == 1.0
    assert measured.exposure == (0, 4)
    assert measured.shared == 0.5
    assert measured.slots == {"mutual": 2, "complementary": 0, "contrast": 0, "similar_situation": 2}
    assert 0 < measured.lowest_best_score <= measured.mean_score <= 1


def test_a_town_without_suggestion_shows_in_the_coverage() -> None:
    built = network([town(1), town(2), town(3)])
    rested = frozenset({("99000001", "99000003"), ("99000002", "99000003")})
    plan = rounds.plan(built, month="2026-12", history=rounds.History(rested=rested))
    measured = quality.measure(plan, built)
    assert measured.coverage_out == measured.coverage_in == pytest.approx(2 / 3)
    assert measured.short == 1


def test_an_empty_network_can_be_measured() -> None:
    built = network([])
    measured = quality.measure(rounds.plan(built, month="2026-12"), built)
    assert (measured.towns, measured.exposure, measured.coverage_out) == (0, (), 0.0)
