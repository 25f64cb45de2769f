"""Towns side by side: what is shown to whom, and what differs."""

from typing import Any

import pytest
from flask import Flask

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Network, NetworkMember, Town
from kleinstadt_net.services import comparison, installation
from kleinstadt_net.services.comparison import Difference
from tests.factories import (
    FocusFactory,
    SectionFactory,
    StanceFactory,
    TownCodeFactory,
    TownFactory,
    TownFigureFactory,
)
from tests.support.statements import counted_queries


def town(population: int = 12_000, **given: Any) -> Town:
    made: Town = TownFactory(**{"taking_part": True, **given})
    TownFigureFactory(town=made, population=population)
    return made


@pytest.fixture
def three(app: Flask) -> tuple[Town, Town, Town]:
    return town(name="Ellernrode"), town(14_000, name="Lauenfurt"), town(19_000, name="Steinbracken")


def compare(*towns: Town, verified: bool = True) -> comparison.Comparison:
    return comparison.of([one.ags for one in towns], verified=verified)


def test_figures_are_called_similar_up_to_a_fourth_more_and_different_beyond(
    three: tuple[Town, Town, Town],
) -> None:
    first, second, third = three
    assert compare(first, second).of_figure("population") == Difference("similar")
    assert compare(first, second, third).of_figure("population") == Difference("different")
    assert compare(first, second).of_figure("area_km2") == Difference("same")
    assert compare(first).of_figure("population") == compare(first, second).of_growth() == Difference()


def test_a_subject_is_the_same_only_where_all_say_the_same(three: tuple[Town, Town, Town]) -> None:
    first, second, third = three
    for one, state in ((first, "strength"), (second, "strength")):
        StanceFactory(town_id=one.id, subject="innenstadt", state=state)
    StanceFactory(town_id=first.id, subject="waerme", state="in_progress")
    FocusFactory(town_id=first.id, thesis="t02")
    FocusFactory(town_id=first.id, thesis="t09")
    FocusFactory(town_id=second.id, thesis="t09")
    found = compare(first, second)
    assert found.subjects == ("innenstadt", "waerme")
    assert found.of_subject("innenstadt") == Difference("same")
    assert found.of_subject("waerme") == Difference("one", ("Ellernrode",))
    assert found.of_focus() == Difference("partly", ("Partner in der Stadt und darüber hinaus",))
    assert compare(first, second, third).of_subject("innenstadt") == Difference("different")


def test_needs_and_sections_for_towns_alone_are_compared_for_verified_readers_alone(
    three: tuple[Town, Town, Town],
) -> None:
    first, second, _ = three
    before = compare(first, second, verified=False)
    StanceFactory(town_id=first.id, subject="waerme", state="seeking")
    SectionFactory(town_id=second.id, thesis="t03", visibility="verified")
    installation.touch_town(first.id)
    db.session.commit()
    assert compare(first, second, verified=False) == before
    found = compare(first, second)
    assert found.columns[0].told["waerme"].state == "seeking"
    assert found.of_section("t03") == Difference("one", ("Lauenfurt",))


def test_a_town_that_does_not_take_part_shows_its_figures_alone(three: tuple[Town, Town, Town]) -> None:
    quiet = town(name="Oberdallen", suspended_at=clock.now())
    StanceFactory(town_id=quiet.id)
    FocusFactory(town_id=quiet.id)
    SectionFactory(town_id=quiet.id)
    (column,) = compare(quiet).columns
    assert column.figure and not (column.told or column.focus or column.sections or column.taking_part)


def test_keys_that_cannot_be_shown_are_told_and_nobody_stands_twice(three: tuple[Town, Town, Town]) -> None:
    first, second, third = three
    fourth, fifth = town(name="Oberdallen"), town(name="Hohenwispel")
    hidden = town(name="Mühlenqualm", hidden_on=clock.today())
    gone = town(name="Kirchwerlau", gone_on=clock.today())
    TownCodeFactory(town_id=second.id, ags=gone.ags)
    keys = [first.ags, "<script>", gone.ags, hidden.ags, first.ags, third.ags, fourth.ags, fifth.ags]
    found = comparison.of(keys, verified=True)
    assert [column.name for column in found.columns] == [
        "Ellernrode",
        "Lauenfurt",
        "Steinbracken",
        "Oberdallen",
    ]
    assert (found.unknown, found.doubled, found.too_many) == (2, ("Ellernrode",), ("Hohenwispel",))
    assert found.gone == (comparison.Gone("Kirchwerlau", "Lauenfurt"),)


def test_common_networks_are_named(three: tuple[Town, Town, Town]) -> None:
    first, second, third = three
    network = Network(
        slug="staedtenetz",
        name="Städtenetz",
        sort_key="staedtenetz",
        kind="city_network",
        created_at=clock.now(),
    )
    db.session.add(network)
    db.session.flush()
    for one, state in ((first, "confirmed"), (second, "confirmed"), (third, "asked")):
        db.session.add(
            NetworkMember(network_id=network.id, town_id=one.id, state=state, asked_at=clock.now())
        )
    installation.touch_towns([first.id, second.id])
    db.session.commit()
    found = compare(first, second, third)
    assert [len(column.networks) for column in found.columns] == [1, 1, 0]
    assert compare(first, second).of_networks() == Difference("same")


def test_four_towns_cost_as_many_queries_as_one(three: tuple[Town, Town, Town]) -> None:
    compare(*three)
    counts = []
    for towns in (three[:1], three):
        keys = [one.ags for one in towns]
        db.session.commit()
        with counted_queries() as queries:
            comparison.of(keys, verified=True)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 5
