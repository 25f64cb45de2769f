"""Wishes for contact and requests are one and the same talk: each answers the other, and nobody is asked twice."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Exchange, Suggestion, SuggestionAnswer
from kleinstadt_net.services import (
    answer_giving,
    answer_letters,
    digest_facts,
    digest_people,
    exchange_answers,
    exchange_links,
    suggestions,
)
from tests.factories import RoundFactory, SuggestionFactory
from tests.support.cast import Cast
from tests.support.letters import bodies
from tests.support.talks import MONDAY, ask, letters, state, token


@pytest.fixture(autouse=True)
def travel() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def give(row: Suggestion, account: Account, choice: str) -> None:
    answer_giving.give(row.id, row.town_id, account.id, choice, "page")


def test_two_wishes_open_the_exchange_and_one_taken_back_closes_it(cast: Cast) -> None:
    month = RoundFactory()
    ours = SuggestionFactory(round=month, town=cast.town, peer=cast.other_town)
    theirs = SuggestionFactory(round=month, town=cast.other_town, peer=cast.town)
    give(ours, cast.mayor, "contact")
    assert db.session.scalar(select(func.count(Exchange.id))) == 0
    give(theirs, cast.stranger, "contact")
    row = db.session.scalars(select(Exchange)).one()
    assert (row.state, row.origin, row.accepted_via, row.town_id) == (
        "talking",
        "wishes",
        "wishes",
        cast.town.id,
    )
    assert (row.opened_by_id, row.answered_by_id) == (cast.mayor.id, cast.stranger.id)
    assert len(letters("exchange_agreed")) == 2
    give(theirs, cast.stranger, "later")
    assert state(row.id) == "closed" and letters("exchange_agreed") == []


@pytest.mark.parametrize("left", [(), ("mayor",), ("stranger",), ("mayor", "stranger")])
def test_a_wish_taken_back_is_told_to_those_of_the_other_town_who_knew_of_the_talk(
    cast: Cast, left: tuple[str, ...]
) -> None:
    month = RoundFactory()
    ours = SuggestionFactory(round=month, town=cast.town, peer=cast.other_town)
    theirs = SuggestionFactory(round=month, town=cast.other_town, peer=cast.town)
    give(ours, cast.mayor, "contact")
    give(theirs, cast.stranger, "contact")
    gone = [getattr(cast, who).id for who in left]
    for letter in letters("exchange_agreed"):
        letter.state = "sent" if letter.account_id in gone else "pending"
    db.session.commit()
    give(theirs, cast.stranger, "declined")
    told = letters("exchange_wish_ended")
    assert [letter.account_id for letter in told] == [cast.mayor.id] * ("mayor" in left)
    for letter in told:
        assert letter.subject == "Lauenfurt nimmt den Wunsch nach einem Gespräch zurück"
        for body in bodies(letter):
            assert "Bitte rufen Sie dort nicht an" in body and cast.stranger.email not in body


def test_two_wishes_agree_to_a_request_that_waits(cast: Cast) -> None:
    waiting = ask(cast)
    month = RoundFactory()
    ours = SuggestionFactory(round=month, town=cast.town, peer=cast.other_town)
    theirs = SuggestionFactory(round=month, town=cast.other_town, peer=cast.town)
    give(theirs, cast.stranger, "contact")
    give(ours, cast.mayor, "contact")
    assert state(waiting) == "talking" and db.session.scalar(select(func.count(Exchange.id))) == 1
    assert db.session.get_one(Exchange, waiting).answered_by_id == cast.stranger.id
    assert letters("exchange_requested") == []


@pytest.mark.parametrize("via", ["page", "letter"])
def test_a_wish_for_a_town_that_has_asked_already_is_a_yes_to_its_request(cast: Cast, via: str) -> None:
    exchange_id = ask(cast)
    # Whoever asked first may be answered even during a break of its own.
    cast.town.paused_until = clock.today() + timedelta(days=9)
    theirs = SuggestionFactory(round=RoundFactory(), town=cast.other_town, peer=cast.town)
    assert answer_giving.give(theirs.id, cast.other_town.id, cast.stranger.id, "contact", via)
    row = db.session.get_one(Exchange, exchange_id)
    assert (row.state, row.accepted_via, row.answered_by_id) == ("talking", via, cast.stranger.id)
    assert len(letters("exchange_agreed")) == 2
    assert db.session.scalar(select(func.count(Suggestion.id))) == 1, "nobody is asked the same once more"
    if via == "letter":
        exchange_links.revoke(token(letters("exchange_agreed")[1], "/gespraech-doch-nicht/"))
        assert state(exchange_id) == "requested"
        assert db.session.scalars(select(SuggestionAnswer.answer)).one() == "later"


def test_towns_in_touch_are_neither_proposed_nor_written_to_as_if_they_were_not(
    cast: Cast, travel: time_machine.Traveller
) -> None:
    month = RoundFactory(month="2026-11")
    ours = SuggestionFactory(round=month, town=cast.town, peer=cast.other_town)
    home = digest_people.home_town(cast.town)
    assert [row.is_open for row in suggestions.for_town(cast.town.id, "2026-11").items] == [True]
    assert digest_facts.news([home], month.id, clock.today())[cast.town.id].suggestions
    exchange_id = ask(cast)
    (row,) = suggestions.for_town(cast.town.id, "2026-11").items
    assert (row.is_open, row.exchange_id) == (False, exchange_id)
    assert not digest_facts.news([home], month.id, clock.today())[cast.town.id].suggestions
    # A wish beside the own request changes nothing and is told by no letter.
    give(ours, cast.mayor, "contact")
    assert state(exchange_id) == "requested"
    for days in (1, 7):
        travel.shift(timedelta(days=days))
        answer_letters.write_due(clock.now())
    assert letters("wish_letter") == letters("wish_standing") == []
    assert suggestions.waiting_for(cast.other_town.id) == ()
    exchange_answers.act(exchange_id, cast.town.id, cast.mayor.id, "withdraw")
    assert [row.exchange_id for row in suggestions.waiting_for(cast.other_town.id)] == [None]


def test_a_revoked_wish_is_open_again(cast: Cast) -> None:
    month = RoundFactory()
    ours = SuggestionFactory(round=month, town=cast.town, peer=cast.other_town)
    theirs = SuggestionFactory(round=month, town=cast.other_town, peer=cast.town)
    give(ours, cast.mayor, "contact")
    answer_giving.give(theirs.id, theirs.town_id, cast.stranger.id, "contact", "letter")
    revoked = exchange_links.revoke(token(letters("exchange_agreed")[1], "/gespraech-doch-nicht/"))
    assert revoked is not None and revoked.state == "requested"
    said = db.session.scalars(
        select(SuggestionAnswer.answer).where(SuggestionAnswer.suggestion_id == theirs.id)
    )
    assert said.one() == "later"
