"""What a round is worth, and the engine on trial: tiny networks counted by hand."""

import itertools

import numpy as np
import pytest

from kleinstadt_net.matching import (
    bounds,
    evaluation,
    features,
    peer_groups,
    quality,
    ranking,
    rounds,
    samples,
    simulation,
    stability,
)
from kleinstadt_net.matching.survey import Survey
from kleinstadt_net.matching.weights import WEIGHTS
from tests.matching.towns import ALL, network, town


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


def test_a_tiny_network_is_counted_as_by_hand() -> None:
    """1 and 2 seek the same, 3 can show it; 4 has nothing to say. One suggestion each, so one mutual place each."""
    built = network(
        [town(1, seeks="klima"), town(2, seeks="klima", land="09"), town(3, strong="klima"), town(4)]
    )
    lines = [(0, 1, "mutual"), (1, 0, "mutual"), (2, 0, "similar_situation"), (3, 2, "similar_situation")]
    proposals = tuple(proposal(*line, shared=0.5 if line[2] == "mutual" else 0.0) for line in lines)
    measured = quality.measure(rounds.RoundPlan("2026-12", 1, proposals, ()), built)
    assert measured.exposure == (1, 2, 1)  # nobody names 4, two name 1
    assert (measured.most_lists, measured.coverage_in, measured.coverage_out) == (2, 0.75, 1.0)
    assert measured.exposure_gini == pytest.approx(0.375)
    assert (measured.reciprocity, measured.shared) == (0.5, 0.5)
    assert (measured.declaring, measured.shared_mutual, measured.shared_feasible) == (2, 1.0, 1.0)
    assert (measured.needs, measured.need_cover) == (2, 0.0)  # 3 stands in neither list of those who seek
    assert (measured.laender_per_list, measured.short_of_mutual, measured.short) == (1.0, 2, 0)


def proposal(i: int, j: int, slot: str, shared: float, score: float = 0.5) -> rounds.Proposal:
    return rounds.Proposal(i, j, slot, score, {"shared": shared})


def test_the_mutual_core_is_held_against_the_best_that_could_be() -> None:
    """1 and 2, 3 and 4 share most; a plan that pairs them crosswise keeps less than was possible."""
    built = network(
        [
            town(1, seeks="klima waerme"),
            town(2, seeks="klima waerme"),
            town(3, seeks="klima"),
            town(4, seeks="klima"),
        ]
    )
    best = rounds.plan(built, month="2026-12")
    found = quality.measure_core(best, built)
    assert found.of_possible == 1.0
    assert found.gap == pytest.approx(0.0)
    assert found.utility_kept is not None and found.utility_kept <= 1.0
    crosswise = [(0, 2), (2, 0), (1, 3), (3, 1)]
    worse = tuple(proposal(i, j, "mutual", 0.5, ranking.score_pair(built, i, j)) for i, j in crosswise)
    lesser = quality.measure_core(rounds.RoundPlan("2026-12", 1, worse, ()), built)
    assert lesser.gap is not None and lesser.gap > 0.01
    nobody = network([town(1), town(2)])
    silent = quality.measure_core(rounds.plan(nobody, month="2026-12"), nobody)
    assert (silent.of_possible, silent.gap) == (None, None)


def test_the_bound_is_never_below_what_trying_everything_finds() -> None:
    built = features.build(samples.network(7, seed=3), ALL)
    towns = built.take(built.by_ags)
    bound = bounds.best_pairs(Survey(towns, WEIGHTS, []), 1)
    sharing = {
        (i, j): ranking.score_pair(towns, i, j)
        for i, j in itertools.combinations(range(7), 2)
        if (towns.declared.challenge[:, i] * towns.declared.challenge[:, j]).any()
    }
    matchings = [
        chosen
        for size in range(4)
        for chosen in itertools.combinations(sharing, size)
        if len({town for pair in chosen for town in pair}) == 2 * size
    ]
    most = max(map(len, matchings))
    best = max(sum(2 * sharing[pair] for pair in chosen) for chosen in matchings if len(chosen) == most)
    assert bound.places >= 2 * most
    assert bound.places > 2 * most or bound.score >= best - 1e-9


def test_stability_is_a_share_and_the_same_every_time() -> None:
    facts = samples.network(30, seed=5)
    calm = stability.measure(facts, ALL, seeds=2, round_seeds=1)
    assert calm == stability.measure(facts, ALL, seeds=2, round_seeds=1)
    assert all(0.5 < share <= 1 for share in (calm.top5 or 0, calm.top20 or 0, calm.round or 0))
    assert stability.overlap(
        [frozenset({1, 2}), frozenset()], [frozenset({2, 3}), frozenset()]
    ) == pytest.approx(1 / 3)


def test_a_small_network_has_names_for_two_years_and_a_drawn_one_is_always_the_same() -> None:
    assert samples.network(12, seed=1) == samples.network(12, seed=1) != samples.network(12, seed=2)
    found = simulation.simulate(features.build(samples.network(12), ALL), 24, 6)
    assert (found.letters, found.empty, found.each) == (288, 0, 1)
    two = simulation.simulate(features.build(samples.network(2), ALL), 3, 6)
    assert (two.pairs, two.repeated, two.empty) == (3, 2, 0)  # nobody else to meet


def test_peers_are_found_by_what_makes_them_peers() -> None:
    """Two groups that differ in what they seek only: size and place say nothing, the full score all."""
    towns = [town(n, seeks="klima" if n % 2 else "waerme") for n in range(44)]
    groups = [[n for n in range(44) if n % 2 == side] for side in (0, 1)]
    found = {one.method: one for one in peer_groups.measure(network(towns), groups, np.ones(44, dtype=bool))}
    assert (found["full"].recall.mean, found["full"].mrr.mean) == (1.0, 1.0)
    assert found["random"].recall.mean < 0.7
    assert found["full"].recall.low == found["full"].recall.high == 1.0
    one_group = peer_groups.interval([[0.0, 1.0, 1.0, 0.0]])
    assert one_group.low < one_group.mean == 0.5 < one_group.high
    with pytest.raises(ValueError, match="no group"):
        peer_groups.measure(network(towns), [[1]], np.ones(44, dtype=bool))


def test_weights_are_compared_on_answers_and_refused_with_words() -> None:
    wanted = [{"shared": 0.8, "structure": 0.1, "reach": 0.1}] * 3
    declined = [{"shared": 0.1, "structure": 0.9, "reach": 0.9}] * 2
    good = evaluation.evaluate(wanted, declined, WEIGHTS)
    assert good.auc == good.low == good.high == 1.0
    assert evaluation.evaluate(wanted, [], WEIGHTS).auc is None
    table = {"shared": 0.4, "learn": 0.2, "teach": 0.1, "structure": 0.2, "reach": 0.1}
    assert evaluation.read_weights(table).structure == 0.2
    for change, said in (
        ({"reach": 0.2}, "sum to 1"),
        ({"reach": -0.1}, "from 0 to 1"),
        ({"reach": "much"}, "from 0 to 1"),
        ({"speed": 0.0}, "unknown: speed"),
        ({"shared": 0.1, "reach": 0.4}, "largest"),
    ):
        with pytest.raises(evaluation.BadWeights, match=said):
            evaluation.read_weights({**table, **change})
    with pytest.raises(evaluation.BadWeights, match="missing: reach"):
        evaluation.read_weights({name: value for name, value in table.items() if name != "reach"})
    with pytest.raises(evaluation.BadWeights, match="object"):
        evaluation.read_weights([1])
