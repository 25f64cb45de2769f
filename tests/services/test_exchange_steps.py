"""The state machine as people meet it: every state, action and role, by the page, by the letter, and by the clock."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import product
from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from sqlalchemy import func, select

from kleinstadt_net import clock, territory
from kleinstadt_net.database import db
from kleinstadt_net.models import Account, AuditEntry, Exchange, Letter, OneTimeLink
from kleinstadt_net.security.tokens import token_hash
from kleinstadt_net.services import (
    exchange_answers,
    exchange_letters,
    exchange_links,
    exchange_lists,
    exchange_requests,
    exchange_times,
    links,
)
from kleinstadt_net.services.exchange_answers import BY_LETTER, BY_PAGE, NotNowError
from kleinstadt_net.services.exchange_rules import OPEN, STATES
from kleinstadt_net.services.exchanges import UnknownExchangeError
from tests.factories import ExchangeFactory, MembershipFactory
from tests.services.test_exchange_rules import MAY
from tests.support.cast import Cast

MONDAY = datetime(2026, 11, 9, 9, 0, tzinfo=territory.TIME_ZONE)
TEXT = "Wie viele Läden sind es?"
TALKED = ("talking", "closed")
# What would change nothing more, by the state it finds: who clicks twice meets what she wished.
STANDS = {
    ("talking", "accept"),
    ("declined", "decline"),
    ("withdrawn", "withdraw"),
    ("requested", "revoke"),
    ("closed", "close"),
    ("talking", "reopen"),
}


@dataclass(frozen=True)
class Person:
    """Somebody who tries: ``town_id`` is whom she acts for, ``role`` what she is in this exchange."""

    role: str
    town_id: int
    account: Account


@pytest.fixture(autouse=True)
def travel() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def people(cast: Cast) -> list[Person]:
    """Everybody there is; whoever is no side of the exchange tries for her own town and for both of its towns."""
    ours, theirs = cast.town.id, cast.other_town.id
    third = MembershipFactory()
    outside = [(account, town_id) for account in (third.account, cast.operator) for town_id in (ours, theirs)]
    return [
        Person("asker_lead", ours, cast.mayor),
        Person("asker_editor", ours, cast.colleague),
        Person("asked_lead", theirs, cast.stranger),
        Person("asked_editor", theirs, MembershipFactory(town=cast.other_town, role="editor").account),
        Person("stranger", third.town_id, third.account),
        Person("stranger", ours, cast.unverified),
        Person("stranger", cast.suspended_town.id, cast.suspended),
        # For the other side she is a stranger too.
        Person("stranger", theirs, cast.mayor),
        *(Person("operator" if one.is_operator else "stranger", town_id, one) for one, town_id in outside),
    ]


def exchange_in(state: str, action: str, cast: Cast) -> Exchange:
    """An exchange in this state, with what the action would find there: a question to reply to, a consent by link."""
    agreed = clock.now() if state in TALKED else None
    made: Exchange = ExchangeFactory(
        town=cast.town,
        peer=cast.other_town,
        state=state,
        query=TEXT if action == "reply" else "",
        accepted_at=agreed,
        accepted_via="letter" if agreed else None,
        ended_at=None if state in OPEN else clock.now(),
    )
    return made


def everything() -> tuple[Any, ...]:
    """All that a step can change."""
    db.session.rollback()
    db.session.expire_all()
    rows = db.session.execute(select(*Exchange.__table__.columns).order_by(Exchange.id)).all()
    counts = [db.session.scalar(select(func.count()).select_from(model)) for model in (Letter, AuditEntry)]
    return ([tuple(row) for row in rows], *counts)


def version_and_state(exchange_id: int) -> tuple[int, str]:
    db.session.rollback()
    row = db.session.execute(select(Exchange.version, Exchange.state).where(Exchange.id == exchange_id)).one()
    return row.version, row.state


def forget(exchange_id: int) -> None:
    """Two towns have one open exchange at most: make room for the next."""
    db.session.rollback()
    db.session.execute(sa.delete(Exchange).where(Exchange.id == exchange_id))
    db.session.commit()


def attempt(call: Callable[[], object]) -> str:
    try:
        call()
    except (NotNowError, UnknownExchangeError) as error:
        return type(error).__name__
    return "done"


def by_page(exchange_id: int, action: str, who: Person, colleague_id: int) -> str:
    step: Callable[[], object]
    if action == "hand_on":
        step = partial(exchange_answers.hand_on, exchange_id, who.town_id, who.account.id, colleague_id)
    else:
        text = TEXT if action in ("ask_back", "reply") else ""
        step = partial(exchange_answers.act, exchange_id, who.town_id, who.account.id, action, text)
    return attempt(step)


@pytest.mark.parametrize("state", STATES)
def test_by_the_page_everybody_does_what_the_table_allows_and_nothing_else(
    state: str, cast: Cast, people: list[Person]
) -> None:
    colleagues = {
        town.id: MembershipFactory(town=town, role="editor").account_id
        for town in (cast.town, cast.other_town)
    }
    for action, who in product((*BY_PAGE, "hand_on"), people):
        exchange_id = exchange_in(state, action, cast).id
        before = everything()
        became = by_page(exchange_id, action, who, colleagues.get(who.town_id, 0))
        following, roles = MAY.get((state, action), (state, set()))
        told = (state, action, who.role, became)
        if who.role in roles:
            assert became == "done" and version_and_state(exchange_id) == (2, following), told
            assert everything()[-1] == before[-1] + 1, (told, "one entry in the trail")
        else:
            does_it_somewhere = any(
                who.role in allowed for (_, one), (_, allowed) in MAY.items() if one == action
            )
            stands = does_it_somewhere and (state, action) in STANDS
            is_side = who.role.startswith("ask")
            wanted = "done" if stands else "NotNowError" if is_side else "UnknownExchangeError"
            assert (became, everything()) == (wanted, before), told
        forget(exchange_id)


@pytest.mark.parametrize("state", STATES)
def test_the_page_offers_exactly_what_may_be_done(state: str, cast: Cast, people: list[Person]) -> None:
    exchange_id = exchange_in(state, "reply", cast).id
    for who in people:
        if who.role in ("stranger", "operator"):
            with pytest.raises(UnknownExchangeError):
                exchange_lists.details(exchange_id, who.town_id, who.account.id)
            continue
        offered = exchange_lists.details(exchange_id, who.town_id, who.account.id).actions
        wanted = {
            action for (where, action), (_, roles) in MAY.items() if where == state and who.role in roles
        }
        # The question was asked, so it is not asked again.
        assert offered == wanted - {"ask_back"}, (state, who.role)


@pytest.mark.parametrize("state", STATES)
def test_by_the_letter_the_asked_town_answers_and_a_link_in_other_hands_leads_nowhere(
    state: str, cast: Cast, people: list[Person]
) -> None:
    for action, who in product((*BY_LETTER, "revoke"), people):
        exchange_id = exchange_in(state, action, cast).id
        purpose = exchange_letters.REVOKE_PURPOSE if action == "revoke" else exchange_letters.ANSWER_PURPOSE
        token = links.create(purpose, who.account.id, days=9, target_id=exchange_id)
        db.session.commit()
        before = everything()
        answer = exchange_links.revoke if action == "revoke" else partial(
            exchange_links.answer, action=action, text=TEXT if action == "ask_back" else ""
        )  # fmt: skip
        found = answer(token)
        following, roles = MAY.get((state, action), (state, set()))
        told = (state, action, who.role)
        if who.account.id not in acting_for(cast.other_town.id, people):
            assert (found, everything()) == (None, before), told
        elif who.role in roles:
            assert found is not None and found.state == following, told
            assert version_and_state(exchange_id) == (2, following), told
        else:
            assert found is not None and found.state == state and everything() == before, told
        after = everything()
        assert (answer(token) is None, everything()) == (found is None, after), (told, "sent again")
        forget(exchange_id)


def acting_for(town_id: int, people: list[Person]) -> set[int]:
    return {one.account.id for one in people if one.town_id == town_id and one.role.startswith("asked")}


@pytest.mark.parametrize("state", STATES)
def test_the_clock_reminds_and_ends_what_waits_and_touches_nothing_else(
    state: str, cast: Cast, travel: time_machine.Traveller
) -> None:
    exchange_id = exchange_in(state, "accept", cast).id
    travel.shift(timedelta(days=8))
    reminded = exchange_times.look_after(clock.now())
    assert (reminded.reminded, reminded.lapsed) == ((1, 0) if state == "requested" else (0, 0))
    travel.shift(timedelta(days=14))
    ended = exchange_times.look_after(clock.now())
    assert (ended.reminded, ended.lapsed) == ((0, 1) if state == "requested" else (0, 0))
    assert version_and_state(exchange_id)[1] == ("lapsed" if state == "requested" else state)
    for action, who in product(("remind", "lapse"), (cast.mayor, cast.operator)):
        with pytest.raises(ValueError, match="nothing to be done"):
            exchange_answers.act(exchange_id, cast.town.id, who.id, action)


def test_a_second_click_says_the_same_and_tells_nobody_twice(cast: Cast) -> None:
    exchange_id = exchange_requests.ask(
        cast.town.id, cast.other_town.id, cast.mayor.id, None, "video", "Läden", "Vertrag"
    )
    ours, theirs = (cast.town.id, cast.mayor.id), (cast.other_town.id, cast.stranger.id)
    for who, action, text in (
        (theirs, "ask_back", TEXT),
        (ours, "reply", "Sechs."),
        (theirs, "accept", ""),
        (ours, "close", ""),
        (theirs, "reopen", ""),
    ):
        exchange_answers.act(exchange_id, *who, action, text)
        after = everything()
        exchange_answers.act(exchange_id, *who, action, text)
        assert everything() == after, action
    with pytest.raises(NotNowError):
        exchange_answers.act(exchange_id, *theirs, "ask_back", "Etwas anderes?")


@pytest.mark.on_postgresql
@pytest.mark.parametrize("by_letter", [False, True])
@pytest.mark.parametrize("first", ["accept", "withdraw"])
def test_whoever_comes_first_decides_when_both_towns_act_at_the_same_moment(
    app: Flask, cast: Cast, first: str, by_letter: bool
) -> None:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("the order in which locks are given is PostgreSQL's")
    exchange_id = exchange_requests.ask(
        cast.town.id, cast.other_town.id, cast.mayor.id, None, "video", "Läden", "Vertrag"
    )
    token = links.create(exchange_letters.ANSWER_PURPOSE, cast.stranger.id, days=9, target_id=exchange_id)
    db.session.commit()
    accept = partial(exchange_answers.act, exchange_id, cast.other_town.id, cast.stranger.id, "accept")
    steps: dict[str, Callable[[], object]] = {
        "accept": partial(exchange_links.answer, token, "accept") if by_letter else accept,
        "withdraw": partial(exchange_answers.act, exchange_id, cast.town.id, cast.mayor.id, "withdraw"),
    }
    second = "withdraw" if first == "accept" else "accept"
    became = one_after_the_other(app, exchange_id, steps[first], steps[second])
    # Who holds a link is told how things stand; who has signed in meets a sentence.
    late = "done" if by_letter and second == "accept" else "NotNowError"
    assert became == ["done", late]
    ended = "talking" if first == "accept" else "withdrawn"
    row = db.session.get_one(Exchange, exchange_id)
    assert row.state == ended
    assert (row.accepted_at is None, row.open_pair is None) == (first == "withdraw", first == "withdraw")
    kinds = set(db.session.scalars(select(Letter.kind)))
    assert kinds == ({"exchange_agreed"} if first == "accept" else set())
    used = db.session.scalar(select(OneTimeLink.used_at).where(OneTimeLink.token_hash == token_hash(token)))
    assert (used is not None) == by_letter
    shown = exchange_links.find(token)
    assert shown is not None and shown.state == ended and not shown.is_open


def one_after_the_other(app: Flask, exchange_id: int, *steps: Callable[[], object]) -> list[str]:
    """What became of steps that all wait for the same row, in the order in which they came to wait for it."""
    became: dict[int, str] = {}
    db.session.remove()

    def run(number: int) -> None:
        with app.app_context():
            became[number] = attempt(steps[number])
            db.session.remove()

    threads = [Thread(target=run, args=(number,)) for number in range(len(steps))]
    with db.engine.connect() as holder, db.engine.connect() as watcher:
        holder.execute(select(Exchange.id).where(Exchange.id == exchange_id).with_for_update())
        for number, thread in enumerate(threads, start=1):
            thread.start()
            while waiting(watcher) < number:
                assert thread.is_alive(), became
        holder.rollback()
        for thread in threads:
            thread.join()
    return [became[number] for number in range(len(steps))]


def waiting(watcher: sa.Connection) -> int:
    """How many connections of this database wait for a lock."""
    number = watcher.scalar(
        sa.text(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
    )
    watcher.rollback()
    return int(number or 0)
