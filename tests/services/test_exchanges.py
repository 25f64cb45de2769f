"""From a request to a talk: who may do what, whom it is told, and that only a yes of both gives a contact away."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from kleinstadt_net import clock, jobs, territory
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Account, AuditEntry, Exchange, Letter, Suggestion, SuggestionAnswer
from kleinstadt_net.services import (
    answer_giving,
    answer_letters,
    availability,
    digest_facts,
    digest_people,
    erasure,
    exchange_answers,
    exchange_inheritance,
    exchange_letters,
    exchange_links,
    exchange_lists,
    exchange_requests,
    exchange_times,
    exchanges,
    round_inputs,
    suggestions,
)
from kleinstadt_net.services.exchange_answers import NobodyThereError, NotNowError, OpenAlreadyError
from kleinstadt_net.services.exchange_limits import MOST_A_MONTH
from kleinstadt_net.services.exchange_requests import RefusedError, UnknownTownError
from kleinstadt_net.services.exchanges import UnknownExchangeError
from tests.factories import (
    ExchangeFactory,
    MembershipFactory,
    RoundFactory,
    SuggestionAnswerFactory,
    SuggestionFactory,
    TownFactory,
)
from tests.support.at_once import at_once
from tests.support.cast import Cast
from tests.support.letters import bodies

MONDAY = datetime(2026, 11, 9, 9, 0, tzinfo=territory.TIME_ZONE)
CONCERN, NEED = "In der Langen Straße stehen Läden leer.", "Ihr Muster für den Mietvertrag."


@pytest.fixture(autouse=True)
def travel() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def ask(cast: Cast, town_id: int | None = None, peer_id: int | None = None) -> int:
    return exchange_requests.ask(
        town_id or cast.town.id,
        peer_id or cast.other_town.id,
        cast.mayor.id,
        "innenstadt",
        "video",
        CONCERN,
        NEED,
    )


def refused(cast: Cast, peer_id: int | None = None) -> str:
    with pytest.raises(RefusedError) as caught:
        ask(cast, peer_id=peer_id)
    return caught.value.obstacle.code


def letters(kind: str) -> list[Letter]:
    return list(db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id)))


def token(letter: Letter, path: str = "/gespraechs-anfrage/") -> str:
    return str(re.findall(rf"(?<={path})[\w-]+", bodies(letter)[0])[0])


def state(exchange_id: int) -> str:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Exchange, exchange_id).state


def audited() -> list[str]:
    return list(
        db.session.scalars(
            select(AuditEntry.action).where(AuditEntry.action.startswith("exchange.")).order_by(AuditEntry.id)
        )
    )


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


def give(row: Suggestion, account: Account, choice: str) -> None:
    answer_giving.give(row.id, row.town_id, account.id, choice, "page")


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
