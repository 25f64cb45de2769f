"""What the Monatsbrief learns of talks, networks, circles, events and strengths, from the database to the letter."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from kleinstadt_net import clock, territory
from kleinstadt_net.digest.issue import News
from kleinstadt_net.models import Account, Town
from kleinstadt_net.services import digest_facts, digest_people, strength_news
from tests.factories import (
    AccountFactory,
    CircleFactory,
    CircleMeetingFactory,
    CircleTownFactory,
    EventFactory,
    ExchangeFactory,
    MembershipFactory,
    NetworkFactory,
    NetworkMemberFactory,
    OutcomeFactory,
    StanceFactory,
    SubscriptionFactory,
    SuggestionAnswerFactory,
    SuggestionFactory,
    TownBlockFactory,
    TownFactory,
)

TODAY = date(2026, 12, 1)


@pytest.fixture(autouse=True)
def _on_the_first_tuesday() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 12, 1, 9, 0, tzinfo=territory.TIME_ZONE), tick=False):
        yield


@pytest.fixture
def home(app: Flask) -> Town:
    made: Town = TownFactory(name="Ellernrode", taking_part=True)
    return made


@pytest.fixture
def mayor(home: Town) -> Account:
    account: Account = AccountFactory()
    MembershipFactory(account=account, town=home, is_home=True)
    SubscriptionFactory(account_id=account.id)
    return account


def other(name: str = "Lauenfurt", **given: Any) -> Town:
    made: Town = TownFactory(name=name, taking_part=True, **given)
    return made


def news_of(account: Account) -> News:
    return digest_facts.of_readers(digest_people.readers([account.id]), None, TODAY)[account.id]


def test_requests_wait_for_whoever_is_to_write_next_and_not_past_a_block(home: Town, mayor: Account) -> None:
    asked, replied, asked_back, ours, blocked, gone = (other(f"Stadt {n}") for n in range(6))
    ExchangeFactory(town=asked, peer=home)
    ExchangeFactory(town=replied, peer=home, query="Wie viele?", query_reply="Elf.")
    ExchangeFactory(town=home, peer=asked_back, query="Wie viele?")
    ExchangeFactory(town=home, peer=ours)
    ExchangeFactory(town=blocked, peer=home)
    TownBlockFactory(town_id=home.id, peer_id=blocked.id)
    ExchangeFactory(town=gone, peer=home, state="withdrawn")
    waiting = {(one.peer.town_id, one.turn) for one in news_of(mayor).requests}
    assert waiting == {(asked.id, "asked"), (replied.id, "replied"), (asked_back.id, "question")}


def test_that_a_talk_has_helped_is_told_to_the_town_that_gave_its_time(home: Town, mayor: Account) -> None:
    peer = other()
    talk = ExchangeFactory(town=peer, peer=home, state="closed")
    given = {"exchange": talk, "question": "helped", "answer": "yes", "answered_at": clock.now()}
    OutcomeFactory(town_id=peer.id, **given)
    OutcomeFactory(town_id=home.id, **given)
    assert [one.town for one in news_of(mayor).helped] == ["Lauenfurt"]


def test_new_strengths_are_told_to_whoever_seeks_them(home: Town, mayor: Account) -> None:
    StanceFactory(town_id=home.id, subject="waerme", state="seeking")
    new, old, blocked = other(), other("Kirchwerlau"), other("Oberdallen")
    for town, changed in ((new, 3), (old, 90), (blocked, 3)):
        StanceFactory(town_id=town.id, subject="waerme", changed_at=clock.now() - timedelta(days=changed))
    StanceFactory(town_id=new.id, subject="ehrenamt")
    TownBlockFactory(town_id=blocked.id, peer_id=home.id)
    (one,) = news_of(mayor).strengths
    assert (one.town_id, one.subject) == (new.id, "waerme")


def test_of_many_new_strengths_the_latest_are_told_whoever_said_it_first(
    home: Town, mayor: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strength_news, "CANDIDATES", 1)
    StanceFactory(town_id=home.id, subject="waerme", state="seeking")
    for name, changed in (("Lauenfurt", 3), ("Kirchwerlau", 30)):
        town = other(name)
        StanceFactory(town_id=town.id, subject="waerme", changed_at=clock.now() - timedelta(days=changed))
    (one,) = news_of(mayor).strengths
    assert one.town.startswith("Lauenfurt")


def test_networks_and_circles_tell_who_is_new_and_when_they_meet(home: Town, mayor: Account) -> None:
    network, strange = NetworkFactory(), NetworkFactory()
    for town, where, days in ((home, network, 20), (other("Neu"), network, 5), (other("Alt"), network, 30)):
        NetworkMemberFactory(
            network_id=where.id, town_id=town.id, confirmed_at=clock.now() - timedelta(days=days)
        )
    NetworkMemberFactory(network_id=strange.id, town_id=other().id, confirmed_at=clock.now())
    circle = CircleFactory(state="running")
    CircleTownFactory(circle_id=circle.id, town_id=home.id, answer="yes")
    for number, days in ((1, -9), (2, 9)):
        CircleMeetingFactory(circle_id=circle.id, number=number, held_on=TODAY + timedelta(days=days))
    news = news_of(mayor)
    # Who was there before us is no news to us.
    assert [[name for _, name in one.towns] for one in news.joined] == [["Neu"]]
    assert [one.number for one in news.meetings] == [2]


def test_events_are_those_of_ones_own_and_those_that_concern_the_town(home: Town, mayor: Account) -> None:
    StanceFactory(town_id=home.id, subject="waerme", state="in_progress")
    network, circle = NetworkFactory(), CircleFactory(state="running")
    NetworkMemberFactory(network_id=network.id, town_id=home.id, state="confirmed")
    starts = {
        "starts_at": clock.now() + timedelta(days=9),
        "ends_at": clock.now() + timedelta(days=9, hours=2),
    }
    here = {"town_id": None, **starts}
    told = {
        EventFactory(organiser="network", network_id=network.id, **here).id: True,
        EventFactory(organiser="town", subject="waerme", **{**starts, "town_id": other().id}).id: False,
    }
    EventFactory(organiser="circle", circle_id=circle.id, **here)
    EventFactory(organiser="town", subject="ehrenamt", **{**starts, "town_id": other().id})
    EventFactory(organiser="town", subject="waerme", **{**starts, "town_id": home.id})
    EventFactory(organiser="network", network_id=network.id, state="cancelled", **here)
    assert {one.event_id: one.is_own for one in news_of(mayor).events} == told


def test_further_towns_count_what_waits_there_once(home: Town, mayor: Account) -> None:
    second = other("Kirchwerlau")
    MembershipFactory(account=mayor, town=second, is_home=False)
    asking = other()
    ExchangeFactory(town=asking, peer=second)
    wish = SuggestionFactory(town=asking, peer=second)
    SuggestionAnswerFactory(suggestion_id=wish.id)
    (line,) = news_of(mayor).others
    assert (line.name, len(line.waiting), line.suggestions) == ("Kirchwerlau", 1, ())
