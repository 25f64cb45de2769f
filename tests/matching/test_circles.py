"""Circles: enough towns of one challenge, several Länder, help among them, nobody twice."""

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from kleinstadt_net.matching import circles
from kleinstadt_net.matching.features import TownFacts, TownFeatures
from kleinstadt_net.matching.weights import CIRCLE_FROM, CIRCLE_TOWNS
from tests.matching.towns import network, networks, town

LANDS = ("01", "05", "09")


def climate(count: int, **given: Any) -> list[TownFacts]:
    return [town(n, seeks="klima", land=LANDS[n % 3], lat=48 + n / 10, **given) for n in range(1, count + 1)]


def keys(built: TownFeatures, rows: tuple[int, ...]) -> list[str]:
    return [str(built.ags[row]) for row in rows]


def test_twelve_towns_of_one_challenge_make_a_circle_of_six_from_three_laender() -> None:
    built = network(climate(CIRCLE_FROM))
    (proposal,) = circles.propose(built)
    assert proposal.subject == "klima" and len(set(proposal.rows)) == CIRCLE_TOWNS
    assert proposal.laender == len({str(built.land[row]) for row in proposal.rows}) == 3


def test_eleven_make_none_and_neither_do_twelve_of_whom_one_is_busy() -> None:
    assert circles.propose(network(climate(CIRCLE_FROM - 1))) == ()
    assert circles.propose(network(climate(CIRCLE_FROM)), busy=[3]) == ()
    assert circles.propose(network(climate(CIRCLE_FROM, active=False))) == ()


def test_a_town_that_can_show_what_another_seeks_is_taken_in() -> None:
    towns = climate(CIRCLE_FROM)
    towns[0] = town(1, seeks="klima sport", land="01", lat=48.1)
    helper = town(40, seeks="klima", strong="sport", land="01", lat=48.1)
    built = network([*towns, helper])
    chosen = circles.around(built, "klima", 0, limit=5)
    assert helper.ags in keys(built, chosen)
    assert built.ags[0] not in keys(built, chosen)


def test_two_towns_that_are_kept_apart_are_in_no_circle_together() -> None:
    built = network(climate(CIRCLE_FROM))
    (proposal,) = circles.propose(built)
    first, second = proposal.rows[:2]
    (other,) = circles.propose(built, apart=[(second, first)])
    assert len(other.rows) == CIRCLE_TOWNS and not {first, second} <= {*other.rows}
    everybody = [(one, two) for one in range(CIRCLE_FROM) for two in range(one)]
    assert circles.propose(built, apart=everybody) == ()
    assert first not in circles.around(built, "klima", second, limit=5, apart=[(first, second)])


@given(networks)
@settings(max_examples=40)
def test_no_town_is_in_two_circles_and_everybody_in_one_has_its_challenge(towns: list[TownFacts]) -> None:
    several = [replace(one, ags=f"98{n:03d}{i:03d}") for i in range(4) for n, one in enumerate(towns)]
    built = network(several)
    found = circles.propose(built)
    rows = [row for proposal in found for row in proposal.rows]
    assert len(rows) == len(set(rows))
    for proposal in found:
        subject = built.subjects.index(proposal.subject)
        assert 2 <= len(proposal.rows) <= CIRCLE_TOWNS
        assert all(built.declared.challenge[subject, row] and built.active[row] for row in proposal.rows)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_rows_changes_nothing(seed: int) -> None:
    towns = climate(20)
    shuffled = list(towns)
    random.Random(seed).shuffle(shuffled)
    one, two = network(towns), network(shuffled)
    assert [keys(one, p.rows) for p in circles.propose(one)] == [
        keys(two, p.rows) for p in circles.propose(two)
    ]
