"""Only a yes of both gives a contact away: by the letter or by the page, taken back, and at the same moment."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from flask import Flask

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Exchange
from kleinstadt_net.services import (
    exchange_answers,
    exchange_letters,
    exchange_links,
)
from kleinstadt_net.services.exchange_answers import NobodyThereError, NotNowError
from kleinstadt_net.services.exchange_requests import RefusedError
from tests.factories import ExchangeFactory
from tests.support.at_once import at_once
from tests.support.cast import Cast
from tests.support.letters import bodies
from tests.support.talks import CONCERN, MONDAY, NEED, ask, audited, letters, state, token


@pytest.fixture(autouse=True)
def travel() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def test_a_request_reaches_the_other_town_without_a_contact_and_a_yes_by_link_sends_it_to_both(
    cast: Cast, travel: time_machine.Traveller
) -> None:
    exchange_id = ask(cast)
    (letter,) = letters("exchange_requested")
    assert (letter.account_id, letter.subject) == (cast.stranger.id, "Ellernrode bittet um ein Gespräch")
    for body in bodies(letter):
        assert CONCERN in body and NEED in body and "zum Thema „Innenstadt" in body
        assert cast.mayor.email not in body and cast.mayor.last_name not in body
    link = token(letter)
    shown = exchange_links.find(link)
    assert shown is not None and shown.is_open and shown.recipient.startswith("Renate")
    assert state(exchange_id) == "requested", "looking changes nothing"

    assert exchange_links.answer(link, "accept") is not None
    again = exchange_links.answer(link, "accept")
    assert again is not None and again.is_used and state(exchange_id) == "talking"
    hers, theirs = letters("exchange_agreed")
    assert (hers.account_id, theirs.account_id) == (cast.mayor.id, cast.stranger.id)
    for body in bodies(hers):
        assert cast.stranger.email in body and "/gespraech-doch-nicht/" not in body
    for body in bodies(theirs):
        assert cast.mayor.email in body and "24 Stunden lang" in body
    assert audited() == ["exchange.requested", "exchange.accepted_by_letter"]

    back = token(theirs, "/gespraech-doch-nicht/")
    assert exchange_links.find_agreed(back) is not None
    travel.shift(timedelta(hours=23))
    for _ in range(2):
        again = exchange_links.revoke(back)
        assert again is not None and again.state == "requested" and state(exchange_id) == "requested"
    shown = exchange_links.find(link)
    assert shown is not None and not shown.is_open, "its answer was given; the next comes from another letter"
    assert letters("exchange_agreed") == [], "what has not left yet stays here"


def test_a_link_that_is_too_old_or_whose_reader_has_left_or_whose_town_is_suspended_leads_nowhere(
    cast: Cast, travel: time_machine.Traveller
) -> None:
    exchange_id = ask(cast)
    link = token(letters("exchange_requested")[0])
    membership = cast.stranger.memberships[0]
    for change in ("ended", "confirmed"):
        membership.state = change
        db.session.commit()
        assert (exchange_links.find(link) is None) == (change == "ended")
        if change == "ended":
            assert exchange_links.answer(link, "accept") is None and state(exchange_id) == "requested"
    cast.other_town.suspended_at = clock.now()
    db.session.commit()
    assert exchange_links.find(link) is None and exchange_links.answer(link, "accept") is None
    cast.other_town.suspended_at = None
    db.session.commit()
    # Nothing was lost: the link holds again, until it is too old.
    assert exchange_links.find(link) is not None
    travel.shift(timedelta(days=exchange_letters.LINK_DAYS, minutes=1))
    assert exchange_links.find(link) is None and exchange_links.answer(link, "accept") is None
    assert state(exchange_id) == "requested" and letters("exchange_agreed") == []


def test_whoever_asked_and_was_suspended_meanwhile_is_not_agreed_to_and_the_link_still_holds(
    cast: Cast,
) -> None:
    exchange_id = ask(cast)
    link = token(letters("exchange_requested")[0])
    cast.town.suspended_at = clock.now()
    db.session.commit()
    with pytest.raises(NobodyThereError):
        exchange_links.answer(link, "accept")
    with pytest.raises(NobodyThereError):
        exchange_answers.act(exchange_id, cast.other_town.id, cast.stranger.id, "accept")
    db.session.rollback()
    assert state(exchange_id) == "requested" and audited() == ["exchange.requested"]
    cast.town.suspended_at = None
    db.session.commit()
    found = exchange_links.answer(link, "accept")
    assert found is not None and found.state == "talking"


def test_a_consent_taken_back_after_the_letters_have_left_is_told_to_both_towns(
    cast: Cast, travel: time_machine.Traveller
) -> None:
    exchange_id = ask(cast)
    exchange_links.answer(token(letters("exchange_requested")[0]), "accept")
    for letter in letters("exchange_agreed"):
        letter.state = "sent"
    db.session.commit()
    exchange_answers.act(exchange_id, cast.other_town.id, cast.stranger.id, "revoke")
    to_asker, to_asked = letters("exchange_revoked")
    assert (to_asker.account_id, to_asked.account_id) == (cast.mayor.id, cast.stranger.id)
    assert to_asker.subject == "Lauenfurt nimmt die Zustimmung zum Gespräch zurück"
    for body in bodies(to_asker):
        assert "Bitte warten Sie mit Anruf und E-Mail" in body and "/gespraechs-anfrage/" not in body
    assert to_asked.subject == "Die Zustimmung zum Gespräch mit Ellernrode ist zurückgenommen"
    for body in bodies(to_asked):
        assert "Sie können neu entscheiden" in " ".join(body.split())
        assert cast.mayor.email not in body
    # The new link answers; once more agreed to by it, it can be taken back once more.
    travel.shift(timedelta(hours=1))
    assert exchange_links.answer(token(to_asked), "accept") is not None
    assert state(exchange_id) == "talking" and len(letters("exchange_agreed")) == 4
    exchange_answers.act(exchange_id, cast.other_town.id, cast.stranger.id, "revoke")
    assert len(letters("exchange_revoked")) == 4 and len(letters("exchange_agreed")) == 2


def test_a_consent_given_by_link_stands_after_a_day_and_one_given_by_the_page_at_once(
    cast: Cast, travel: time_machine.Traveller
) -> None:
    exchange_id = ask(cast)
    exchange_links.answer(token(letters("exchange_requested")[0]), "accept")
    back = token(letters("exchange_agreed")[1], "/gespraech-doch-nicht/")
    travel.shift(timedelta(hours=25))
    assert exchange_links.find_agreed(back) is None
    with pytest.raises(NotNowError):
        exchange_answers.act(exchange_id, cast.other_town.id, cast.stranger.id, "revoke")
    other = ExchangeFactory(peer=cast.town)
    exchange_answers.act(other.id, cast.town.id, cast.mayor.id, "accept")
    with pytest.raises(NotNowError):
        exchange_answers.act(other.id, cast.town.id, cast.mayor.id, "revoke")
    assert state(exchange_id) == state(other.id) == "talking"


@pytest.mark.both_databases
@pytest.mark.parametrize("other", ["withdraw", "accept", "decline"])
def test_two_answers_at_the_same_moment_end_in_one_state_that_both_are_told(
    app: Flask, cast: Cast, other: str
) -> None:
    exchange_id = ask(cast)
    ours, theirs = (cast.town.id, cast.mayor.id), (cast.other_town.id, cast.stranger.id)
    outcomes = at_once(
        app,
        partial(exchange_answers.act, exchange_id, *theirs, "accept"),
        partial(exchange_answers.act, exchange_id, *(ours if other == "withdraw" else theirs), other),
        refusals=(NotNowError, RefusedError),
    )
    # Two who agree wish the same; of two who wish something else one is told that it is too late.
    assert sorted(outcomes) == (["done", "done"] if other == "accept" else ["NotNowError", "done"])
    ended = state(exchange_id)
    row = db.session.get_one(Exchange, exchange_id)
    wanted = {"withdraw": "withdrawn", "decline": "declined", "accept": "talking"}[other]
    assert ended in ("talking", wanted)
    assert (row.accepted_at is not None) == (ended == "talking") == (row.open_pair is not None)
    assert len(letters("exchange_agreed")) == (2 if ended == "talking" else 0)
    assert len(letters("exchange_declined")) == (1 if ended == "declined" else 0)
