"""Questions and own weights put the same comparison in another order, within bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kleinstadt_net.matching import questions, ranking
from kleinstadt_net.matching.features import TownFacts
from kleinstadt_net.matching.questions import PARTS, QUESTIONS, USUAL
from tests.matching.towns import network, town

OWN = town(1, seeks="klima", works="sport", population=9_000, lat=50.0)
SAME_BOAT = town(2, works="klima", seeks="sport", population=17_000, lat=53.0)
SOLVED = town(3, strong="klima", population=15_000, lat=52.5)
ALIKE = town(4, population=9_000, lat=52.0, taking_part=False)
NEAR = town(5, population=19_500, area_km2=300.0, lat=50.05, taking_part=False)


def first(question: str, **own: int) -> str:
    built = network([OWN, SAME_BOAT, SOLVED, ALIKE, NEAR])
    keys = ranking.sort_keys(built, 0, questions.order(question, own))
    return str(built.ags[1:][keys[1:].argmin()])


@pytest.mark.parametrize(
    ("question", "answer"), zip(QUESTIONS, (SAME_BOAT, SOLVED, ALIKE, NEAR), strict=True)
)
def test_each_question_has_its_answer(question: str, answer: TownFacts) -> None:
    assert first(question) == answer.ags


def test_the_first_question_orders_as_page_round_and_letter_always_do() -> None:
    assert questions.order(QUESTIONS[0]) == USUAL


def test_own_points_move_another_town_to_the_top() -> None:
    assert first("same_boat", shared=1, learn=0, teach=0, structure=0, reach=10) == NEAR.ags


@given(st.sampled_from(QUESTIONS), st.fixed_dictionaries({part: st.integers(1, 10) for part in PARTS}))
def test_weights_of_any_points_sum_to_one(question: str, own: dict[str, int]) -> None:
    weights = questions.order(question, own).weights
    assert sum(getattr(weights, part) for part in PARTS) == pytest.approx(1.0)
    assert all(0 <= getattr(weights, part) <= 1 for part in PARTS)


@pytest.mark.parametrize("own", [{"shared": 0}, {"reach": 11}, {"reach": -1}, {"fame": 3}])
def test_points_out_of_bounds_are_refused(own: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"points|always counts"):
        questions.order("same_boat", own)
