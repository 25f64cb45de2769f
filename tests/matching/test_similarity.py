import dataclasses
from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kleinstadt_net.matching import ranking
from kleinstadt_net.matching.features import TownFacts, TownFeatures
from kleinstadt_net.matching.similarity import PART_NAMES, distance_km, parts
from kleinstadt_net.matching.weights import FACET_CAP
from kleinstadt_net.vocabulary import THESES
from tests.matching.towns import ALL, network, networks, town


@given(networks)
def test_every_part_lies_between_nought_and_one(towns: list[TownFacts]) -> None:
    built = network(towns)
    for i in range(len(towns)):
        compared = parts(built, i)
        for name in PART_NAMES:
            values = getattr(compared, name)
            assert values.dtype == np.float64
            assert ((values >= 0) & (values <= 1)).all(), name


@given(networks)
def test_a_pair_looks_the_same_from_both_sides_to_the_last_bit(towns: list[TownFacts]) -> None:
    built = network(towns)
    compared = [parts(built, i) for i in range(len(towns))]
    for i in range(len(towns)):
        for j in range(len(towns)):
            for name in ("shared", "structure", "reach"):
                assert getattr(compared[i], name)[j] == getattr(compared[j], name)[i], name
            assert compared[i].learn[j] == compared[j].teach[i]


@given(networks, st.data())
def test_some_rows_compare_like_all_rows_to_the_last_bit(towns: list[TownFacts], data: st.DataObject) -> None:
    built = network(towns)
    rows = np.array(data.draw(st.lists(st.integers(0, len(towns) - 1))), dtype=np.int64)
    everyone, some = parts(built, 0), parts(built, 0, rows)
    for name in PART_NAMES:
        assert np.array_equal(getattr(everyone, name)[rows], getattr(some, name))


@given(networks, st.randoms())
def test_the_order_of_the_rows_changes_no_score(towns: list[TownFacts], random: Random) -> None:
    shuffled = list(towns)
    random.shuffle(shuffled)
    first, second = network(towns), network(shuffled)
    for i, j in ((0, 1), (1, 0)):
        other_i, other_j = shuffled.index(towns[i]), shuffled.index(towns[j])
        assert ranking.score_pair(first, i, j) == ranking.score_pair(second, other_i, other_j)


def with_fixed_frequencies(built: TownFeatures) -> TownFeatures:
    rarity = np.linspace(0.25, 1.0, len(built.subjects))
    return dataclasses.replace(built, declared=dataclasses.replace(built.declared, rarity=rarity))


@given(networks, st.sampled_from(ALL), st.sampled_from(["seeking", "in_progress"]))
def test_below_the_cap_a_further_shared_challenge_never_lowers_the_pair(
    towns: list[TownFacts], subject: str, state: str
) -> None:
    before = with_fixed_frequencies(network(towns))
    facet = [row for row, key in enumerate(ALL) if (key in THESES) == (subject in THESES)]
    for i in (0, 1):
        if (before.declared.state[facet, i] >= 2).sum() >= FACET_CAP or before.declared.state[
            ALL.index(subject), i
        ]:
            return
        towns[i] = dataclasses.replace(
            towns[i], statements=(*towns[i].statements, town(0, seeks=subject).statements[0])
        )
    after = with_fixed_frequencies(network(towns))
    assert ranking.score_pair(after, 0, 1) >= ranking.score_pair(before, 0, 1)


def test_a_rarer_shared_challenge_counts_more() -> None:
    towns = [
        town(1, seeks="klima"),
        town(2, works="klima"),
        *(town(n, seeks="finanzen") for n in range(3, 20)),
    ]
    built = network(towns)
    assert parts(built, 0).shared[1] > parts(built, 2).shared[3] > 0


def test_a_focus_both_share_counts_double_and_a_focus_of_one_does_not() -> None:
    towns = [town(n, seeks="t04", focus=("t04",) if n < 3 else ()) for n in range(1, 5)]
    shared = parts(network(towns), 0).shared
    amounts = 0.5 * shared / (1 - shared)
    assert np.isclose(amounts[1], 2 * amounts[2])
    assert amounts[2] == amounts[3]


def test_strength_meets_need_by_focus_state_and_freshness() -> None:
    towns = [
        town(1, seeks="t04", focus=("t04",)),
        town(2, seeks="t04"),
        town(3, works="t04"),
        town(4, strong="t04"),
        town(5),
    ]
    learn = [parts(network(towns), i).learn[3] for i in range(5)]
    assert learn[0] > learn[1] > learn[2] > learn[4] == 0.0
    stale = dataclasses.replace(towns[3].statements[0], age_days=800)
    towns[3] = dataclasses.replace(towns[3], statements=(stale,))
    assert 0 < parts(network(towns), 1).learn[3] < learn[1]


def test_two_towns_are_compared_on_the_figures_both_have() -> None:
    known = town(1)
    unknown_growth = town(2, growth=None)
    nothing = town(3, population=None, area_km2=None, growth=None, urbanisation=None, tourism=None, lat=None)
    different = town(4, growth=0.04, population=19_000, area_km2=20.0, tourism="Küste", urbanisation=1.0)
    built = network([known, unknown_growth, nothing, different])
    structure = parts(built, 0).structure
    assert structure[1] == 1.0
    assert structure[2] == 0.0
    assert 0 < structure[3] < 1
    assert parts(built, 0).reach[2] == 0.0
    assert distance_km(built, 0, 2) is None


def test_reach_halves_at_the_distance_of_a_day_trip() -> None:
    built = network([town(1, lat=50.0, lon=10.0), town(2, lat=50.0 + 150 / 111.195, lon=10.0)])
    assert round(distance_km(built, 0, 1) or 0) == 150
    assert abs(parts(built, 0).reach[1] - 0.5) < 1e-3


def test_identical_towns_are_alike_in_every_measured_way() -> None:
    compared = parts(network([town(n) for n in range(5)]), 0)
    assert compared.structure.tolist() == compared.reach.tolist() == [1.0] * 5
    assert not compared.shared.any() and not compared.learn.any()
