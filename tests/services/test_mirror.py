"""The mirror: the towns most alike, medians, and nobody's need by name."""

from typing import Any

import pytest
from flask import Flask

from kleinstadt_net.database import db
from kleinstadt_net.models import Town
from kleinstadt_net.services import mirror
from tests.factories import FocusFactory, StanceFactory, TownFactory, TownFigureFactory
from tests.support.statements import counted_queries


def town(population: int, **given: Any) -> Town:
    made: Town = TownFactory(**{"taking_part": True, **given})
    TownFigureFactory(town=made, population=population)
    return made


@pytest.fixture
def mine(app: Flask) -> Town:
    return town(10_000, name="Ellernrode")


def test_the_fifteen_nearest_by_structure_stand_in_the_order_of_their_names(mine: Town) -> None:
    for number in range(20):
        town(10_100 + 400 * number, name=f"Steinbracken {chr(84 - number)}", taking_part=False)
    found = mirror.of_town(mine.id)
    names = [one.name for one in found.like]
    assert len(names) == mirror.LIKE and names == sorted(names)
    # The five largest of twenty are farthest away.
    assert not {f"Steinbracken {letter}" for letter in "ABCDE"} & set(names)
    population = found.measures[0]
    assert (population.own, population.median) == (10_000, 10_100 + 400 * 7)
    assert found.taking_part == 0 and not found.speaking and not found.has_enough


def test_what_others_seek_is_told_from_three_towns_on(mine: Town) -> None:
    others = [town(10_000 + 100 * number) for number in range(4)]
    for one in others[:2]:
        StanceFactory(town_id=one.id, subject="waerme", state="seeking")
    for one in others[:3]:
        StanceFactory(town_id=one.id, subject="innenstadt", state="seeking")
        FocusFactory(town_id=one.id, thesis="t04")
    StanceFactory(town_id=others[3].id, subject="t04", state="strength")
    StanceFactory(town_id=mine.id, subject="t04", state="seeking")
    said = {row.subject: row for row in mirror.of_town(mine.id).said}
    assert said["waerme"].seeking is None and not said["waerme"].is_named
    assert said["innenstadt"].seeking == 3
    assert (said["t04"].own, said["t04"].strength, said["t04"].focus) == ("seeking", 1, 3)
    assert mirror.of_town(mine.id).shares["t04"] == 0.25


def test_where_few_of_the_alike_take_part_the_nearest_of_all_that_do_speak_instead(mine: Town) -> None:
    for number in range(15):
        town(10_000 + 10 * number, taking_part=False)
    far = [town(19_000, name=f"Oberdallen {letter}") for letter in "ABC"]
    found = mirror.of_town(mine.id)
    assert found.is_wider and found.has_enough
    assert [one.name for one in found.speaking] == [one.name for one in far]


def test_a_town_without_figures_has_an_empty_mirror(app: Flask) -> None:
    alone: Town = TownFactory(taking_part=True, name="Hohenwispel")
    town(9_000)
    found = mirror.of_town(alone.id)
    assert found.figure is None and found.measures[0].own is None


def test_the_mirror_costs_the_same_queries_for_any_number_of_towns(mine: Town) -> None:
    mine_id, counts = mine.id, []
    for _ in range(2):
        for number in range(6):
            town(11_000 + 10 * number)
        mirror.of_town(mine_id)
        db.session.commit()
        with counted_queries() as queries:
            mirror.of_town(mine_id)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 6
