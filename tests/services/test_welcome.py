"""The welcome letter: once for every town, on a working day, with what the month has left."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from threading import Barrier, Thread
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import delete, func, select

from kleinstadt_net import clock, jobs, territory
from kleinstadt_net.database import db
from kleinstadt_net.mail.letters import Rendered
from kleinstadt_net.matching.weights import MAX_LISTS
from kleinstadt_net.models import DigestItem, Letter, Round, Stance, Suggestion, Town, Welcome
from kleinstadt_net.services import digest_facts, inheritance, mid_month, rounds, suggestions, welcome
from kleinstadt_net.services.welcome import Report
from tests.factories import (
    AccountFactory,
    MembershipFactory,
    RoundFactory,
    StanceFactory,
    SuggestionAnswerFactory,
    SuggestionFactory,
    TownFactory,
    TownFigureFactory,
)

ROUND_TIME = datetime(2026, 12, 1, 5, 0, tzinfo=territory.TIME_ZONE)
# A Wednesday, in office hours.
NOW = datetime(2026, 12, 9, 10, 0, tzinfo=territory.TIME_ZONE)
MONTH = "2026-12"
TOKEN = re.compile(r"(?<=/antwort/)[\w-]+")


@pytest.fixture(autouse=True)
def _on_a_working_day() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def old_towns(count: int) -> list[Town]:
    """Towns that took part when the month began; all are at work on the centre, every third one knows about it."""
    towns: list[Town] = []
    for n in range(count):
        town = TownFactory(name=f"Altstadt {n}", taking_part=True, land=f"{n % 3 + 1:02d}")
        TownFigureFactory(town=town, population=6_000 + 500 * n, area_km2=20.0 + 9 * n)
        state = "strength" if n % 3 == 0 else "in_progress"
        StanceFactory(town_id=town.id, subject="innenstadt", state=state, confirmed_on=date(2026, 11, 20))
        towns.append(town)
    return towns


def newcomer(name: str = "Neuenbruch", hours: float = 2, **account: Any) -> Town:
    """A town that has said its first thing some hours ago, with a lead."""
    town: Town = TownFactory(name=name, taking_part=True, land="06")
    TownFigureFactory(town=town, population=9_000)
    lead = AccountFactory(last_name="Tiedtke", salutation="Frau", **account)
    MembershipFactory(account=lead, town=town, role="lead")
    said_at = clock.now() - timedelta(hours=hours)
    StanceFactory(town_id=town.id, subject="innenstadt", state="seeking", changed_at=said_at)
    return town


@pytest.fixture
def december(app: Flask) -> list[Town]:
    towns = old_towns(20)
    with time_machine.travel(ROUND_TIME, tick=False):
        rounds.run(MONTH)
    db.session.execute(delete(Welcome))
    # They were welcomed long ago.
    db.session.add_all(Welcome(town_id=town.id, inputs={}, welcomed_at=clock.now()) for town in towns)
    db.session.commit()
    return towns


def suggested(town: Town) -> list[Suggestion]:
    rows = select(Suggestion).where(Suggestion.town_id == town.id).order_by(Suggestion.position)
    return list(db.session.scalars(rows))


def letters() -> list[Rendered]:
    found = []
    for row in db.session.scalars(select(Letter).where(Letter.kind == "welcome").order_by(Letter.id)):
        message = message_from_bytes(row.content, policy=policy.default)
        plain, html = (message.get_body((kind,)) for kind in ("plain", "html"))
        assert plain is not None and html is not None
        found.append(Rendered(row.subject, plain.get_content(), html.get_content()))
    return found


def test_a_newcomer_is_shown_three_towns_that_have_room_as_suggestions_of_the_running_month(
    december: list[Town],
) -> None:
    before = rounds.run(MONTH)
    town = newcomer()
    assert welcome.write_due(clock.now()) == Report(written=1)
    found = suggested(town)
    assert [row.slot for row in found] == ["mutual", "mutual", "complementary"]
    assert [row.position for row in found] == [1, 2, 3]
    assert found[0].reasons[0]["code"] == "shared_challenge" and set(found[0].parts) >= {"shared", "learn"}
    assert len(suggestions.for_town(town.id, MONTH).items) == 3
    (letter,) = letters()
    for body in (letter.text, letter.html):
        assert "Guten Tag, Frau Tiedtke" in body and "Gleiche Aufgabe" in body and "1. Januar 2027" in body
        assert all(row.peer.name in body for row in found)
        assert len(set(TOKEN.findall(body))) == 3
    assert letter.subject == "Willkommen: So geht es für Neuenbruch weiter"
    # What the round did is reported as it was, and the Monatsbrief does not tell the same again.
    assert rounds.run(MONTH) == before
    told = set(db.session.scalars(select(DigestItem.item_key)))
    assert told == {f"suggestion:{row.id}" for row in found}


def test_no_town_is_named_in_more_lists_than_the_round_allows(december: list[Town]) -> None:
    round_row = db.session.scalars(select(Round)).one()
    full = december[1]
    while mid_month._named(round_row.id)[full.id] < MAX_LISTS:
        SuggestionFactory(round=round_row, town=TownFactory(), peer=full)
    for number in range(12):
        newcomer(f"Neustadt {number}")
    welcome.write_due(clock.now())
    assert max(mid_month._named(round_row.id).values()) == MAX_LISTS
    assert db.session.scalar(select(func.count(Welcome.round_id))) == 12


def test_a_town_is_welcomed_once_for_ever_even_when_the_letter_is_gone(december: list[Town]) -> None:
    town = newcomer()
    welcome.write_due(clock.now())
    db.session.execute(delete(Letter))
    db.session.execute(delete(Stance).where(Stance.town_id == town.id))
    db.session.commit()
    StanceFactory(town_id=town.id, subject="wohnen", changed_at=clock.now() - timedelta(hours=3))
    assert welcome.write_due(clock.now()) == Report()
    assert letters() == [] and len(suggested(town)) == 3


@pytest.mark.both_databases
def test_two_processes_that_welcome_the_same_town_write_one_letter(
    december: list[Town], app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = newcomer()
    both_decided = Barrier(2, timeout=30)
    writing, outcomes = welcome._write, []

    def write_together(*given: Any) -> Any:
        both_decided.wait()
        return writing(*given)

    monkeypatch.setattr(welcome, "_write", write_together)

    def call() -> None:
        with app.app_context():
            outcomes.append(welcome.write_due(clock.now()))
            db.session.remove()

    callers = [Thread(target=call) for _ in range(2)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    db.session.rollback()
    assert sorted(report.written for report in outcomes) == [0, 1]
    assert sum(report.overtaken for report in outcomes) == 1
    assert len(letters()) == 1 and len(suggested(town)) == 3


def test_a_list_that_filled_up_meanwhile_is_left_alone_and_another_town_is_chosen(
    december: list[Town], monkeypatch: pytest.MonkeyPatch
) -> None:
    town, round_row = newcomer(), db.session.scalars(select(Round)).one()
    deciding, decided = mid_month.decide, list[int]()

    def fill_up_afterwards(known: Any, town_id: int) -> Any:
        decision = deciding(known, town_id)
        if decision is not None and not decided:
            first = decision.rows[0]["peer_id"]
            while mid_month._named(round_row.id)[first] < MAX_LISTS:
                SuggestionFactory(round=round_row, town=TownFactory(), peer=db.session.get_one(Town, first))
            decided.append(first)
        return decision

    monkeypatch.setattr(mid_month, "decide", fill_up_afterwards)
    assert welcome.write_due(clock.now()).written == 1
    assert decided[0] not in {row.peer_id for row in suggested(town)} and len(suggested(town)) == 3


def test_stored_inputs_give_the_same_suggestions_again(december: list[Town]) -> None:
    # Since the round one has gone on a break, one says something else and one is new in the register.
    december[3].paused_until = clock.today() + timedelta(days=30)
    StanceFactory(town_id=december[4].id, subject="wohnen")
    TownFactory(name="Nirgendwo")
    db.session.commit()
    town = newcomer()
    welcome.write_due(clock.now())
    row = db.session.scalars(select(Welcome).where(Welcome.town_id == town.id)).one()
    inputs = db.session.scalars(select(Round.inputs)).one()
    assert len(row.inputs["changed"]) == 4 and row.inputs["days"] == 8
    again = mid_month.recompute(inputs, row.inputs)
    assert again == [(one.peer.ags, one.slot, one.score) for one in suggested(town)]
    assert december[3].ags not in {ags for ags, _, _ in again}


def test_declined_and_known_pairs_stay_apart_and_so_do_those_in_the_own_list_already(
    december: list[Town],
) -> None:
    town = newcomer()
    earlier = RoundFactory(month="2026-07")
    # Two have said no to each other, and one of this month's lists made a wish the newcomer may answer.
    for peer in december[:10]:
        row = SuggestionFactory(round=earlier, town=peer, peer=town)
        SuggestionAnswerFactory(suggestion_id=row.id, answer="known")
    december_round = db.session.scalars(select(Round).where(Round.month == MONTH)).one()
    SuggestionFactory(round=december_round, town=town, peer=december[10], position=rounds.ASKED)
    welcome.write_due(clock.now())
    given = {row.peer_id for row in suggested(town) if row.position > rounds.ASKED}
    assert len(given) == 3 and not given & {peer.id for peer in december[:11]}


def test_a_town_the_round_has_served_is_told_of_those_suggestions_and_gets_no_others(app: Flask) -> None:
    towns = old_towns(20)
    with time_machine.travel(ROUND_TIME, tick=False):
        rounds.run(MONTH)
    MembershipFactory(account=AccountFactory(), town=towns[0], role="lead")
    db.session.execute(
        Stance.__table__.update().values(changed_at=clock.now() - timedelta(days=1))  # type: ignore[attr-defined]
    )
    db.session.commit()
    before = [row.id for row in suggested(towns[0])]
    assert welcome.write_due(clock.now()) == Report(written=1)
    assert [row.id for row in suggested(towns[0])] == before
    shown = [digest_facts.suggestion(one) for one in before[:3]]
    assert all(one is not None and one[1].peer.name in letters()[0].text for one in shown)


def test_without_a_round_or_without_room_the_letter_comes_and_says_so(app: Flask) -> None:
    newcomer("Einzig")
    assert welcome.write_due(clock.now()) == Report(written=1)
    (letter,) = letters()
    for body in (letter.text, letter.html):
        assert "mindestens zwei Städte" in body and "/staedte?sortierung=passend" in body
        assert "Kontakt gewünscht" not in body


def test_when_every_list_is_full_the_letter_says_that_nobody_is_free(december: list[Town]) -> None:
    round_row = db.session.scalars(select(Round)).one()
    for peer in december:
        while mid_month._named(round_row.id)[peer.id] < MAX_LISTS:
            SuggestionFactory(round=round_row, town=TownFactory(), peer=peer)
    town = newcomer()
    assert welcome.write_due(clock.now()).written == 1
    assert suggested(town) == [] and "keine mehr frei" in letters()[0].text


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(datetime(2026, 12, 12, 10, tzinfo=territory.TIME_ZONE), id="Saturday"),
        pytest.param(datetime(2026, 12, 25, 10, tzinfo=territory.TIME_ZONE), id="Christmas"),
        pytest.param(datetime(2026, 12, 9, 7, 59, tzinfo=territory.TIME_ZONE), id="too early"),
        pytest.param(datetime(2026, 12, 9, 18, tzinfo=territory.TIME_ZONE), id="too late"),
    ],
)
def test_letters_come_on_working_days_in_office_hours(app: Flask, moment: datetime) -> None:
    with time_machine.travel(moment, tick=False):
        newcomer()
        assert welcome.write_due(clock.now()) == Report()
        assert welcome.write_due(clock.now(), any_time=True) == Report(written=1)


def test_what_was_said_on_friday_evening_is_answered_on_monday_by_the_job(app: Flask) -> None:
    with time_machine.travel(datetime(2026, 12, 11, 17, 30, tzinfo=territory.TIME_ZONE), tick=False):
        newcomer(hours=0)
        assert jobs.welcome_newcomers(lambda: False) is None
    with time_machine.travel(datetime(2026, 12, 14, 8, 12, tzinfo=territory.TIME_ZONE), tick=False):
        done = jobs.welcome_newcomers(lambda: False)
        assert done is not None and done.detail == "welcomed 1, failed 0" and done.succeeded
        assert jobs.welcome_newcomers(lambda: False) is None


def test_who_is_not_there_yet_waits(app: Flask) -> None:
    newcomer("Ungelesen", confirmed_at=None)
    for name, changes in (
        ("Wartet", {"joined_on": None}),
        ("Pausiert", {"paused_until": clock.today()}),
        ("Gesperrt", {"suspended_at": clock.now()}),
        ("Aufgelöst", {"gone_on": clock.today()}),
    ):
        town = newcomer(name)
        for column, value in changes.items():
            setattr(town, column, value)
    newcomer("Mittendrin", hours=0.5)
    db.session.commit()
    assert welcome.write_due(clock.now()) == Report() and letters() == []


def test_one_letter_that_cannot_be_written_keeps_nobody_else_waiting(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = newcomer("Erste"), newcomer("Zweite")
    writing = welcome._write_letters

    def fail_for_the_first(town_id: int, known: Any) -> None:
        if town_id == first.id:
            raise RuntimeError("no ink")
        writing(town_id, known)

    monkeypatch.setattr(welcome, "_write_letters", fail_for_the_first)
    assert welcome.write_due(clock.now()) == Report(written=1, failed=1)
    assert db.session.scalars(select(Welcome.town_id)).all() == [second.id]
    monkeypatch.undo()
    assert welcome.write_due(clock.now()) == Report(written=1)


def test_people_of_a_merged_town_are_not_welcomed_again(app: Flask) -> None:
    town, successor = newcomer(), TownFactory(name="Großneuenbruch")
    welcome.write_due(clock.now())
    inheritance.inherit(town, successor, leads=True)
    town.gone_on = clock.today()
    db.session.commit()
    assert db.session.scalars(select(Welcome.town_id)).all() == [successor.id]
    assert welcome.write_due(clock.now()) == Report() and len(letters()) == 1


def test_the_operator_may_call_it_at_any_hour(app: Flask, runner: FlaskCliRunner) -> None:
    newcomer(hours=0)
    assert "0 towns welcomed" in runner.invoke(args=["rounds", "welcome"]).output
    assert "1 towns welcomed" in runner.invoke(args=["rounds", "welcome", "--now"]).output
