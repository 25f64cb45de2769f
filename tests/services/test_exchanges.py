"""A talk from its request to its end: who does what, who reads it, and what becomes of it when people or towns go."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.services import (
    erasure,
    exchange_answers,
    exchange_inheritance,
    exchange_links,
    exchange_lists,
    exchanges,
    round_inputs,
)
from kleinstadt_net.services.exchange_answers import NobodyThereError, NotNowError, OpenAlreadyError
from kleinstadt_net.services.exchanges import UnknownExchangeError
from tests.factories import (
    ExchangeFactory,
    MembershipFactory,
    TownFactory,
)
from tests.support.cast import Cast
from tests.support.letters import bodies
from tests.support.talks import MONDAY, ask, letters, refused, state, token


@pytest.fixture(autouse=True)
def travel() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def test_asking_back_replying_handing_on_declining_and_the_rest_of_a_year(
    cast: Cast, travel: time_machine.Traveller
) -> None:
    colleague = MembershipFactory(town=cast.other_town, role="editor").account
    exchange_id = ask(cast)
    theirs, ours = (cast.other_town.id, cast.stranger.id), (cast.town.id, cast.mayor.id)
    with pytest.raises(NotNowError):
        exchange_answers.act(exchange_id, *ours, "reply", "Noch hat niemand gefragt.")
    exchange_answers.act(exchange_id, *theirs, "ask_back", "Wie viele Läden sind es?")
    assert "Wie viele Läden sind es?" in bodies(letters("exchange_query")[0])[0]
    with pytest.raises(NotNowError):
        exchange_answers.act(exchange_id, *theirs, "ask_back", "Und wo?")
    assert [line.exchange_id for line in exchange_lists.waiting(cast.town.id)] == [exchange_id]
    exchange_answers.act(exchange_id, *ours, "reply", "Sechs.")
    assert exchange_lists.waiting(cast.town.id) == ()
    (reply,) = letters("exchange_reply")
    assert all("Sechs." in body and "/gespraechs-anfrage/" in body for body in bodies(reply))

    name = exchange_answers.hand_on(exchange_id, *theirs, colleague.id)
    (handed,) = letters("exchange_handed_on")
    assert handed.account_id == colleague.id
    assert f"Guten Tag, {name}" in bodies(handed)[0]
    with pytest.raises(UnknownExchangeError):
        exchange_answers.hand_on(exchange_id, *theirs, cast.mayor.id)
    assert colleague in exchanges.people(cast.other_town.id, exchange_id)
    assert exchange_links.answer(token(handed), "decline") is not None
    assert state(exchange_id) == "declined"
    (no,) = letters("exchange_declined")
    assert no.account_id == cast.mayor.id and all("diesmal" in body for body in bodies(no))

    assert refused(cast) == "rests"
    resting = round_inputs.history("2026-12").rested
    assert {frozenset(pair) for pair in resting} == {frozenset((cast.town.ags, cast.other_town.ags))}
    travel.shift(timedelta(days=366))
    assert not round_inputs.history("2027-12").rested
    assert ask(cast) != exchange_id


def test_nobody_but_the_two_towns_reads_it_and_each_does_only_what_is_hers(cast: Cast) -> None:
    third = MembershipFactory()
    exchange_id = ask(cast)
    for town_id, account_id in (
        (third.town_id, third.account_id),
        (cast.other_town.id, third.account_id),
        (cast.town.id, cast.unverified.id),
    ):
        with pytest.raises(UnknownExchangeError):
            exchange_lists.details(exchange_id, town_id, account_id)
        for action in exchange_answers.BY_PAGE:
            with pytest.raises(UnknownExchangeError):
                exchange_answers.act(exchange_id, town_id, account_id, action, "Ein Text.")
    for action in ("accept", "decline", "ask_back"):
        with pytest.raises(NotNowError):
            exchange_answers.act(exchange_id, cast.town.id, cast.mayor.id, action, "Ein Text.")
    with pytest.raises(NotNowError):
        exchange_answers.act(exchange_id, cast.other_town.id, cast.stranger.id, "withdraw")
    with pytest.raises(ValueError, match="nothing to be done"):
        exchange_answers.act(exchange_id, cast.town.id, cast.mayor.id, "lapse")
    ours = exchange_lists.details(exchange_id, cast.town.id, cast.colleague.id)
    theirs = exchange_lists.details(exchange_id, cast.other_town.id, cast.stranger.id)
    assert ours.actions == {"withdraw"} and theirs.actions == {"accept", "decline", "ask_back", "hand_on"}
    assert ours.contact is theirs.contact is None and theirs.opened_by == ""
    exchange_answers.act(exchange_id, cast.other_town.id, cast.stranger.id, "accept")
    ours = exchange_lists.details(exchange_id, cast.town.id, cast.colleague.id)
    assert ours.contact is not None and ours.contact.email == cast.stranger.email
    assert exchanges.may_write(exchanges.party(exchange_id, cast.town.id))


def test_closing_and_taking_up_again_and_only_one_talk_of_two_towns_at_a_time(cast: Cast) -> None:
    first = ask(cast)
    theirs, ours = (cast.other_town.id, cast.stranger.id), (cast.town.id, cast.colleague.id)
    exchange_answers.act(first, *theirs, "accept")
    exchange_answers.act(first, *ours, "close")
    exchange_answers.act(first, *theirs, "reopen")
    exchange_answers.act(first, *theirs, "close")
    second = ask(cast)
    with pytest.raises(OpenAlreadyError) as caught:
        exchange_answers.act(first, *ours, "reopen")
    assert caught.value.exchange_id == second
    exchange_answers.act(second, *ours, "withdraw")
    cast.other_town.suspended_at = clock.now()
    db.session.commit()
    with pytest.raises(NobodyThereError):
        exchange_answers.act(first, *ours, "reopen")
    assert (state(first), state(second)) == ("closed", "withdrawn")


def test_a_town_merged_away_goes_on_as_its_successor(cast: Cast) -> None:
    successor, third = TownFactory(taking_part=True), TownFactory(taking_part=True)
    asked, own, doubled, kept, ended = (
        ExchangeFactory(town=third, peer=cast.town),
        ExchangeFactory(town=cast.town, peer=successor, state="talking"),
        ExchangeFactory(town=cast.town, peer=cast.other_town),
        ExchangeFactory(town=cast.other_town, peer=successor, state="talking"),
        ExchangeFactory(town=cast.town, peer=third, state="closed"),
    )
    ids = [row.id for row in (asked, own, doubled, kept, ended)]
    begin_writing(db.session)
    exchange_inheritance.inherit(cast.town.id, successor.id)
    db.session.commit()
    assert [state(one) for one in ids] == ["requested", "closed", "lapsed", "talking", "closed"]
    assert exchanges.party(asked.id, successor.id).peer.town_id == third.id
    assert exchanges.party(own.id, successor.id).peer.town_id == cast.town.id
    assert exchanges.party(ended.id, successor.id).is_asker
    with pytest.raises(UnknownExchangeError):
        exchanges.party(asked.id, cast.town.id)
    person = MembershipFactory(town=successor).account
    exchange_answers.act(asked.id, successor.id, person.id, "accept")
    assert state(asked.id) == "talking"


def test_a_deleted_account_leaves_its_exchanges_and_takes_letters_that_name_it_along(cast: Cast) -> None:
    MembershipFactory(town=cast.other_town)
    exchange_id = ask(cast)
    exchange_answers.act(exchange_id, cast.other_town.id, cast.stranger.id, "accept")
    assert len(letters("exchange_agreed")) == 3
    address = cast.stranger.email
    erasure.erase(cast.stranger.id, erasure.BY_HERSELF)
    assert not any(address in body for letter in letters("exchange_agreed") for body in bodies(letter))
    shown = exchange_lists.details(exchange_id, cast.town.id, cast.mayor.id)
    assert shown.answered_by == "" and shown.contact is not None and shown.contact.email != address
