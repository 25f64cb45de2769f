"""What figures suggest of a town that has said nothing: worth half, told as a presumption, ended by a statement."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kleinstadt_net.matching import features, ranking, reasons, rounds
from kleinstadt_net.matching.features import TownFacts, TownFeatures
from kleinstadt_net.matching.similarity import parts
from kleinstadt_net.matching.weights import SHARED_HALF, Weights
from tests.matching.towns import ALL, network, networks, town

SHRINKING, GROWING = -0.008, 0.012


def presumed(built: TownFeatures, row: int) -> set[str]:
    return {ALL[subject] for subject in built.declared.presumed[:, row].nonzero()[0]}


def codes(built: TownFeatures, i: int, j: int) -> list[str]:
    return [reason.code for reason in reasons.for_pair(built, i, j)]


@pytest.mark.parametrize(
    ("growth", "expected"), [(SHRINKING, {"demografie"}), (GROWING, {"wohnen"}), (0.0, set()), (None, set())]
)
def test_a_silent_town_s_growth_suggests_its_challenge(growth: float | None, expected: set[str]) -> None:
    assert presumed(network([town(1, growth=growth), town(2)]), 0) == expected


def test_a_long_way_to_the_next_centre_suggests_mobility_and_no_centre_known_suggests_nothing() -> None:
    near, far, nowhere = (town(n, growth=0.0, lat=lat) for n, lat in ((1, 50.6), (2, 51.5), (3, None)))
    centre = town(4, population=90_000, growth=0.0)
    built = network([near, far, nowhere, centre])
    assert [presumed(built, row) for row in range(4)] == [set(), {"mobilitaet"}, set(), set()]
    assert presumed(network([near, far]), 1) == set()


def test_the_first_statement_and_leaving_the_network_end_every_presumption() -> None:
    built = network([town(1, growth=SHRINKING), town(2, growth=SHRINKING)])
    spoken = features.replace(built, {0: town(1, growth=SHRINKING, strong="klima")})
    away = features.replace(built, {0: town(1, growth=SHRINKING, taking_part=False)})
    assert [presumed(one, 0) for one in (built, spoken, away)] == [{"demografie"}, set(), set()]
    assert presumed(spoken, 1) == {"demografie"}


def test_a_presumed_challenge_counts_half_of_a_declared_one() -> None:
    asks = town(1, seeks="demografie", growth=SHRINKING)
    says, silent = town(2, works="demografie", growth=SHRINKING), town(3, growth=SHRINKING)
    built = network([asks, says, silent])
    compared = parts(built, 0)
    rarity = built.declared.rarity[ALL.index("demografie")]
    assert compared.shared[2] == 0 and compared.presumed[2] == rarity / (rarity + SHARED_HALF)
    assert compared.presumed[1] == 0 and compared.shared[1] == compared.presumed[2]
    assert ranking.score_pair(built, 0, 1) > ranking.score_pair(built, 0, 2)
    assert ranking.score_pair(built, 0, 2) > ranking.score_pair(built, 0, 2, Weights(shared=0.0))


def test_it_is_told_as_a_presumption_beside_the_plain_word_that_nothing_is_declared() -> None:
    built = network([town(1, seeks="demografie"), town(2, growth=SHRINKING), town(3, growth=SHRINKING)])
    assert codes(built, 0, 1)[:2] == ["similar_situation", "presumed_challenge"]
    assert reasons.for_pair(built, 1, 2)[1].data == {
        "subject": "demografie",
        "own_presumed": True,
        "peer_presumed": True,
    }


def test_it_never_makes_a_pair_of_the_same_challenge() -> None:
    built = network([town(n, growth=SHRINKING) for n in range(8)])
    plan = rounds.plan(built, month="2026-11")
    assert {proposal.slot for proposal in plan.proposals} == {rounds.SIMILAR}
    assert all(proposal.parts["shared"] == 0 for proposal in plan.proposals)


@given(networks)
def test_of_two_towns_either_share_a_challenge_or_are_presumed_to(towns: list[TownFacts]) -> None:
    built = network(towns)
    for i in range(len(towns)):
        compared = parts(built, i)
        assert not (compared.shared * compared.presumed).any()
        assert all(compared.presumed[j] == parts(built, j).presumed[i] for j in range(len(towns)))


@given(networks, st.data())
def test_the_quick_look_misses_nobody_for_a_presumption(towns: list[TownFacts], data: st.DataObject) -> None:
    built = network(towns)
    best = ranking.top_k(built, 3)
    i = data.draw(st.integers(0, len(towns) - 1))
    assert [row for row in best.rows[i].tolist() if row >= 0] == ranking.rank(built, i, limit=3).rows.tolist()
