"""The thread of a talk: both town halls read it and nobody else, each message reaches the other side once."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from kleinstadt_net import territory
from kleinstadt_net.database import db
from kleinstadt_net.models import Exchange, Letter, Message, Notification, Town
from kleinstadt_net.services import (
    erasure,
    exchange_answers,
    exchange_inheritance,
    exchange_lists,
    exchange_messages,
    exchanges,
    notifications,
    typed,
)
from kleinstadt_net.services.exchange_answers import NobodyThereError, NotNowError
from kleinstadt_net.services.exchange_messages import PAGE_SIZE, PER_PERSON, TooManyError
from kleinstadt_net.services.exchanges import UnknownExchangeError
from tests.factories import ExchangeFactory, MembershipFactory, MessageFactory, TownBlockFactory, TownFactory
from tests.support.at_once import at_once
from tests.support.cast import Cast
from tests.support.letters import bodies

MONDAY = datetime(2026, 11, 9, 9, 0, tzinfo=territory.TIME_ZONE)
TEXT = "Guten Tag,\n\npasst Ihnen **Dienstag**?"


@pytest.fixture(autouse=True)
def travel() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def talk(cast: Cast) -> Exchange:
    """The mayor's town has asked, the stranger's has agreed."""
    row: Exchange = ExchangeFactory(
        town=cast.town,
        peer=cast.other_town,
        state="talking",
        opened_by_id=cast.mayor.id,
        answered_by_id=cast.stranger.id,
    )
    return row


@pytest.fixture
def write(cast: Cast, talk: Exchange) -> Callable[..., int]:
    return partial(exchange_messages.write, talk.id, cast.town.id, cast.mayor.id)


def read(exchange_id: int, town: Town, account_id: int = 0, number: int = 1) -> exchange_messages.Thread:
    return exchange_messages.thread(exchanges.party(exchange_id, town.id), account_id, number)


def letters() -> list[Letter]:
    return list(
        db.session.scalars(select(Letter).where(Letter.kind == "message_written").order_by(Letter.id))
    )


def test_both_sides_read_who_wrote_what_when(cast: Cast, talk: Exchange, write: Callable[..., int]) -> None:
    write(TEXT)
    exchange_messages.write(talk.id, cast.other_town.id, cast.stranger.id, "Gern, um zehn.")
    own, theirs = read(talk.id, cast.town), read(talk.id, cast.other_town)
    assert [(row.is_own, row.town, row.text) for row in own.rows] == [
        (True, "Ellernrode", TEXT),
        (False, "Lauenfurt", "Gern, um zehn."),
    ]
    assert [row.is_own for row in theirs.rows] == [False, True]
    assert all(row.author and row.written_at == MONDAY for row in own.rows)
    assert own.may_write and own.total == 2


def test_the_other_town_gets_a_letter_with_the_text_and_no_link_that_opens_without_signing_in(
    cast: Cast, talk: Exchange, write: Callable[..., int]
) -> None:
    write(TEXT)
    (letter,) = letters()
    assert letter.account_id == cast.stranger.id and letter.subject == "Ellernrode hat Ihnen geschrieben"
    for body in bodies(letter):
        assert "passt Ihnen" in body and f"/gespraeche/{talk.id}" in body
        assert "/gespraechs-anfrage/" not in body and cast.mayor.email not in body
    (line,) = db.session.scalars(select(Notification).where(Notification.kind == "messages")).all()
    assert (line.account_id, line.title) == (cast.stranger.id, "Ellernrode hat Ihnen geschrieben")
    assert TEXT not in line.title + line.detail


def test_whoever_wishes_it_reads_of_messages_once_a_day_or_not_at_all(
    cast: Cast, write: Callable[..., int]
) -> None:
    notifications.set_preferences(cast.stranger.id, {"messages": "daily"})
    write("Eins")
    notifications.set_preferences(cast.stranger.id, {"messages": "never"})
    write("Zwei")
    assert not letters()
    modes = db.session.scalars(select(Notification.mode).order_by(Notification.id)).all()
    assert modes == ["daily", "never"]


def test_a_muted_talk_is_told_of_no_more_until_it_is_again(
    cast: Cast, talk: Exchange, write: Callable[..., int]
) -> None:
    hers = talk.id, cast.other_town.id, cast.stranger.id
    for _ in range(2):
        exchange_messages.mute(*hers, on=True)
    write("Eins")
    assert not letters() and db.session.scalar(select(Notification.id)) is None
    assert read(talk.id, cast.other_town, cast.stranger.id).is_muted
    assert not read(talk.id, cast.town, cast.mayor.id).is_muted
    exchange_messages.mute(*hers, on=False)
    write("Zwei")
    assert [letter.account_id for letter in letters()] == [cast.stranger.id]
    with pytest.raises(UnknownExchangeError):
        exchange_messages.mute(talk.id, TownFactory().id, cast.mayor.id, on=True)


def test_an_editor_who_wrote_hears_of_the_answer_and_other_editors_do_not(cast: Cast, talk: Exchange) -> None:
    MembershipFactory(town=cast.town, role="editor")
    exchange_messages.write(talk.id, cast.town.id, cast.colleague.id, "Ich kümmere mich.")
    exchange_messages.write(talk.id, cast.other_town.id, cast.stranger.id, "Danke.")
    told = {letter.account_id for letter in letters()}
    assert told == {cast.stranger.id, cast.mayor.id, cast.colleague.id}


def test_a_message_sent_twice_is_one(
    cast: Cast, talk: Exchange, write: Callable[..., int], travel: time_machine.Traveller
) -> None:
    assert write("Ja.") == write("Ja.")
    assert read(talk.id, cast.town).total == 1 and len(letters()) == 1
    travel.shift(timedelta(minutes=11))
    assert write("Ja.") and read(talk.id, cast.town).total == 2


@pytest.mark.both_databases
def test_a_double_click_at_the_same_moment_is_one_message(
    app: Flask, cast: Cast, talk: Exchange, write: Callable[..., int]
) -> None:
    send = partial(write, "Passt Dienstag?")
    assert at_once(app, send, send, send) == ["done"] * 3
    assert len(db.session.scalars(select(Message)).all()) == 1 and len(letters()) == 1


@pytest.mark.both_databases
def test_writing_while_the_other_closes_is_written_or_refused(
    app: Flask, cast: Cast, talk: Exchange, write: Callable[..., int]
) -> None:
    exchange_id = talk.id
    close = partial(exchange_answers.act, exchange_id, cast.other_town.id, cast.stranger.id, "close")
    outcomes = at_once(app, partial(write, "Noch etwas:"), close, refusals=(NotNowError,))
    total = read(exchange_id, db.session.get_one(Town, cast.town.id)).total
    assert outcomes.count("done") == total + 1
    assert len(outcomes) == 2


@pytest.mark.parametrize("state", ["requested", "declined", "withdrawn", "lapsed"])
def test_before_both_agreed_there_is_nothing_to_read_or_write(cast: Cast, state: str) -> None:
    row = ExchangeFactory(town=cast.town, peer=cast.other_town, state=state)
    MessageFactory(exchange=row)
    assert read(row.id, cast.town).rows == () and not read(row.id, cast.town).may_write
    with pytest.raises(NotNowError):
        exchange_messages.write(row.id, cast.town.id, cast.mayor.id, "Hallo")


def test_a_closed_talk_is_read_on_and_written_to_when_taken_up_again(
    cast: Cast, talk: Exchange, write: Callable[..., int]
) -> None:
    write("Eins")
    theirs = talk.id, cast.other_town.id, cast.stranger.id
    exchange_answers.act(*theirs, "close")
    assert [row.text for row in read(talk.id, cast.town).rows] == ["Eins"]
    with pytest.raises(NotNowError):
        write("Zwei")
    exchange_answers.act(*theirs, "reopen")
    assert write("Zwei")


def test_strangers_and_people_of_neither_town_write_nothing(cast: Cast, talk: Exchange) -> None:
    third = MembershipFactory()
    for town_id, account_id in (
        (third.town_id, third.account_id),
        (cast.town.id, third.account_id),
        (cast.town.id, cast.unverified.id),
    ):
        with pytest.raises(UnknownExchangeError):
            exchange_messages.write(talk.id, town_id, account_id, "Hallo")
    with pytest.raises(UnknownExchangeError):
        exchanges.party(talk.id, third.town_id)


def test_to_a_town_that_is_not_there_nothing_is_sent(
    cast: Cast, talk: Exchange, write: Callable[..., int]
) -> None:
    TownBlockFactory(town_id=cast.other_town.id, peer_id=cast.town.id)
    with pytest.raises(NobodyThereError):
        write("Hallo")
    assert db.session.scalar(select(Message.id)) is None


@pytest.mark.parametrize("text", ["", "x" * 4_001])
def test_a_text_that_does_not_fit_is_refused(text: str, write: Callable[..., int]) -> None:
    with pytest.raises(ValueError, match="fits"):
        write(text)


def test_after_sixty_messages_in_an_hour_the_next_waits(
    write: Callable[..., int], travel: time_machine.Traveller
) -> None:
    for number in range(PER_PERSON.count):
        write(f"Nachricht {number}")
    with pytest.raises(TooManyError):
        write("Noch eine")
    travel.shift(timedelta(minutes=61))
    assert write("Noch eine")


def test_the_newest_page_comes_first_and_each_page_is_read_from_top_to_bottom(
    cast: Cast, talk: Exchange
) -> None:
    for number in range(PAGE_SIZE + 3):
        MessageFactory(exchange=talk, text=f"{number}")
    newest, oldest = read(talk.id, cast.town), read(talk.id, cast.town, number=2)
    assert [row.text for row in newest.rows] == [f"{number}" for number in range(3, PAGE_SIZE + 3)]
    assert [row.text for row in oldest.rows] == ["0", "1", "2"]


def test_what_was_half_written_is_forgotten_with_the_message(cast: Cast, write: Callable[..., int]) -> None:
    name = exchange_messages.form_name(db.session.scalars(select(Exchange.id)).one())
    assert typed.keep(cast.mayor.id, cast.town.id, name, {"nachricht": ["Halb"]})
    write("Ganz")
    assert typed.find(cast.mayor.id, cast.town.id, name) is None


def test_a_person_who_goes_leaves_what_she_wrote_without_her_name_and_takes_the_letters(
    cast: Cast, talk: Exchange, write: Callable[..., int]
) -> None:
    write("Bis bald")
    erasure.erase(cast.mayor.id, erasure.BY_HERSELF)
    (row,) = read(talk.id, cast.other_town).rows
    assert (row.author, row.town, row.text) == ("", "Ellernrode", "Bis bald")
    assert not letters()


def test_a_merged_towns_messages_go_on_as_its_successors(
    cast: Cast, talk: Exchange, write: Callable[..., int]
) -> None:
    write("Aus der alten Stadt")
    successor = TownFactory(name="Steinbracken", taking_part=True)
    exchange_inheritance.inherit(cast.town.id, successor.id)
    db.session.commit()
    (own,) = read(talk.id, successor).rows
    (theirs,) = read(talk.id, cast.other_town).rows
    assert own.is_own and (theirs.is_own, theirs.town) == (False, "Steinbracken")


def test_a_message_lifts_the_talk_in_both_lists_which_say_who_wrote_last(
    cast: Cast, talk: Exchange, write: Callable[..., int], travel: time_machine.Traveller
) -> None:
    ExchangeFactory(town=cast.town, state="talking")
    travel.shift(timedelta(hours=1))
    write("Neu")
    line = exchange_lists.listing(cast.town.id, None, 1, 25).rows[0]
    other = exchange_lists.listing(cast.other_town.id, None, 1, 25).rows[0]
    assert line.exchange_id == other.exchange_id == talk.id
    assert line.last_message is not None and line.last_message.is_own
    assert other.last_message is not None and not other.last_message.is_own
