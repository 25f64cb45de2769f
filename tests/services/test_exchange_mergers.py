"""A town is merged away in the middle of its talks: they go on with its successor, letters and calendars included."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
import time_machine
import vobject
from sqlalchemy import select

from kleinstadt_net import territory
from kleinstadt_net.database import db
from kleinstadt_net.importers import DISSOLUTION, Succession, SuccessionFile
from kleinstadt_net.models import Account, Appointment, Exchange, Town
from kleinstadt_net.services import (
    appointment_answers,
    appointment_proposals,
    appointments,
    calendar_feeds,
    exchange_answers,
    exchange_links,
    exchange_lists,
    exchange_requests,
    exchanges,
    outcomes,
    successions,
    talk_sheets,
)
from kleinstadt_net.services.appointment_proposals import Content, Slot
from kleinstadt_net.services.exchanges import UnknownExchangeError
from tests.factories import MembershipFactory, TownFactory
from tests.support.cast import Cast
from tests.support.letters import bodies
from tests.support.talks import letters, token

MONDAY = datetime(2026, 11, 9, 9, 0, tzinfo=territory.TIME_ZONE)
LATER = Slot(1, date(2026, 11, 25), time(14), time(15))


@pytest.fixture(autouse=True)
def travel() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def heir(cast: Cast) -> Account:
    """Who leads the town the stranger's town will be merged into."""
    made: Account = MembershipFactory(town=TownFactory(name="Mühlenqualm", taking_part=True)).account
    return made


def merge(town: Town, successor: Town) -> None:
    day = date(2026, 11, 9)
    row = Succession(
        kind=DISSOLUTION,
        ags_old=town.ags,
        ags_new=successor.ags,
        name_old=town.name,
        name_new=successor.name,
        legal_on=day,
        statistical_on=day,
        inhabitants=6_000,
        area_m2=1_000,
    )
    assert successions.apply(SuccessionFile((row,), ())).dissolved
    db.session.expire_all()


def ask(cast: Cast) -> int:
    return exchange_requests.ask(
        cast.town.id, cast.other_town.id, cast.mayor.id, None, "video", "Läden", "Vertrag"
    )


def town_of(account: Account) -> Town:
    town: Town = account.memberships[0].town
    return town


def in_calendars(kind: str) -> dict[int | None, Any]:
    """By person the date in the newest letter of a kind."""
    found = {}
    for letter in letters(kind):
        parts = message_from_bytes(letter.content, policy=policy.default).walk()
        (content,) = [part.get_content() for part in parts if part.get_content_type() == "text/calendar"]
        found[letter.account_id] = vobject.readOne(content).vevent
    return found


def test_a_link_sent_before_the_merger_answers_for_the_successor_and_can_be_taken_back(
    cast: Cast, heir: Account
) -> None:
    exchange_id = ask(cast)
    link = token(letters("exchange_requested")[0])
    merge(cast.other_town, town_of(heir))
    shown = exchange_links.find(link)
    assert shown is not None and shown.is_open and (shown.town, shown.peer) == ("Mühlenqualm", "Ellernrode")
    # The successor's own people answer by the page; both are people of one town now.
    assert "accept" in exchange_lists.details(exchange_id, town_of(heir).id, heir.id).actions
    assert exchange_links.answer(link, "accept") is not None
    agreed = {letter.account_id: letter for letter in letters("exchange_agreed")}
    assert set(agreed) == {cast.mayor.id, cast.stranger.id, heir.id}
    assert all(
        "Mühlenqualm" in body and cast.stranger.email in body for body in bodies(agreed[cast.mayor.id])
    )
    revoked = exchange_links.revoke(token(agreed[heir.id], "/gespraech-doch-nicht/"))
    assert revoked is not None and revoked.state == "requested"
    with pytest.raises(UnknownExchangeError):
        exchanges.party(exchange_id, cast.other_town.id)


def test_a_date_agreed_on_before_the_merger_stands_is_moved_and_cancelled_under_its_name(
    cast: Cast, heir: Account, travel: time_machine.Traveller
) -> None:
    exchange_id = ask(cast)
    exchange_answers.act(exchange_id, cast.other_town.id, cast.stranger.id, "accept")
    propose(exchange_id, cast.town.id, cast.mayor.id, Slot(1, date(2026, 11, 18), time(14), time(15)))
    pick(exchange_id, cast.other_town.id, cast.stranger.id)
    first = in_calendars("appointment_agreed")[cast.mayor.id]
    address = calendar_feeds.ADDRESS.create(cast.mayor.id).rsplit("/", 1)[1].removesuffix(".ics")
    merge(cast.other_town, town_of(heir))

    content = calendar_feeds.read(address)
    assert content is not None
    (event,) = vobject.readOne(content.decode()).vevent_list
    assert (event.summary.value, event.uid.value) == ("Gespräch mit Mühlenqualm", first.uid.value)
    assert talk_sheets.sheet(exchange_id, cast.town.id).party.peer.name == "Mühlenqualm"
    successor = town_of(heir).id
    propose(exchange_id, successor, heir.id, LATER)
    pick(exchange_id, cast.town.id, cast.mayor.id)
    moved = in_calendars("appointment_agreed")
    assert {cast.mayor.id, cast.stranger.id, heir.id} <= set(moved)
    assert {event.uid.value for event in moved.values()} == {first.uid.value}
    assert moved[heir.id].sequence.value == "1" and moved[heir.id].summary.value == "Gespräch mit Ellernrode"
    date_id = db.session.scalars(select(Appointment.id).where(Appointment.state == "agreed")).one()
    appointment_answers.act(exchange_id, date_id, cast.town.id, cast.mayor.id, "cancel")
    assert {event.status.value for event in in_calendars("appointment_cancelled").values()} == {"CANCELLED"}

    # Asked about later, the successor answers for what its predecessor has begun.
    travel.shift(timedelta(days=15))
    assert outcomes.ask(exchange_id, successor, outcomes.HELPED, datetime.now(territory.TIME_ZONE))
    db.session.commit()
    assert {letter.account_id for letter in letters("outcome_asked")} >= {cast.stranger.id}


def test_two_towns_that_talk_and_become_one_have_nothing_left_to_answer(cast: Cast) -> None:
    exchange_id = ask(cast)
    link = token(letters("exchange_requested")[0])
    merge(cast.other_town, cast.town)
    row = db.session.get_one(Exchange, exchange_id)
    assert (row.state, row.open_pair) == ("lapsed", None)
    assert letters("exchange_requested") == [], "a letter that has not left asks nobody any more"
    assert exchange_links.find(link) is None and exchange_links.answer(link, "accept") is None
    shown = exchange_lists.details(exchange_id, cast.town.id, cast.mayor.id)
    assert shown.actions == frozenset() and not shown.peer_there


def propose(exchange_id: int, town_id: int, account_id: int, slot: Slot) -> None:
    seen = appointments.of_exchange(exchanges.party(exchange_id, town_id)).seen
    appointment_proposals.propose(exchange_id, town_id, account_id, Content((slot,), "video"), seen)


def pick(exchange_id: int, town_id: int, account_id: int) -> None:
    proposal = appointments.of_exchange(exchanges.party(exchange_id, town_id)).proposal
    assert proposal is not None
    slot = proposal.slots[0].slot_id
    appointment_answers.act(exchange_id, proposal.appointment_id, town_id, account_id, "pick", slot)
