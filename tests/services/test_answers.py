"""Wishes, letters that follow them, and what the service remembers: only a yes ever reaches the other town."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, update

from kleinstadt_net import clock, jobs, territory
from kleinstadt_net.database import db
from kleinstadt_net.models import (
    Account,
    AuditEntry,
    DigestItem,
    Letter,
    Suggestion,
    SuggestionAnswer,
    Town,
)
from kleinstadt_net.services import (
    answer_giving,
    answer_handing_on,
    answer_known,
    answer_letters,
    digests,
    erasure,
    letter_answers,
    round_inputs,
    suggestions,
    working_days,
)
from kleinstadt_net.services.answer_giving import UnknownSuggestionError
from kleinstadt_net.services.answer_handing_on import AlreadyAnsweredError
from tests.factories import (
    MembershipFactory,
    RoundFactory,
    SubscriptionFactory,
    SuggestionFactory,
    TownFactory,
)
from tests.support.at_once import at_once
from tests.support.cast import Cast
from tests.support.letters import bodies

# A Friday afternoon; the Monday after it is a working day everywhere.
FRIDAY = datetime(2026, 11, 6, 17, 40, tzinfo=territory.TIME_ZONE)
MONDAY = datetime(2026, 11, 9, 8, 3, tzinfo=territory.TIME_ZONE)


@pytest.fixture(autouse=True)
def travel() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(FRIDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def pair(cast: Cast) -> tuple[Suggestion, Suggestion]:
    """Ellernrode and Lauenfurt, proposed to each other."""
    month = RoundFactory()
    reason = {"code": "learn", "subject": "innenstadt", "month": "2026-03", "own_state": "seeking"}
    ours = SuggestionFactory(round=month, town=cast.town, peer=cast.other_town)
    return ours, SuggestionFactory(round=month, town=cast.other_town, peer=cast.town, reasons=[reason])


def give(row: Suggestion, account: Account, choice: str) -> None:
    answer_giving.give(row.id, row.town_id, account.id, choice, "page")


def letters(kind: str | None = None) -> list[Letter]:
    rows = select(Letter).order_by(Letter.id)
    return list(db.session.scalars(rows.where(Letter.kind == kind) if kind else rows))


def sent() -> None:
    db.session.execute(update(Letter).values(state="sent", sent_at=clock.now()))
    db.session.commit()


def tick() -> answer_letters.Report:
    return answer_letters.write_due(clock.now())


def test_a_wish_reaches_the_other_town_in_its_next_office_hours_and_only_once(
    cast: Cast, pair: tuple[Suggestion, Suggestion], travel: time_machine.Traveller
) -> None:
    give(pair[0], cast.mayor, "contact")
    assert tick().written == 0
    travel.move_to(FRIDAY + timedelta(hours=2))
    assert tick().written == 0, "not in the evening"
    travel.move_to(MONDAY)
    work = jobs.follow_up_answers(lambda: False)
    assert work is not None and work.succeeded and "wishes=1" in work.detail
    assert (tick().written, jobs.follow_up_answers(lambda: False)) == (0, None)
    (letter,) = letters()
    assert (letter.subject, letter.account_id) == ("Ellernrode möchte mit Ihnen sprechen", cast.stranger.id)
    for body in bodies(letter):
        assert "möchte gern mit Lauenfurt sprechen" in body
        assert "Sie suchen Rat zur Innenstadt. Ellernrode nennt das als Stärke" in body
        assert "erfährt die Stadt nichts" in body
        assert "/antwort/" in body and f"/v/{pair[1].id}" in body
    # The Monatsbrief tells nothing twice.
    assert f"waiting:{pair[0].id}" in set(db.session.scalars(select(DigestItem.item_key)))


def test_the_letter_is_answered_by_its_link_and_then_both_hear_of_it_at_once(
    cast: Cast, pair: tuple[Suggestion, Suggestion], travel: time_machine.Traveller
) -> None:
    give(pair[0], cast.mayor, "contact")
    travel.move_to(MONDAY)
    tick()
    (token, *_) = re.findall(r"(?<=/antwort/)[\w-]+", bodies(letters()[0])[0])
    before = db.session.scalar(select(func.count()).select_from(SuggestionAnswer))
    assert letter_answers.find(token) is not None
    assert db.session.scalar(select(func.count()).select_from(SuggestionAnswer)) == before
    assert letter_answers.answer(token, "contact") is not None
    told = letters("exchange_agreed")
    assert {letter.account_id for letter in told} == {cast.mayor.id, cast.stranger.id}
    assert {letter.subject for letter in told} == {
        "Lauenfurt und Ellernrode sind im Gespräch",
        "Ellernrode und Lauenfurt sind im Gespräch",
    }
    for letter, contact in zip(told, (cast.mayor, cast.stranger), strict=True):
        for body in bodies(letter):
            assert "möchten miteinander sprechen" in body
            # Each gets the other's address, and hers says that a link has agreed.
            assert (contact.email in body) == (letter.account_id != contact.id)
            assert ("24 Stunden lang" in body) == (letter.account_id == cast.stranger.id)
    travel.shift(timedelta(days=7))
    assert tick().written == 0


@pytest.mark.parametrize("frequency", ["monthly", "off"])
def test_whoever_chose_the_monatsbrief_gets_no_letter_as_long_as_it_comes(
    cast: Cast, pair: tuple[Suggestion, Suggestion], travel: time_machine.Traveller, frequency: str
) -> None:
    SubscriptionFactory(account_id=cast.stranger.id, wishes="digest", frequency=frequency)
    give(pair[0], cast.mayor, "contact")
    travel.move_to(MONDAY)
    assert tick().wishes == (1 if frequency == "off" else 0)
    travel.move_to(datetime(2026, 12, 2, 10, tzinfo=territory.TIME_ZONE))
    digests.enqueue_due(clock.now(), any_day=True)
    subjects = [letter.subject for letter in letters("digest") if letter.account_id == cast.stranger.id]
    assert any("Ellernrode" in subject for subject in subjects) is (frequency == "monthly")


@pytest.mark.parametrize("choice", ["later", "declined", "known"])
def test_nothing_but_a_yes_is_ever_told_to_the_other_town(
    cast: Cast, pair: tuple[Suggestion, Suggestion], travel: time_machine.Traveller, choice: str
) -> None:
    ours, theirs = pair
    give(ours, cast.mayor, "contact")
    travel.move_to(MONDAY)
    tick()
    seen = suggestions.for_town(cast.town.id, clock.current_month())
    give(theirs, cast.stranger, choice)
    if choice == "declined":
        answer_giving.give_reason(theirs.id, cast.other_town.id, cast.stranger.id, "too_far")
    assert suggestions.for_town(cast.town.id, clock.current_month()) == seen
    assert suggestions.wished(cast.town.id) == ()
    for _ in range(8):
        travel.shift(timedelta(days=1))
        tick()
    (standing,) = [letter for letter in letters() if letter.account_id == cast.mayor.id]
    assert standing.subject == "Wie es mit Lauenfurt steht"
    for body in bodies(standing):
        assert "Eine Zusage aus Lauenfurt gibt es bisher nicht." in body
        assert not re.search("später|passt nicht|abgelehnt|kennen", body, re.IGNORECASE)


def test_the_letter_on_where_it_stands_reads_the_same_whatever_the_other_town_did(
    app: Flask, travel: time_machine.Traveller
) -> None:
    texts = set()
    for number, choice in enumerate((None, "later", "declined", "known"), start=1):
        names = ("Steinbracken", "Oberdallen")
        town, peer = (TownFactory(name=name, taking_part=True) for name in names)
        asker, answerer = (MembershipFactory(town=one, role="lead").account for one in (town, peer))
        asker.last_name = "Tiedtke"
        db.session.commit()
        month = RoundFactory(month=f"2020-0{number}")
        row = SuggestionFactory(round=month, town=town, peer=peer)
        back = SuggestionFactory(round=month, town=peer, peer=town)
        travel.move_to(FRIDAY)
        give(row, asker, "contact")
        if choice:
            give(back, answerer, choice)
        travel.move_to(FRIDAY + timedelta(days=4))
        tick()
        assert not [one for one in letters("wish_standing") if one.account_id == asker.id]
        travel.move_to(FRIDAY + timedelta(days=6, hours=-2))
        tick()
        (letter,) = [one for one in letters("wish_standing") if one.account_id == asker.id]
        texts.add(bodies(letter))
        db.session.execute(update(Town).values(suspended_at=clock.now()))
        db.session.commit()
    assert len(texts) == 1


def test_where_it_stands_is_told_within_seven_days_whatever_the_holidays() -> None:
    """Saxony from 2026 to 2028: exactly one decisive working day lies within the week, Christmas included."""
    wished_on = date(2026, 1, 1)
    while wished_on < date(2028, 1, 1):
        week = [wished_on + timedelta(days=n) for n in range(1, 8)]
        due = [day for day in week if answer_letters.standing_is_due(wished_on, day, "14")]
        assert due and all(working_days.is_working_day(day, "14") for day in due)
        wished_on += timedelta(days=1)


def test_a_wish_taken_back_leaves_no_letter_that_has_not_left_and_nothing_waiting(
    cast: Cast, pair: tuple[Suggestion, Suggestion], travel: time_machine.Traveller
) -> None:
    give(pair[0], cast.mayor, "contact")
    give(pair[0], cast.mayor, "declined")
    travel.move_to(MONDAY)
    assert tick().written == 0
    give(pair[0], cast.mayor, "contact")
    travel.shift(timedelta(hours=2))
    assert tick().wishes == 1
    give(pair[0], cast.mayor, "known")
    assert (letters(), db.session.scalars(select(DigestItem)).all()) == ([], [])
    assert suggestions.waiting_for(cast.other_town.id) == ()
    give(pair[0], cast.mayor, "contact")
    travel.shift(timedelta(hours=2))
    tick()
    sent()
    give(pair[0], cast.mayor, "declined")
    assert len(letters()) == 1, "what has left stays, and its link still answers"
    assert suggestions.waiting_for(cast.other_town.id) == ()
    travel.shift(timedelta(days=8))
    assert tick().written == 0


def test_an_answer_of_one_colleague_spares_the_others_the_letter(
    cast: Cast, pair: tuple[Suggestion, Suggestion], travel: time_machine.Traveller
) -> None:
    give(pair[1], cast.stranger, "contact")
    travel.move_to(MONDAY)
    assert tick().wishes == 1
    assert {letter.account_id for letter in letters()} == {cast.mayor.id, cast.colleague.id}
    give(pair[0], cast.colleague, "later")
    assert letters() == []
    travel.shift(timedelta(hours=1))
    assert tick().wishes == 0


def test_colleagues_see_who_answered_and_the_other_town_never_does(
    cast: Cast, pair: tuple[Suggestion, Suggestion]
) -> None:
    cast.colleague.first_name, cast.colleague.last_name = "Jonas", "Wittkamp"
    db.session.commit()
    give(pair[0], cast.colleague, "contact")
    (own,) = suggestions.for_town(cast.town.id, clock.current_month()).items
    (others,) = suggestions.for_town(cast.other_town.id, clock.current_month()).items
    assert (own.answered_by, others.answered_by) == ("Jonas Wittkamp", "")
    erasure.erase(cast.colleague.id, "test")
    (own,) = suggestions.for_town(cast.town.id, clock.current_month()).items
    assert (own.answer, own.answered_by) == ("contact", "")


def test_a_reason_is_said_once_and_only_for_what_was_declined(
    cast: Cast, pair: tuple[Suggestion, Suggestion]
) -> None:
    ours, _ = pair

    def say(reason: str) -> bool:
        return answer_giving.give_reason(ours.id, cast.town.id, cast.colleague.id, reason)

    assert not say("too_far")
    give(ours, cast.mayor, "declined")
    assert say("other_task") and not say("too_far")
    (row,) = suggestions.for_town(cast.town.id, clock.current_month()).items
    assert row.reason == "other_task"
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "suggestion.reason")).one()
    assert "other_task" not in str(entry.detail), "the reason goes with the answer"
    give(ours, cast.mayor, "contact")
    assert db.session.scalars(select(SuggestionAnswer)).one().reason is None
    with pytest.raises(ValueError, match="no reason"):
        say("bad_weather")
    with pytest.raises(UnknownSuggestionError):
        answer_giving.give_reason(ours.id, cast.other_town.id, cast.stranger.id, "too_far")


def test_a_suggestion_handed_on_is_answered_by_a_link_of_the_colleagues_own(
    cast: Cast, pair: tuple[Suggestion, Suggestion]
) -> None:
    ours, theirs = pair
    town_id = cast.town.id
    found = answer_handing_on.offered(ours.id, town_id, cast.mayor.id)
    assert [one.account_id for one in found.colleagues] == [cast.colleague.id]
    for _ in range(2):
        answer_handing_on.hand_on(ours.id, town_id, cast.mayor.id, cast.colleague.id)
    (letter,) = letters("suggestion_handed_on")
    assert (
        letter.account_id == cast.colleague.id
        and "gibt Ihnen einen Vorschlag weiter: Lauenfurt" in letter.subject
    )
    for body in bodies(letter):
        assert "Vorschlag für Ellernrode weiter" in body and "/antwort/" in body
    for who in (cast.stranger, cast.unverified):
        with pytest.raises(UnknownSuggestionError):
            answer_handing_on.hand_on(ours.id, town_id, cast.mayor.id, who.id)
    with pytest.raises(UnknownSuggestionError):
        answer_handing_on.offered(theirs.id, town_id, cast.mayor.id)
    (token, *_) = re.findall(r"(?<=/antwort/)[\w-]+", bodies(letter)[0])
    assert letter_answers.answer(token, "declined") is not None
    given = db.session.scalars(select(SuggestionAnswer)).one()
    assert (given.account_id, given.via) == (cast.colleague.id, "letter")
    assert letter_answers.give_reason(token, "no_time") is not None
    assert db.session.scalars(select(SuggestionAnswer.reason)).one() == "no_time"
    with pytest.raises(AlreadyAnsweredError):
        answer_handing_on.offered(ours.id, town_id, cast.mayor.id)


def test_a_known_town_may_be_proposed_again_once_a_lead_says_so(
    cast: Cast, pair: tuple[Suggestion, Suggestion]
) -> None:
    give(pair[0], cast.mayor, "known")
    key = (cast.town.ags, cast.other_town.ags)
    assert key in round_inputs.history("2036-01").rested
    (row,) = answer_known.listing(cast.town.id)
    assert (row.name, row.said_by) == ("Lauenfurt", f"Renate {cast.mayor.last_name}")
    assert answer_known.undo(cast.town.id, cast.colleague.id, cast.other_town.ags) is None
    assert answer_known.undo(cast.town.id, cast.mayor.id, cast.town.ags) is None
    assert answer_known.undo(cast.town.id, cast.mayor.id, cast.other_town.ags) == "Lauenfurt"
    assert answer_known.listing(cast.town.id) == ()
    assert key not in round_inputs.history("2036-01").rested


@pytest.mark.both_databases
def test_two_schedulers_write_one_letter_and_two_wishes_at_the_same_moment_notice_each_other(
    app: Flask, cast: Cast, pair: tuple[Suggestion, Suggestion], travel: time_machine.Traveller
) -> None:
    ids = [(row.id, row.town_id, who.id) for row, who in zip(pair, (cast.mayor, cast.stranger), strict=True)]
    assert (
        at_once(app, *(partial(answer_giving.give, *given, "contact", "page") for given in ids))
        == ["done"] * 2
    )
    assert len(letters("exchange_agreed")) == 2
    month = RoundFactory(month="2026-01")
    # Of a town one is in touch with already no letter would tell.
    third = MembershipFactory().town
    asked = SuggestionFactory(round=month, town=cast.town, peer=third)
    SuggestionFactory(round=month, town=third, peer=cast.town)
    give(asked, cast.mayor, "contact")
    travel.move_to(MONDAY)
    assert at_once(app, tick, tick) == ["done"] * 2
    assert len(letters("wish_letter")) == 1
