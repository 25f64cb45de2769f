"""Suggestions of a month: what the town sees, who may answer, and what the other town learns of it."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import AuditEntry, Round, Suggestion, SuggestionAnswer, Town
from kleinstadt_net.services import answer_giving, suggestions
from kleinstadt_net.services.answer_giving import AnswerStandsError, UnknownSuggestionError
from tests.factories import (
    MembershipFactory,
    RoundFactory,
    StanceFactory,
    SuggestionAnswerFactory,
    SuggestionFactory,
    TownFactory,
    TownFigureFactory,
)
from tests.support.cast import Cast
from tests.support.statements import counted_queries

MONTH = "2026-12"


@pytest.fixture
def december(app: Flask) -> Round:
    found: Round = RoundFactory(month=MONTH)
    return found


@pytest.fixture
def pair(cast: Cast, december: Round) -> tuple[Suggestion, Suggestion]:
    """The cast's two towns, proposed to each other."""
    ours = SuggestionFactory(round=december, town=cast.town, peer=cast.other_town)
    return ours, SuggestionFactory(round=december, town=cast.other_town, peer=cast.town)


def answer_of(suggestion: Suggestion) -> str | None:
    return db.session.scalar(
        select(SuggestionAnswer.answer).where(SuggestionAnswer.suggestion_id == suggestion.id)
    )


def suggestion_to(town: Town, december: Round, **given: Any) -> Suggestion:
    peer = TownFactory(taking_part=True)
    TownFigureFactory(town=peer)
    found: Suggestion = SuggestionFactory(round=december, town=town, peer=peer, **given)
    return found


def test_the_list_holds_the_month_of_the_town_in_the_order_of_the_round(cast: Cast, december: Round) -> None:
    second = suggestion_to(cast.town, december, position=2)
    first = suggestion_to(cast.town, december, position=1)
    suggestion_to(cast.other_town, december)
    suggestion_to(cast.town, RoundFactory(month="2026-10"))
    found = suggestions.for_town(cast.town.id, MONTH)
    assert [row.suggestion_id for row in found.items] == [first.id, second.id]
    assert (found.months, found.has_round) == (("2026-12", "2026-10"), True)
    assert found.items[0].peer.name == first.peer.name


def test_a_month_without_a_round_is_told_apart_from_one_without_suggestions(
    cast: Cast, december: Round
) -> None:
    assert suggestions.for_town(cast.town.id, MONTH).has_round
    assert not suggestions.for_town(cast.town.id, "2026-11").has_round


def test_the_list_costs_the_same_number_of_queries_however_long_it_is(cast: Cast, december: Round) -> None:
    town_id = cast.town.id

    def queries() -> int:
        suggestions.for_town(town_id, MONTH)
        db.session.commit()
        with counted_queries() as statements:
            suggestions.for_town(town_id, MONTH)
        return len(statements)

    for _ in range(5):
        suggestion_to(TownFactory(taking_part=True), december)
    others = db.session.scalars(select(Suggestion)).all()
    few = queries()
    for row in others:
        row.town_id = town_id
    assert queries() == few <= 6
    assert len(suggestions.for_town(town_id, MONTH).items) == 5


@pytest.mark.parametrize("choice", ["contact", "later", "declined", "known"])
def test_anyone_confirmed_may_give_the_first_answer(
    cast: Cast, pair: tuple[Suggestion, Suggestion], choice: str
) -> None:
    ours, _ = pair
    answer_giving.give(ours.id, cast.town.id, cast.colleague.id, choice, "page")
    assert answer_of(ours) == choice
    (row,) = suggestions.for_town(cast.town.id, MONTH).items
    assert (row.answer, row.is_open, row.may_change) == (choice, choice == "later", True)


def test_an_answer_is_recorded_with_who_gave_it(cast: Cast, pair: tuple[Suggestion, Suggestion]) -> None:
    answer_giving.give(pair[0].id, cast.town.id, cast.mayor.id, "known", "letter")
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.account_id, entry.town_id) == (
        "suggestion.answered",
        cast.mayor.id,
        cast.town.id,
    )
    assert entry.detail == {"suggestion": pair[0].id, "answer": "known", "via": "letter"}


def test_the_same_answer_twice_is_one_answer(cast: Cast, pair: tuple[Suggestion, Suggestion]) -> None:
    for _ in range(2):
        answer_giving.give(pair[0].id, cast.town.id, cast.colleague.id, "declined", "page")
    assert len(db.session.scalars(select(AuditEntry)).all()) == 1


def test_a_lead_may_change_an_answer_for_seven_days(cast: Cast, pair: tuple[Suggestion, Suggestion]) -> None:
    ours, _ = pair
    given = SuggestionAnswerFactory(
        suggestion_id=ours.id, answer="declined", answered_at=clock.now() - timedelta(days=6, hours=23)
    )
    answer_giving.give(ours.id, cast.town.id, cast.mayor.id, "known", "page")
    assert answer_of(ours) == "known"
    given.answered_at = clock.now() - timedelta(days=7)
    with pytest.raises(AnswerStandsError):
        answer_giving.give(ours.id, cast.town.id, cast.mayor.id, "contact", "page")
    assert answer_of(ours) == "known"


def test_a_colleague_may_not_change_an_answer_but_may_replace_later(
    cast: Cast, pair: tuple[Suggestion, Suggestion]
) -> None:
    ours, _ = pair
    given = SuggestionAnswerFactory(
        suggestion_id=ours.id, answer="later", answered_at=clock.now() - timedelta(days=40)
    )
    answer_giving.give(ours.id, cast.town.id, cast.colleague.id, "declined", "page")
    assert given.answered_at > clock.now() - timedelta(hours=1)
    with pytest.raises(AnswerStandsError):
        answer_giving.give(ours.id, cast.town.id, cast.colleague.id, "contact", "page")


def test_only_the_towns_own_people_may_answer(cast: Cast, pair: tuple[Suggestion, Suggestion]) -> None:
    ours, _ = pair
    for town, account in (
        (cast.other_town, cast.stranger),
        (cast.town, cast.stranger),
        (cast.town, cast.unverified),
        (cast.town, cast.operator),
    ):
        with pytest.raises(UnknownSuggestionError):
            answer_giving.give(ours.id, town.id, account.id, "contact", "page")
    assert answer_of(ours) is None


def test_a_suspended_town_gives_no_answers(cast: Cast, december: Round) -> None:
    row = suggestion_to(cast.suspended_town, december)
    with pytest.raises(UnknownSuggestionError):
        answer_giving.give(row.id, cast.suspended_town.id, cast.suspended.id, "contact", "page")


def test_what_is_no_answer_is_refused(cast: Cast, pair: tuple[Suggestion, Suggestion]) -> None:
    with pytest.raises(ValueError, match="no answer"):
        answer_giving.give(pair[0].id, cast.town.id, cast.mayor.id, "vielleicht", "page")


def test_a_wish_for_contact_waits_for_the_other_town(cast: Cast, pair: tuple[Suggestion, Suggestion]) -> None:
    ours, theirs = pair
    answer_giving.give(ours.id, cast.town.id, cast.mayor.id, "contact", "page")
    (row,) = suggestions.waiting_for(cast.other_town.id)
    assert (row.suggestion_id, row.peer.town_id, row.peer_wishes) == (theirs.id, cast.town.id, True)
    assert suggestions.waiting_for(cast.town.id) == ()


def test_an_answer_to_the_wish_ends_the_waiting(cast: Cast, pair: tuple[Suggestion, Suggestion]) -> None:
    ours, theirs = pair
    answer_giving.give(ours.id, cast.town.id, cast.mayor.id, "contact", "page")
    answer_giving.give(theirs.id, cast.other_town.id, cast.stranger.id, "later", "page")
    assert len(suggestions.waiting_for(cast.other_town.id)) == 1
    answer_giving.give(theirs.id, cast.other_town.id, cast.stranger.id, "declined", "page")
    assert suggestions.waiting_for(cast.other_town.id) == ()


def test_two_wishes_are_told_to_both(cast: Cast, pair: tuple[Suggestion, Suggestion]) -> None:
    ours, theirs = pair
    answer_giving.give(ours.id, cast.town.id, cast.mayor.id, "contact", "page")
    answer_giving.give(theirs.id, cast.other_town.id, cast.stranger.id, "contact", "page")
    for town in (cast.town, cast.other_town):
        (row,) = suggestions.for_town(town.id, MONTH).items
        assert row.both_wish
        assert len(suggestions.agreed(suggestions.wished(town.id))) == 1


def test_what_was_agreed_long_ago_is_no_longer_news(cast: Cast, pair: tuple[Suggestion, Suggestion]) -> None:
    for suggestion in pair:
        SuggestionAnswerFactory(
            suggestion_id=suggestion.id, answered_at=clock.now() - timedelta(days=suggestions.AGREED_DAYS + 1)
        )
    assert suggestions.agreed(suggestions.wished(cast.town.id)) == ()


def test_a_town_that_was_not_proposed_the_pair_gets_it_to_answer_the_wish(
    cast: Cast, december: Round
) -> None:
    StanceFactory(town_id=cast.town.id, subject="innenstadt", state="seeking")
    StanceFactory(town_id=cast.other_town.id, subject="innenstadt", state="strength")
    parts = {"shared": 0.0, "learn": 0.5, "teach": 0.1, "structure": 0.5, "reach": 0.5}
    ours = SuggestionFactory(
        round=december, town=cast.town, peer=cast.other_town, slot="complementary", parts=parts
    )
    answer_giving.give(ours.id, cast.town.id, cast.mayor.id, "contact", "page")
    (row,) = suggestions.waiting_for(cast.other_town.id)
    assert (row.parts["learn"], row.parts["teach"]) == (0.1, 0.5)
    assert row.slot == "similar_situation"
    assert "teach" in {reason["code"] for reason in row.reasons}
    answer_giving.give(row.suggestion_id, cast.other_town.id, cast.stranger.id, "contact", "page")
    assert len(db.session.scalars(select(Suggestion)).all()) == 2


def test_a_peer_that_left_can_no_longer_be_answered_and_does_not_wait(
    cast: Cast, pair: tuple[Suggestion, Suggestion]
) -> None:
    SuggestionAnswerFactory(suggestion_id=pair[1].id, answer="contact")
    cast.other_town.suspended_at = clock.now()
    db.session.commit()
    (row,) = suggestions.for_town(cast.town.id, MONTH).items
    assert not row.available and not row.is_open
    assert suggestions.waiting_for(cast.town.id) == ()


def test_somebody_with_two_towns_answers_for_the_one_the_suggestion_was_made_to(
    cast: Cast, pair: tuple[Suggestion, Suggestion]
) -> None:
    MembershipFactory(account=cast.mayor, town=cast.other_town, role="editor", is_home=False)
    with pytest.raises(UnknownSuggestionError):
        answer_giving.give(pair[0].id, cast.other_town.id, cast.mayor.id, "contact", "page")
    answer_giving.give(pair[1].id, cast.other_town.id, cast.mayor.id, "contact", "page")
    assert answer_of(pair[1]) == "contact"
