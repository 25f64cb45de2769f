"""What came of a talk: each town is asked twice, once each, and only a good word reaches the other."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from kleinstadt_net import territory
from kleinstadt_net.database import db
from kleinstadt_net.models import AuditEntry, Exchange, Letter, Outcome, Practice, PracticeSubject
from kleinstadt_net.services import answer_letters, links, outcome_examples, outcomes, round_inputs
from kleinstadt_net.services.exchanges import UnknownExchangeError
from tests.factories import ExchangeFactory, OutcomeFactory, TownFactory
from tests.support.cast import Cast
from tests.support.letters import bodies

MONDAY = datetime(2026, 11, 9, 10, tzinfo=territory.TIME_ZONE)


@pytest.fixture(autouse=True)
def travel() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def talk(cast: Cast) -> Exchange:
    made: Exchange = ExchangeFactory(
        town=cast.town, peer=cast.other_town, state="talking", opened_by_id=cast.mayor.id
    )
    return made


def letters(kind: str) -> list[Letter]:
    return list(db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id)))


def tick() -> int:
    return answer_letters.write_due(datetime.now(territory.TIME_ZONE)).outcomes


def token_of(letter: Letter) -> str:
    (token,) = set(re.findall(r"(?<=/gespraech/)[\w-]+", bodies(letter)[0]))
    return str(token)


def test_after_two_weeks_and_ninety_days_each_town_is_asked_once(
    cast: Cast, talk: Exchange, travel: time_machine.Traveller
) -> None:
    travel.move_to(MONDAY + timedelta(days=13))
    assert tick() == 0
    travel.move_to(MONDAY + timedelta(days=14))
    assert (tick(), tick()) == (2, 0)
    to_mayor, to_stranger = letters("outcome_asked")
    assert (to_mayor.account_id, to_stranger.account_id) == (cast.mayor.id, cast.stranger.id)
    assert to_mayor.subject == "Hat das Gespräch mit Lauenfurt geholfen?"
    for body in bodies(to_mayor):
        assert "Ellernrode und Lauenfurt wollten miteinander sprechen. Hat es" in " ".join(body.split())
        assert "Wir haben noch nicht gesprochen" in body and "nur dieses eine Mal" in body
        assert "Nur wenn es geholfen hat, sagen wir Lauenfurt das" in body
    travel.move_to(MONDAY + timedelta(days=91))
    assert (tick(), tick()) == (2, 0)
    subjects = {letter.subject for letter in letters("outcome_asked")[2:]}
    assert subjects == {
        "Was ist aus dem Gespräch mit Lauenfurt geworden?",
        "Was ist aus dem Gespräch mit Ellernrode geworden?",
    }


def test_a_talk_that_was_forgotten_or_never_agreed_to_is_asked_about_no_more(
    cast: Cast, travel: time_machine.Traveller
) -> None:
    ExchangeFactory(town=cast.town, peer=cast.other_town, state="requested")
    ExchangeFactory(
        town=cast.town, peer=TownFactory(taking_part=True), state="closed",
        accepted_at=MONDAY - timedelta(days=400),
    )  # fmt: skip
    travel.move_to(MONDAY + timedelta(days=28))
    assert tick() == 0


@pytest.mark.parametrize(("answer", "told"), [("yes", 1), ("partly", 0), ("no", 0), ("not_talked", 0)])
def test_only_that_it_helped_reaches_the_other_town(
    cast: Cast, talk: Exchange, travel: time_machine.Traveller, answer: str, told: int
) -> None:
    travel.move_to(MONDAY + timedelta(days=14))
    tick()
    token = token_of(letters("outcome_asked")[0])
    before = round_inputs.history("2027-03")
    assert (question := outcomes.find(token)) is not None and not question.is_answered
    assert outcomes.answer_by_link(token, answer) is not None
    again = outcomes.answer_by_link(token, "yes")
    assert again is not None and again.is_answered, "a link answers once"
    assert len(letters("outcome_helped")) == told
    assert outcomes.of_exchange(talk.id, cast.other_town.id).peer_was_helped == bool(told)
    own = outcomes.of_exchange(talk.id, cast.town.id)
    assert [(one.question, one.given) for one in own.asked] == [("helped", answer)]
    assert round_inputs.history("2027-03") == before, "answers never change what is proposed"
    actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.town_id == cast.town.id)).all()
    assert actions.count("exchange.outcome") == 1


def test_what_a_colleague_said_stands_and_strangers_are_not_asked(cast: Cast, talk: Exchange) -> None:
    asked = OutcomeFactory(exchange=talk, answer="nothing")
    token = links.create(outcomes.PURPOSE, cast.mayor.id, days=9, target_id=asked.id)
    strangers = links.create(outcomes.PURPOSE, cast.stranger.id, days=9, target_id=asked.id)
    db.session.commit()
    question = outcomes.answer_by_link(token, "made")
    assert question is not None and question.is_answered
    assert db.session.scalars(select(Outcome.answer)).one() == "nothing"
    assert outcomes.find(strangers) is None
    assert not outcomes.answer_on_page(talk.id, cast.town.id, cast.mayor.id, "became", "running")
    assert not outcomes.answer_on_page(talk.id, cast.other_town.id, cast.stranger.id, "became", "running")
    with pytest.raises(ValueError, match="no answer"):
        outcomes.answer_on_page(talk.id, cast.town.id, cast.mayor.id, "became", "yes")
    with pytest.raises(UnknownExchangeError):
        outcomes.answer_on_page(talk.id, cast.town.id, cast.stranger.id, "became", "running")


def test_an_example_begins_with_what_the_talk_knows_and_only_once(cast: Cast, talk: Exchange) -> None:
    begun = outcome_examples.begin(talk.id, cast.town.id, cast.mayor.id)
    assert outcome_examples.begin(talk.id, cast.town.id, cast.colleague.id) == begun
    draft = db.session.get_one(Practice, begun)
    assert (draft.state, draft.exchange_id, draft.problem) == ("draft", talk.id, talk.concern)
    assert draft.partners_outside == "Austausch mit Lauenfurt"
    assert db.session.scalars(select(PracticeSubject.subject)).all() == ["innenstadt"]
    theirs = outcome_examples.begin(talk.id, cast.other_town.id, cast.stranger.id)
    assert theirs != begun and db.session.get_one(Practice, theirs).problem == ""
    asked = ExchangeFactory(town=cast.town)
    with pytest.raises(UnknownExchangeError):
        outcome_examples.begin(asked.id, cast.town.id, cast.mayor.id)
    assert db.session.scalar(select(func.count(Practice.id))) == 2


def test_what_a_dissolved_town_said_goes_on_with_its_successor(cast: Cast, talk: Exchange) -> None:
    successor = TownFactory(taking_part=True)
    OutcomeFactory(exchange=talk, question="helped", answer="yes")
    row = db.session.get_one(Exchange, talk.id)
    row.town_id = successor.id
    db.session.flush()
    outcomes.inherit(cast.town.id, successor.id)
    db.session.commit()
    assert [one.given for one in outcomes.of_exchange(talk.id, successor.id).asked] == ["yes"]
