"""Asking another town for a talk: what stands in the way, how often, and what time makes of it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from kleinstadt_net import clock, jobs, territory
from kleinstadt_net.database import db
from kleinstadt_net.models import Exchange
from kleinstadt_net.services import (
    availability,
    exchange_answers,
    exchange_links,
    exchange_requests,
    exchange_times,
)
from kleinstadt_net.services.exchange_answers import NotNowError
from kleinstadt_net.services.exchange_limits import MOST_A_MONTH
from kleinstadt_net.services.exchange_requests import RefusedError, UnknownTownError
from tests.factories import (
    ExchangeFactory,
    RoundFactory,
    SuggestionAnswerFactory,
    SuggestionFactory,
    TownFactory,
)
from tests.support.at_once import at_once
from tests.support.cast import Cast
from tests.support.letters import bodies
from tests.support.talks import CONCERN, MONDAY, NEED, ask, audited, letters, refused, state, token


@pytest.fixture(autouse=True)
def travel() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def test_what_stands_in_the_way_of_a_request_is_said_and_nothing_is_stored(
    cast: Cast, travel: time_machine.Traveller
) -> None:
    assert refused(cast, cast.town.id) == "own"
    assert refused(cast, cast.suspended_town.id) == "absent"
    assert refused(cast, TownFactory().id) == "absent"
    gone = TownFactory(taking_part=True, gone_on=clock.today())
    assert refused(cast, gone.id) == "absent"
    paused = TownFactory(taking_part=True, paused_until=clock.today() + timedelta(days=70))
    with pytest.raises(RefusedError) as caught:
        ask(cast, peer_id=paused.id)
    assert (caught.value.obstacle.code, caught.value.obstacle.month) == ("closed", "2027-01")
    busy = TownFactory(taking_part=True, requests_a_month=2)
    ExchangeFactory(peer=busy)
    wish = SuggestionFactory(round=RoundFactory(), peer=busy)
    SuggestionAnswerFactory(suggestion_id=wish.id)
    assert availability.of_town(busy.id).asked == 2
    with pytest.raises(RefusedError) as caught:
        ask(cast, peer_id=busy.id)
    assert (caught.value.obstacle.code, caught.value.obstacle.month) == ("closed", "2026-12")
    with pytest.raises(UnknownTownError):
        ask(cast, peer_id=999_999)
    with pytest.raises(ValueError, match="fits"):
        exchange_requests.ask(
            cast.town.id, cast.other_town.id, cast.mayor.id, None, "video", "x" * 1501, NEED
        )
    assert letters("exchange_requested") == [] and audited() == []
    exchange_id = ask(cast)
    with pytest.raises(RefusedError) as caught:
        ask(cast)
    assert (caught.value.obstacle.code, caught.value.obstacle.exchange_id) == ("open", exchange_id)
    for _ in range(MOST_A_MONTH - 1):
        ExchangeFactory(town=cast.town)
    another = TownFactory(taking_part=True)
    assert refused(cast, another.id) == "enough"
    travel.move_to(datetime(2026, 12, 1, 9, tzinfo=territory.TIME_ZONE))
    assert ask(cast, peer_id=another.id)


def test_a_request_withdrawn_may_be_sent_once_more_this_month_and_again_in_the_next(
    cast: Cast, travel: time_machine.Traveller
) -> None:
    for _ in range(2):
        exchange_answers.act(ask(cast), cast.town.id, cast.mayor.id, "withdraw")
    with pytest.raises(RefusedError) as caught:
        ask(cast)
    assert (caught.value.obstacle.code, caught.value.obstacle.month) == ("often", "2026-12")
    assert ask(cast, peer_id=TownFactory(taking_part=True).id), "another town may be asked"
    travel.move_to(datetime(2026, 12, 1, 9, tzinfo=territory.TIME_ZONE))
    assert ask(cast)


def test_one_reminder_after_a_week_and_an_end_without_blame_after_three(
    cast: Cast, travel: time_machine.Traveller
) -> None:
    exchange_id = ask(cast)
    travel.shift(timedelta(days=6, hours=23))
    assert jobs.look_after_requests(lambda: False) is None
    travel.shift(timedelta(hours=1))
    work = jobs.look_after_requests(lambda: False)
    assert work is not None and "reminded=1" in work.detail
    assert exchange_times.look_after(clock.now()).reminded == 0
    first, reminder = letters("exchange_requested")
    assert reminder.subject.startswith("Noch offen: ") and token(reminder) != token(first)
    link = token(first)
    travel.shift(timedelta(days=14))
    assert exchange_times.look_after(clock.now()).lapsed == 1
    assert exchange_times.look_after(clock.now()) == exchange_times.Report()
    assert state(exchange_id) == "lapsed"
    told = letters("exchange_lapsed")
    assert {letter.account_id for letter in told} == {cast.mayor.id, cast.stranger.id}
    assert all("kein Gespräch zustande gekommen" in body for letter in told for body in bodies(letter))
    late = exchange_links.find(link)
    assert late is not None and late.state == "lapsed" and not late.is_open
    late = exchange_links.answer(link, "accept")
    assert late is not None and state(exchange_id) == "lapsed"
    assert letters("exchange_agreed") == []
    assert ask(cast) != exchange_id, "nothing rests after a lapse"


@pytest.mark.both_databases
def test_two_towns_that_ask_each_other_at_the_same_moment_have_one_exchange(app: Flask, cast: Cast) -> None:
    ours = (cast.town.id, cast.other_town.id, cast.mayor.id)
    theirs = (cast.other_town.id, cast.town.id, cast.stranger.id)
    words = ("innenstadt", "video", CONCERN, NEED)
    outcomes = at_once(
        app,
        partial(exchange_requests.ask, *ours, *words),
        partial(exchange_requests.ask, *theirs, *words),
        partial(exchange_requests.ask, *ours, *words),
        refusals=(NotNowError, RefusedError),
    )
    assert sorted(outcomes) == ["RefusedError", "RefusedError", "done"]
    assert db.session.scalar(select(func.count(Exchange.id))) == 1
    assert len(letters("exchange_requested")) == 1
