import json
from dataclasses import replace

import pytest
from hypothesis import given

from kleinstadt_net.matching import reasons
from kleinstadt_net.matching.features import TownFacts
from kleinstadt_net.matching.ranking import score_pair
from kleinstadt_net.matching.reasons import Reason
from kleinstadt_net.matching.similarity import parts
from tests.matching.towns import network, networks, town


def between(own: TownFacts, peer: TownFacts, *others: TownFacts) -> dict[str, Reason]:
    return {reason.code: reason for reason in reasons.for_pair(network([own, peer, *others]), 0, 1)}


@given(networks)
def test_every_reason_has_a_documented_code_plain_data_and_its_place(towns: list[TownFacts]) -> None:
    built = network(towns)
    for i, j in ((0, 1), (1, 0)):
        found = reasons.for_pair(built, i, j)
        places = [reasons.CODES.index(reason.code) for reason in found]
        assert places == sorted(places)
        for reason in found:
            assert reason.code in (reasons.__doc__ or "")
            assert json.loads(json.dumps(reason.data)) == reason.data


@given(networks)
def test_what_is_said_of_challenges_and_help_is_what_counts_in_the_score(towns: list[TownFacts]) -> None:
    built = network(towns)
    compared = parts(built, 0)
    codes = {reason.code for reason in reasons.for_pair(built, 0, 1)}
    for code, part in (("shared_challenge", "shared"), ("learn", "learn"), ("teach", "teach")):
        assert (code in codes) == (getattr(compared, part)[1] > 0)


def test_the_shared_challenge_opens_with_how_many_others_have_it() -> None:
    own, peer = town(1, seeks="klima t04", focus=("t04",)), town(2, works="t04 klima", focus=("t04",))
    built = network([own, peer, *(town(n, seeks="klima") for n in range(3, 8))])
    first, second = reasons.for_pair(built, 0, 1)[:2]
    assert first == Reason(
        "shared_challenge",
        {
            "subject": "t04",
            "others": 0,
            "own_state": "seeking",
            "peer_state": "in_progress",
            "both_focus": True,
        },
    )
    assert (second.data["subject"], second.data["others"]) == ("klima", 5)


def test_what_the_other_can_do_is_named_with_the_age_of_its_word() -> None:
    found = between(town(1, seeks="klima", strong="sport"), town(2, strong="klima", works="sport"))
    assert found["learn"].data == {
        "subject": "klima",
        "age_days": 30,
        "own_state": "seeking",
        "own_focus": False,
    }
    assert found["teach"].data == {
        "subject": "sport",
        "age_days": 30,
        "peer_state": "in_progress",
        "peer_focus": False,
    }
    assert "similar_situation" not in found


def test_a_common_focus_is_told_even_where_one_has_solved_it() -> None:
    found = between(town(1, seeks="t04", focus=("t04",)), town(2, strong="t04", focus=("t04",)))
    assert found["same_focus"].data == {"subject": "t04"}


def test_without_a_common_subject_the_situation_opens() -> None:
    own, peer = town(1, growth=0.0), town(2, population=9_000, growth=0.0)
    first, *rest = reasons.for_pair(network([own, peer]), 0, 1)
    assert first == Reason("similar_situation", {})
    assert [reason.code for reason in rest] == [
        "comparable_size",
        "same_density",
        "same_growth",
        "same_tourism_region",
        "same_land",
    ]


ELBE, HARZ, MITTE = ("elbe", "Elbnetz"), ("harz", "Harznetz"), ("mitte", "Mitte")


def test_networks_both_belong_to_are_named_and_count_nothing() -> None:
    own, peer = town(1, networks=(MITTE, ELBE, HARZ)), town(2, networks=(ELBE, MITTE))
    built = network([own, peer])
    said = [reason for reason in reasons.for_pair(built, 0, 1) if reason.code == "same_network"]
    assert said == [
        Reason("same_network", {"network": "elbe", "name": "Elbnetz"}),
        Reason("same_network", {"network": "mitte", "name": "Mitte"}),
    ]
    alone = network([replace(own, networks=()), replace(peer, networks=())])
    assert score_pair(built, 0, 1) == score_pair(alone, 0, 1)


def test_a_network_of_a_town_that_takes_no_part_is_no_reason() -> None:
    assert "same_network" not in between(town(1, networks=(ELBE,)), town(2, networks=(HARZ,)))
    assert "same_network" not in between(
        town(1, networks=(ELBE,)), town(2, networks=(ELBE,), taking_part=False)
    )


def test_figures_of_both_towns_are_given_and_official_only_if_both_are() -> None:
    found = between(town(1), town(2, population=9_000, figures_official=False))
    assert found["comparable_size"].data == {"own": 8_000, "peer": 9_000, "official": False}
    assert found["same_density"].data == {"density": "sparse", "own": 100.0, "peer": 112.5, "official": False}
    assert found["same_growth"].data["direction"] == "shrinking"


def test_differences_worth_a_word_are_told() -> None:
    found = between(
        town(1), town(2, population=16_000, area_km2=240.0, growth=0.01, land="09", tourism=None, lat=49.5)
    )
    assert found["different_size"].data == {
        "own": 8_000,
        "peer": 16_000,
        "ratio": 2.0,
        "larger": "peer",
        "official": True,
    }
    assert found["different_area"].data["ratio"] == 3.0
    assert found["different_density"].data["peer_density"] == "very_sparse"
    assert found["different_growth"].data["peer_direction"] == "growing"
    assert found["other_land"].data == {"own": "06", "peer": "09", "km": 111}


def test_what_is_unknown_is_not_mentioned() -> None:
    unknown = town(2, population=None, area_km2=0.0, growth=None, tourism=None, lat=None)
    assert set(between(town(1), unknown)) == {"similar_situation", "same_land"}
    assert "km" not in between(town(1), unknown)["same_land"].data


@pytest.mark.parametrize(
    ("value", "code"),
    [(20.0, "very_sparse"), (75.0, "sparse"), (150.0, "medium"), (300.0, "dense"), (2e3, "dense")],
)
def test_density_words_come_from_inhabitants_per_square_kilometre(value: float, code: str) -> None:
    assert reasons.density_code(value) == code


@pytest.mark.parametrize(("growth", "code"), [(0.002, "stable"), (-0.003, "shrinking"), (0.01, "growing")])
def test_growth_words_leave_small_changes_alone(growth: float, code: str) -> None:
    assert reasons.direction(growth) == code
