"""Requests a month and breaks: a town is asked as often as it likes, and nobody learns why not more often."""

from datetime import timedelta

import pytest
from flask import Flask

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import AuditEntry, Suggestion, SuggestionAnswer, Town
from kleinstadt_net.services import (
    answer_giving,
    availability,
    digest_facts,
    digest_people,
    installation,
    snapshot,
)
from kleinstadt_net.services.availability import RequestRefusedError
from tests.factories import (
    MembershipFactory,
    RoundFactory,
    SuggestionAnswerFactory,
    SuggestionFactory,
    TownFactory,
)


@pytest.fixture
def receiver(app: Flask) -> Town:
    found: Town = TownFactory(taking_part=True, requests_a_month=1)
    return found


def proposed(receiver: Town, month: object) -> tuple[Suggestion, int]:
    """A suggestion of the receiver to a new town, and who may answer for that."""
    person = MembershipFactory()
    return SuggestionFactory(round=month, town=person.town, peer=receiver), person.account_id


def wish(suggestion: Suggestion, account_id: int) -> None:
    answer_giving.give(suggestion.id, suggestion.town_id, account_id, "contact", "page")


def test_a_full_month_refuses_the_next_town_and_stores_nothing(receiver: Town) -> None:
    month = RoundFactory()
    (first, her), (second, him) = proposed(receiver, month), proposed(receiver, month)
    assert availability.refusing(second.town_id, [receiver.id]) == frozenset()
    wish(first, her)
    assert availability.of_town(receiver.id).asked == 1
    assert availability.refusing(second.town_id, [receiver.id]) == {receiver.id}
    with pytest.raises(RequestRefusedError):
        wish(second, him)
    assert db.session.query(SuggestionAnswer).count() == 1
    # What was said before stays, and every other answer is welcome.
    answer_giving.give(second.id, second.town_id, him, "later", "page")
    wish(first, her)


def test_a_wish_in_return_is_always_possible_and_takes_nobodys_place(receiver: Town) -> None:
    month = RoundFactory()
    suggestion, account_id = proposed(receiver, month)
    asked_first = SuggestionFactory(round=month, town=receiver, peer=suggestion.town)
    SuggestionAnswerFactory(
        suggestion_id=asked_first.id, answer="contact", answered_at=clock.now() - timedelta(minutes=1)
    )
    availability.set_requests(receiver.id, account_id, 0)
    wish(suggestion, account_id)
    assert availability.of_town(receiver.id).asked == 0


def test_requests_of_earlier_months_do_not_count(receiver: Town) -> None:
    suggestion, _ = proposed(receiver, RoundFactory(month="2020-01"))
    SuggestionAnswerFactory(
        suggestion_id=suggestion.id, answer="contact", answered_at=clock.now() - timedelta(days=40)
    )
    other, account_id = proposed(receiver, RoundFactory())
    wish(other, account_id)


def test_a_break_refuses_requests_leaves_the_rounds_and_ends_by_itself_or_by_a_click(receiver: Town) -> None:
    suggestion, account_id = proposed(receiver, RoundFactory())
    before = installation.revision()
    availability.pause(receiver.id, account_id, clock.today(), "vacancy")
    assert availability.of_town(receiver.id).pause_reason == "vacancy"
    db.session.info.clear()
    assert installation.revision() > before
    assert not snapshot.current().active[snapshot.current().rows[receiver.id]]
    with pytest.raises(RequestRefusedError):
        wish(suggestion, account_id)
    assert availability.end_pause(receiver.id, account_id)
    assert not availability.end_pause(receiver.id, account_id)
    wish(suggestion, account_id)
    town = db.session.get_one(Town, receiver.id)
    town.paused_until, town.pause_reason = clock.today() - timedelta(days=1), "other"
    db.session.commit()
    assert availability.of_town(receiver.id).paused_until is None
    said = [entry.action for entry in db.session.query(AuditEntry).order_by(AuditEntry.id)]
    assert [action for action in said if action.startswith("town.")] == ["town.paused", "town.pause_ended"]


@pytest.mark.parametrize("days", [-1, 367])
def test_a_break_lies_ahead_and_lasts_a_year_at_most(receiver: Town, days: int) -> None:
    with pytest.raises(ValueError, match="no day to pause until"):
        availability.pause(receiver.id, 0, clock.today() + timedelta(days=days), "other")
    with pytest.raises(ValueError, match="no reason"):
        availability.pause(receiver.id, 0, clock.today(), "holiday")
    with pytest.raises(ValueError, match="requests a month"):
        availability.set_requests(receiver.id, 0, 21)


def test_the_letter_of_a_month_names_no_town_on_a_break_and_proposes_nothing_to_one(receiver: Town) -> None:
    month = RoundFactory()
    suggestion, account_id = proposed(receiver, month)
    town = suggestion.town
    home = digest_people.HomeTown(town.id, town.ags, town.slug, town.name, town.land, None, None)

    def told() -> int:
        return len(digest_facts.news([home], month.id, clock.today())[home.town_id].suggestions)

    assert told() == 1
    for paused in (receiver.id, home.town_id):
        availability.pause(paused, account_id, clock.today(), "budget")
        assert told() == 0
        availability.end_pause(paused, account_id)
    assert told() == 1
