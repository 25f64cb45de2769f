import dataclasses
from collections import Counter
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kleinstadt_net.matching import quality, ranking, rounds
from kleinstadt_net.matching.features import Statement, TownFacts, TownFeatures
from kleinstadt_net.matching.rounds import History, RoundPlan
from kleinstadt_net.matching.weights import CONTRAST_STRUCTURE, MAX_LISTS
from tests.matching.towns import ALL, network, networks, town

MONTH = "2026-12"


def big_network(count: int = 90, seed: int = 3, silent: float = 0.1) -> TownFeatures:
    """Towns all over the country; who says anything names at least one challenge."""
    random = np.random.default_rng(seed)
    states = ("seeking", "in_progress", "strength")
    towns = []
    for n in range(count):
        number = 0 if random.random() < silent else int(random.integers(3, 10))
        chosen = random.choice(ALL, size=number, replace=False).tolist()
        stated = [states[int(random.integers(3)) if position else 0] for position in range(number)]
        towns.append(
            town(
                n,
                statements=tuple(Statement(*said, 9) for said in zip(chosen, stated, strict=True)),
                land=f"{1 + n % 5:02d}",
                lat=float(random.uniform(47, 55)),
                lon=float(random.uniform(6, 15)),
                population=int(random.integers(6_000, 19_000)),
                area_km2=float(random.uniform(10, 400)),
            )
        )
    return network(towns)


def lists_of(plan: RoundPlan) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for proposal in plan.proposals:
        found.setdefault(proposal.town_row, []).append(proposal.peer_row)
    return found


def assert_keeps_the_rules(plan: RoundPlan, built: TownFeatures) -> None:
    active = set(np.flatnonzero(built.active).tolist())
    pairs = [(proposal.town_row, proposal.peer_row) for proposal in plan.proposals]
    assert len(pairs) == len(set(pairs))
    assert all(i != j and i in active and j in active for i, j in pairs)
    assert max(Counter(j for _, j in pairs).values(), default=0) <= MAX_LISTS
    for proposal in plan.proposals:
        if proposal.slot == rounds.MUTUAL:
            assert (proposal.peer_row, proposal.town_row) in pairs
            assert proposal.parts["shared"] > 0
        if proposal.slot == rounds.COMPLEMENTARY:
            assert proposal.parts["learn"] > 0
        if proposal.slot == rounds.CONTRAST:
            assert built.land[proposal.town_row] != built.land[proposal.peer_row]
            assert 0 < proposal.parts["structure"] <= CONTRAST_STRUCTURE
            assert proposal.parts["shared"] > 0 or proposal.parts["learn"] > 0


@given(networks)
@settings(max_examples=60)
def test_in_any_network_every_active_town_receives_and_is_named_and_no_cap_is_broken(
    towns: list[TownFacts],
) -> None:
    built = network(towns)
    plan = rounds.plan(built, month=MONTH)
    assert_keeps_the_rules(plan, built)
    measured = quality.measure(plan, built)
    if measured.towns > 1:
        assert measured.coverage_out == measured.coverage_in == 1.0


@given(networks, st.sets(st.tuples(st.integers(0, 13), st.integers(0, 13))), st.booleans())
def test_rested_pairs_are_never_proposed_and_who_has_nobody_is_noted(
    towns: list[TownFacts], pairs: set[tuple[int, int]], others_proposed: bool
) -> None:
    built = network(towns)
    rested = frozenset((f"99{i:06d}", f"99{j:06d}") for i, j in pairs)
    everyone = frozenset((a.ags, b.ags) for a in towns for b in towns) if others_proposed else frozenset()
    plan = rounds.plan(built, month=MONTH, history=History(rested=rested, proposed=everyone))
    assert_keeps_the_rules(plan, built)
    for proposal in plan.proposals:
        pair = str(built.ags[proposal.town_row]), str(built.ags[proposal.peer_row])
        assert pair not in rested and pair[::-1] not in rested
    served = lists_of(plan)
    nobody = {note.town_row for note in plan.notes if note.code == "no_peer"}
    assert nobody == set(np.flatnonzero(built.active).tolist()) - set(served)


@given(networks, st.randoms())
def test_the_order_of_the_rows_changes_nothing(towns: list[TownFacts], random: Random) -> None:
    shuffled = list(towns)
    random.shuffle(shuffled)
    named = []
    for some in (towns, shuffled):
        built = network(some)
        plan = rounds.plan(built, month=MONTH)
        named.append(
            [(built.ags[p.town_row], built.ags[p.peer_row], p.slot, p.score) for p in plan.proposals]
        )
    assert named[0] == named[1]


def test_a_full_network_gives_everyone_three_mutual_pairs_one_helper_and_one_other_view() -> None:
    built = big_network(silent=0.0)
    plan = rounds.plan(built, month=MONTH)
    assert_keeps_the_rules(plan, built)
    assert plan.suggestions_each == 5
    assert all(len(peers) == 5 for peers in lists_of(plan).values())
    slots = quality.measure(plan, built).slots
    assert slots["mutual"] == 3 * 90
    assert slots["complementary"] >= 85
    assert slots["contrast"] >= 85
    assert not plan.notes


def test_towns_without_a_statement_are_served_by_their_situation_and_cost_nobody_a_shared_challenge() -> None:
    built = big_network(silent=0.3)
    plan = rounds.plan(built, month=MONTH)
    assert_keeps_the_rules(plan, built)
    silent = set(np.flatnonzero(~built.declared.counted.any(axis=0)).tolist())
    for proposal in plan.proposals:
        if proposal.town_row in silent:
            assert proposal.slot == rounds.SIMILAR
    mutual = Counter(p.town_row for p in plan.proposals if p.slot == rounds.MUTUAL)
    assert sum(mutual[row] == 3 for row in range(90) if row not in silent) >= 90 - len(silent) - 2


def test_a_shared_challenge_is_found_by_exchange_where_the_best_pairs_leave_somebody_out() -> None:
    # Four towns on a line: the middle two suit best, but then the outer two would share nothing with anybody.
    towns = [
        town(1, seeks="klima"),
        town(2, seeks="klima wohnen sport"),
        town(3, seeks="wohnen sport kultur"),
        town(4, seeks="kultur"),
    ]
    plan = rounds.plan(network(towns), month=MONTH)
    assert {(p.town_row, p.peer_row) for p in plan.proposals} == {(0, 1), (1, 0), (2, 3), (3, 2)}
    assert {p.slot for p in plan.proposals} == {rounds.MUTUAL}


@pytest.mark.parametrize(
    ("active", "each"), [(0, 1), (1, 1), (2, 1), (12, 1), (13, 2), (30, 4), (31, 5), (2300, 5)]
)
def test_a_small_network_gets_fewer_suggestions(active: int, each: int) -> None:
    assert rounds.suggestions_each(active) == each


@pytest.mark.parametrize("count", [13, 14, 19, 20, 25, 26, 31, 32])
def test_small_networks_keep_their_number_in_and_out(count: int) -> None:
    built = big_network(count, silent=0.2)
    plan = rounds.plan(built, month=MONTH)
    assert_keeps_the_rules(plan, built)
    measured = quality.measure(plan, built)
    assert measured.coverage_in == measured.coverage_out == 1.0
    assert all(len(peers) >= plan.suggestions_each for peers in lists_of(plan).values())
    assert sum(len(peers) > plan.suggestions_each for peers in lists_of(plan).values()) <= 1


def test_no_towns_one_town_and_two_towns_have_a_round() -> None:
    assert rounds.plan(network([]), month=MONTH).proposals == ()
    alone = rounds.plan(network([town(1)]), month=MONTH)
    assert alone.proposals == ()
    assert [note.code for note in alone.notes] == ["no_peer", "not_named"]
    two = rounds.plan(network([town(1, seeks="klima"), town(2, seeks="klima")]), month=MONTH)
    assert [(p.town_row, p.peer_row, p.slot) for p in two.proposals] == [(0, 1, "mutual"), (1, 0, "mutual")]


def test_of_three_towns_the_odd_one_joins_a_pair_and_that_is_noted() -> None:
    plan = rounds.plan(network([town(n) for n in (1, 2, 3)]), month=MONTH)
    assert sorted(len(peers) for peers in lists_of(plan).values()) == [1, 1, 2]
    assert [note.code for note in plan.notes] == ["one_more"]


def test_towns_that_are_not_active_are_left_out() -> None:
    towns = [town(1), town(2), town(3, active=False), town(4, taking_part=False)]
    plan = rounds.plan(network(towns), month=MONTH)
    assert set(lists_of(plan)) == {0, 1}


def test_a_pair_proposed_lately_comes_again_only_where_a_town_has_nobody_else() -> None:
    towns = [town(1), town(2), town(3), town(4)]
    lately = frozenset({("99000001", "99000002"), ("99000001", "99000003"), ("99000004", "99000001")})
    plan = rounds.plan(network(towns), month=MONTH, history=History(proposed=lately))
    assert [note.code for note in plan.notes if note.town_row == 0] == ["repeated"]
    assert len(lists_of(plan)[0]) == 1
    for row in (1, 2, 3):
        assert any(peer != 0 for peer in lists_of(plan)[row])


def test_six_months_in_a_row_propose_no_pair_twice() -> None:
    built = big_network(40, silent=0.0)
    proposed: frozenset[tuple[str, str]] = frozenset()
    for month in range(6):
        plan = rounds.plan(built, month=f"2026-{month + 1:02d}", history=History(proposed=proposed))
        assert "repeated" not in {note.code for note in plan.notes}
        assert quality.measure(plan, built).coverage_out == 1.0
        new = {
            tuple(sorted((str(built.ags[p.town_row]), str(built.ags[p.peer_row])))) for p in plan.proposals
        }
        assert not new & proposed
        proposed |= frozenset((first, second) for first, second in new)


def test_a_proposal_carries_the_score_and_parts_of_the_page() -> None:
    built = big_network(40)
    plan = rounds.plan(built, month=MONTH)
    for proposal in plan.proposals:
        page = ranking.rank(built, proposal.town_row)
        position = page.rows.tolist().index(proposal.peer_row)
        assert proposal.score == page.scores[position]
        assert proposal.parts["structure"] == pytest.approx(page.parts.structure[position], abs=5e-7)


def test_a_sought_after_town_is_named_in_no_more_lists_than_it_can_bear() -> None:
    towns = [town(n, seeks="klima", land=f"{n % 16:02d}") for n in range(40)]
    towns[7] = dataclasses.replace(towns[7], statements=(Statement("klima", "strength", 1),))
    built = network(towns)
    plan = rounds.plan(built, month=MONTH)
    assert_keeps_the_rules(plan, built)
    assert Counter(p.peer_row for p in plan.proposals)[7] == MAX_LISTS
