"""A town that joins in the middle of a month: it gets names, and nobody pays for it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from kleinstadt_net.matching import mid_month, ranking
from kleinstadt_net.matching.features import TownFacts
from kleinstadt_net.matching.mid_month import Month
from kleinstadt_net.matching.rounds import COMPLEMENTARY, MUTUAL, SIMILAR, suggestions_each
from kleinstadt_net.matching.weights import MAX_LISTS
from tests.matching.towns import network, networks, town

NEW = "99000000"


def proposed(towns: list[TownFacts], **month: object) -> list[tuple[str, str]]:
    found = mid_month.propose(network(towns), NEW, Month(**month))  # type: ignore[arg-type]
    return [(towns[line.peer_row].ags, line.slot) for line in found]


def crowd(count: int = 24) -> list[TownFacts]:
    """The newcomer, and others far enough away from it and alike; the first three share its challenge."""
    towns = [town(0, seeks="innenstadt")]
    for number in range(1, count):
        towns.append(
            town(number, works="innenstadt" if number < 4 else "", strong="innenstadt" if number == 5 else "")
        )
    return towns


def test_the_same_challenge_comes_first_then_who_has_experience() -> None:
    assert proposed(crowd()) == [("99000001", MUTUAL), ("99000002", MUTUAL), ("99000005", COMPLEMENTARY)]


def test_a_town_that_stands_in_seven_lists_is_not_named_an_eighth_time() -> None:
    full = {f"99{number:06d}": MAX_LISTS for number in (1, 2, 5)}
    found = proposed(crowd(), named={**full, "99000003": MAX_LISTS - 1})
    assert found[0] == ("99000003", MUTUAL)
    assert [slot for _, slot in found[1:]] == [SIMILAR, SIMILAR]
    assert not set(full) & {ags for ags, _ in found}
    assert proposed(crowd(), named={one.ags: MAX_LISTS for one in crowd()}) == []


def test_of_equals_the_one_named_less_often_is_chosen() -> None:
    assert proposed(crowd(), named={"99000001": 5})[:2] == [("99000002", MUTUAL), ("99000003", MUTUAL)]


def test_declined_pairs_rest_whatever_happens_and_lately_proposed_ones_unless_there_is_nobody_else() -> None:
    two = [town(0, seeks="wohnen"), town(1, seeks="wohnen")]
    assert proposed(two, proposed=["99000001"]) == [("99000001", MUTUAL)]
    assert proposed(two, rested=["99000001"]) == []
    assert "99000001" not in dict(proposed(crowd(), proposed=["99000001"]))


def test_who_is_paused_neither_receives_nor_is_named() -> None:
    assert proposed([town(0, seeks="wohnen", active=False), town(1), town(2)]) == []
    assert proposed([town(0, seeks="wohnen"), town(1, seeks="wohnen", active=False)]) == []


@given(networks, st.dictionaries(st.integers(1, 13), st.integers(0, 9)), st.sets(st.integers(1, 13)))
@settings(max_examples=60)
def test_in_any_network_the_cap_and_the_rest_hold_and_the_score_is_the_round_s(
    towns: list[TownFacts], lists: dict[int, int], declined: set[int]
) -> None:
    built = network(towns)
    named = {f"99{number:06d}": count for number, count in lists.items()}
    rested = [f"99{number:06d}" for number in declined]
    found = mid_month.propose(built, NEW, Month(named, rested))
    active = int(built.active.sum())
    assert len(found) <= min(3, suggestions_each(active))
    assert len({line.peer_row for line in found}) == len(found)
    for line in found:
        key = towns[line.peer_row].ags
        assert built.active[line.peer_row] and key != NEW and key not in rested
        assert named.get(key, 0) < MAX_LISTS
        assert line.score == ranking.score_pair(built, 0, line.peer_row)
        assert line.slot != MUTUAL or line.parts["shared"] > 0
    if built.active[0] and not found:
        free = [
            one.ags
            for one, awake in zip(towns, built.active, strict=True)
            if awake and one.ags != NEW and one.ags not in rested and named.get(one.ags, 0) < MAX_LISTS
        ]
        assert free == []
