"""Consent to the Monatsbrief, and leaving it."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import AuditEntry, Subscription
from kleinstadt_net.services import subscriptions
from tests.factories import MembershipFactory, SubscriptionFactory, TownFactory

WORDING = "Ja, bitte schicken Sie mir den Monatsbrief."


def only_row() -> Subscription:
    db.session.expire_all()
    return db.session.scalars(select(Subscription)).one()


def test_subscribing_records_when_and_to_which_words_a_person_agreed(app: Flask) -> None:
    account_id = MembershipFactory().account_id
    before = clock.now()
    subscriptions.subscribe(account_id, WORDING)
    row = only_row()
    assert row.frequency == "monthly"
    assert row.consent_wording == WORDING
    assert row.consent_at is not None
    assert before <= row.consent_at <= clock.now()


def test_subscribing_twice_keeps_the_first_consent_and_the_token(app: Flask) -> None:
    account_id = MembershipFactory().account_id
    subscriptions.subscribe(account_id, WORDING)
    first = (only_row().consent_at, only_row().token)
    subscriptions.subscribe(account_id, "Andere Worte.")
    assert (only_row().consent_at, only_row().token) == first
    assert only_row().consent_wording == WORDING


def test_subscribing_an_account_that_is_gone_changes_nothing(app: Flask) -> None:
    subscriptions.subscribe(4711, WORDING)
    assert db.session.scalar(select(func.count(Subscription.id))) == 0


def test_leaving_takes_one_call_and_may_be_repeated(app: Flask) -> None:
    row = SubscriptionFactory()
    assert subscriptions.unsubscribe(row.token)
    assert only_row().frequency == "off"
    assert subscriptions.unsubscribe(row.token)
    assert db.session.scalar(select(func.count(AuditEntry.id))) == 1


def test_leaving_with_an_unknown_token_is_no_error(app: Flask) -> None:
    SubscriptionFactory()
    assert not subscriptions.unsubscribe("unknown")
    assert only_row().frequency == "monthly"


def test_coming_back_is_a_new_consent_to_the_words_shown_then(app: Flask) -> None:
    row = SubscriptionFactory(frequency="off", consent_at=clock.now() - timedelta(days=400))
    subscriptions.set_preferences(row.token, "monthly", None, "Neue Worte.")
    renewed = only_row()
    assert renewed.consent_wording == "Neue Worte."
    assert renewed.consent_at is not None
    assert clock.now() - renewed.consent_at < timedelta(days=1)


def test_a_pause_is_kept_and_forgotten_when_she_leaves(app: Flask) -> None:
    row = SubscriptionFactory()
    until = clock.today() + timedelta(days=30)
    subscriptions.set_preferences(row.token, "monthly", until, WORDING)
    assert only_row().paused_until == until
    subscriptions.set_preferences(row.token, "off", until, WORDING)
    assert only_row().paused_until is None


def test_preferences_of_an_unknown_token_are_none_and_cannot_be_set(app: Flask) -> None:
    assert subscriptions.find("unknown") is None
    assert not subscriptions.set_preferences("unknown", "off", None, WORDING)


def test_an_invented_frequency_is_refused(app: Flask) -> None:
    row = SubscriptionFactory()
    with pytest.raises(ValueError, match="monthly or not at all"):
        subscriptions.set_preferences(row.token, "daily", None, WORDING)


def test_preferences_name_the_person_and_her_home_town(app: Flask) -> None:
    membership = MembershipFactory(is_home=False, town=TownFactory(name="Lauenfurt"))
    account = membership.account
    MembershipFactory(account=account, town=TownFactory(name="Ellernrode"))
    SubscriptionFactory(account_id=account.id, token="here")
    found = subscriptions.find("here")
    assert found is not None
    assert (found.name, found.town) == (f"Renate {account.last_name}", "Ellernrode")
    assert found == subscriptions.of_account(account.id)


def test_a_pause_that_is_over_is_shown_as_none(app: Flask) -> None:
    row = SubscriptionFactory(paused_until=date(2020, 1, 1))
    found = subscriptions.find(row.token)
    assert found is not None
    assert found.paused_until is None


def test_a_person_who_never_subscribed_has_no_preferences(app: Flask) -> None:
    assert subscriptions.of_account(MembershipFactory().account_id) is None


def test_the_links_of_a_letter_begin_with_the_public_address(app: Flask) -> None:
    assert subscriptions.unsubscribe_url("abc") == "http://localhost:8000/brief/abc/abmelden"
    assert subscriptions.preferences_url("abc") == "http://localhost:8000/brief/abc"
