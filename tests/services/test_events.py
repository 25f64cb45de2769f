"""Events: who may invite, whom it is told, who comes, and what becomes of them."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from kleinstadt_net import territory
from kleinstadt_net.database import db
from kleinstadt_net.models import Event, EventRegistration, Letter
from kleinstadt_net.services import (
    event_files,
    event_registrations,
    event_writing,
    events,
    member_news,
)
from kleinstadt_net.services.directory_filters import Reader
from kleinstadt_net.services.event_registrations import TooLateError
from kleinstadt_net.services.event_rights import Actor
from kleinstadt_net.services.event_writing import Content, Refused, StaleVersionError
from kleinstadt_net.services.events import UnknownEventError
from tests import factories as make
from tests.support.cast import Cast
from tests.support.letters import bodies

MONDAY = datetime(2026, 11, 9, 9, 0, tzinfo=territory.TIME_ZONE)
DAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def travel() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def content(**given: Any) -> Content:
    facts = {"title": "Rundgang", "day": DAY, "begins": time(14), "ends": time(16), "place": "Rathaus"}
    return Content(**{**facts, **given})


def actor(cast: Cast) -> Actor:
    return Actor(cast.mayor.id, cast.town.id)


def announce(cast: Cast, organiser: str = "", **given: Any) -> int:
    return event_writing.announce(actor(cast), organiser or f"town:{cast.town.id}", content(**given))


def letters(kind: str) -> list[Letter]:
    return list(db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id)))


def confirmed(town_id: int | None) -> Reader:
    return Reader(town_id, verified=True)


def test_a_town_invites_everybody_reads_it_and_whoever_comes_is_reminded_the_day_before(
    cast: Cast, travel: time_machine.Traveller
) -> None:
    made = announce(cast, online_link="https://treffen.example/raum")
    assert [row.title for row in events.ahead(Reader(None, verified=False), None)] == ["Rundgang"]
    before = events.page(made, confirmed(cast.other_town.id), cast.stranger.id)
    event_registrations.register(made, cast.other_town.id, cast.stranger.id)
    event_registrations.register(made, cast.other_town.id, cast.stranger.id)
    assert len(db.session.scalars(select(EventRegistration)).all()) == 1
    after = events.page(made, confirmed(cast.other_town.id), cast.stranger.id)
    file = event_files.calendar(after)
    assert b"BEGIN:VEVENT" in file and b"DTSTART;TZID=Europe/Berlin:20261124T140000" in file
    assert "treffen.example" not in str(before) and "treffen.example" in str(after)
    assert event_registrations.remind_due(MONDAY) == 0
    travel.move_to(datetime(2026, 11, 23, 9, tzinfo=territory.TIME_ZONE))
    now = datetime(2026, 11, 23, 9, tzinfo=territory.TIME_ZONE)
    assert (event_registrations.remind_due(now), event_registrations.remind_due(now)) == (1, 0)
    (reminder,) = letters("event_reminder")
    for body in bodies(reminder):
        assert "Rundgang" in body and "treffen.example" in body and "Rathaus" in body


def test_another_time_is_told_to_whoever_comes_and_an_older_form_overwrites_nothing(cast: Cast) -> None:
    made = announce(cast)
    event_registrations.register(made, cast.other_town.id, cast.stranger.id)
    event_writing.change(made, actor(cast), content(title="Anders"), 1)
    assert letters("event_changed") == []
    with pytest.raises(StaleVersionError):
        event_writing.change(made, actor(cast), content(), 1)
    event_writing.change(made, actor(cast), content(begins=time(13)), 2)
    event_writing.cancel(made, actor(cast))
    moved, cancelled = letters("event_changed")
    assert moved.account_id == cancelled.account_id == cast.stranger.id
    assert all("13:00" in body for body in bodies(moved))
    with pytest.raises(TooLateError):
        event_registrations.register(made, cast.town.id, cast.colleague.id)
    with pytest.raises(UnknownEventError):
        event_writing.cancel(made, actor(cast))


def test_whoever_invites_may_change_and_cancel_until_the_end_though_nobody_registers_any_more(
    cast: Cast, travel: time_machine.Traveller
) -> None:
    made = announce(cast, register_by=date(2026, 11, 20))
    event_registrations.register(made, cast.other_town.id, cast.stranger.id)
    travel.move_to(datetime(2026, 11, 24, 14, 30, tzinfo=territory.TIME_ZONE))
    page = events.page(made, confirmed(cast.town.id), cast.mayor.id)
    assert page.may_change and not page.is_open
    moved = content(register_by=date(2026, 11, 20), place="Feuerwehrhaus")
    event_writing.change(made, actor(cast), moved, 1)
    assert [one.account_id for one in letters("event_changed")] == [cast.stranger.id]
    with pytest.raises(Refused):
        event_writing.change(made, actor(cast), content(begins=time(14, 10)), 2)
    event_writing.cancel(made, actor(cast))
    assert not events.page(made, confirmed(cast.town.id), cast.mayor.id).may_change


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"title": ""}, "title"),
        ({"place": "", "online_link": None}, "place"),
        ({"online_link": "javascript:alert(1)"}, "online_link"),
        ({"day": date(2026, 11, 8)}, "day"),
        ({"ends": time(13)}, "ends"),
        ({"day": date(2027, 3, 28), "begins": time(2, 30), "ends": time(4)}, "begins"),
        ({"register_by": date(2026, 11, 25)}, "register_by"),
    ],
)
def test_what_cannot_be_announced(cast: Cast, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        announce(cast, **given)
    assert refused.value.problems.keys() == {field}
    assert db.session.scalars(select(Event)).all() == []


def test_the_dates_of_a_circle_are_its_towns_alone_and_those_of_a_network_on_its_page(cast: Cast) -> None:
    circle = make.CircleFactory(state="running")
    make.CircleTownFactory(circle_id=circle.id, town_id=cast.town.id, answer="yes")
    network = make.NetworkFactory(contact_town_id=cast.town.id)
    make.NetworkMemberFactory(network_id=network.id, town_id=cast.town.id)
    make.NetworkMemberFactory(network_id=network.id, town_id=cast.other_town.id)
    of_circle = announce(cast, f"circle:{circle.id}")
    announce(cast, f"network:{network.id}", title="Netzwerktreffen")
    assert events.page(of_circle, confirmed(cast.town.id), cast.mayor.id)
    for reader in (confirmed(cast.other_town.id), Reader(None, verified=False)):
        with pytest.raises(UnknownEventError):
            events.page(of_circle, reader, None)
    with pytest.raises(UnknownEventError):
        event_registrations.register(of_circle, cast.other_town.id, cast.stranger.id)
    with pytest.raises(UnknownEventError):
        event_writing.announce(
            Actor(cast.stranger.id, cast.other_town.id), f"network:{network.id}", content()
        )
    practice = make.PracticeFactory(town_id=cast.other_town.id)
    make.QuestionFactory(town_id=cast.other_town.id, title="Wer hat das schon?")
    make.QuestionFactory(town_id=cast.other_town.id, title="Heimlich", is_anonymous=True)
    both = [cast.town.id, cast.other_town.id]
    news = member_news.of_network(network.slug, both, confirmed(cast.town.id), cast.mayor.id)
    assert [row.title for row in news.dates] == ["Netzwerktreffen"]
    assert [one.practice_id for one in news.examples] == [practice.id]
    assert [one.title for one in news.questions] == ["Wer hat das schon?"]
    assert member_news.of_network(network.slug, both, Reader(None, verified=False), None).questions == ()


def test_a_dissolved_towns_events_go_on_with_its_successor_and_a_suspended_towns_end(cast: Cast) -> None:
    made = make.EventFactory(town_id=cast.town.id).id
    make.EventRegistrationFactory(town_id=cast.town.id)
    event_registrations.inherit(cast.town.id, cast.other_town.id)
    db.session.commit()
    assert db.session.get_one(Event, made).town_id == cast.other_town.id
    event_registrations.inherit(cast.other_town.id, cast.town.id, suspended=True)
    db.session.commit()
    assert db.session.get(Event, made) is None
    assert db.session.scalars(select(EventRegistration)).all() == []


def test_the_last_day_to_register_is_kept(cast: Cast, travel: time_machine.Traveller) -> None:
    made = announce(cast, register_by=date(2026, 11, 20))
    travel.shift(timedelta(days=12))
    with pytest.raises(TooLateError):
        event_registrations.register(made, cast.other_town.id, cast.stranger.id)
