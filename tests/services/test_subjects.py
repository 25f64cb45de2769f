"""Theses and topics seen through the network."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Town
from kleinstadt_net.services import subjects
from kleinstadt_net.services.directory_filters import VISITOR, Reader
from tests.factories import FocusFactory, NetworkFactory, SectionFactory, StanceFactory, TownFactory
from tests.support.statements import counted_queries


def saying(state: str, subject: str = "t04", days_ago: int = 0, **given: Any) -> Town:
    town: Town = TownFactory(**{"taking_part": True, **given})
    confirmed_on = clock.today() - timedelta(days=days_ago)
    StanceFactory(
        town_id=town.id,
        subject=subject,
        state=state,
        sentence=f"Wir, {town.name}.",
        confirmed_on=confirmed_on,
    )
    return town


def test_who_says_what_is_grouped_with_the_latest_confirmed_first(app: Flask) -> None:
    saying("strength", days_ago=9, name="Ellernrode")
    latest = saying("strength", days_ago=1, name="Lauenfurt")
    saying("in_progress", name="Steinbracken")
    saying("strength", "t05")
    saying("strength", suspended_at=clock.now())
    FocusFactory(town_id=latest.id, thesis="t04")
    found = subjects.page("t04", VISITOR)
    assert [one.town.name for one in found.groups["strength"].towns] == ["Lauenfurt", "Ellernrode"]
    assert found.groups["strength"].towns[0].sentence == "Wir, Lauenfurt."
    assert [one.town.name for one in found.groups["in_progress"].towns] == ["Steinbracken"]
    assert (found.groups["strength"].count, found.focused, found.own) == (2, 1, None)


def test_who_seeks_advice_is_told_to_verified_towns_alone(app: Flask) -> None:
    asking = saying("seeking")
    assert "seeking" not in subjects.page("t04", VISITOR).groups
    found = subjects.page("t04", Reader(asking.id, verified=True))
    assert found.groups["seeking"].count == 1 and found.own == "seeking"


def test_many_towns_are_counted_and_only_the_first_listed(app: Flask) -> None:
    for _ in range(14):
        saying("strength", "waerme")
    group = subjects.page("waerme", VISITOR).groups["strength"]
    assert (group.count, len(group.towns)) == (14, 8)


def test_examples_are_what_those_towns_write_as_far_as_one_may_read_it(app: Flask) -> None:
    public, confidential = saying("strength", name="Ellernrode"), saying("in_progress", name="Lauenfurt")
    SectionFactory(town_id=public.id, thesis="t04")
    SectionFactory(town_id=public.id, thesis="t05")
    SectionFactory(town_id=confidential.id, thesis="t04", visibility="verified")
    assert [one.town.name for one in subjects.page("t04", VISITOR).examples] == ["Ellernrode"]
    names = [one.town.name for one in subjects.page("t04", Reader(public.id, verified=True)).examples]
    assert names == ["Ellernrode", "Lauenfurt"]


def test_networks_stand_with_their_topic(app: Flask) -> None:
    NetworkFactory(name="Städtenetz Wärme", topic="waerme")
    NetworkFactory(name="Städtenetz ohne Thema", topic=None)
    assert [one.name for one in subjects.page("waerme", VISITOR).networks] == ["Städtenetz Wärme"]
    assert subjects.page("t04", VISITOR).networks == ()


def test_an_unknown_subject_is_an_error(app: Flask) -> None:
    with pytest.raises(ValueError, match="not in tuple"):
        subjects.page("t11", VISITOR)


def test_the_page_costs_the_same_queries_for_any_number_of_towns(app: Flask) -> None:
    counts = []
    for _ in range(2):
        for state in ("strength", "in_progress", "seeking"):
            SectionFactory(town_id=saying(state).id, thesis="t04")
        subjects.page("t04", VISITOR)
        db.session.commit()
        with counted_queries() as queries:
            subjects.page("t04", VISITOR)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 4
