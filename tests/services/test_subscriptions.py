"""Consent to the Monatsbrief, and leaving it."""

import re
from datetime import date, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import AuditEntry, Consent, Letter, Subscription
from kleinstadt_net.services import digest_consent, letters, subscriptions, undelivered
from kleinstadt_net.services.subscriptions import Choices
from tests.factories import LetterFactory, MembershipFactory, SubscriptionFactory, TownFactory

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


def test_a_monatsbrief_that_waits_in_the_outbox_leaves_no_more_once_its_reader_has_left(app: Flask) -> None:
    row = SubscriptionFactory()
    waiting, again, failed, other, elsewhere = (
        LetterFactory(account_id=account_id, kind=kind, state=state)
        for account_id, kind, state in (
            (row.account_id, "digest", "pending"),
            (row.account_id, "digest", "unknown"),
            (row.account_id, "digest", "failed"),
            (row.account_id, "reset_password", "pending"),
            (SubscriptionFactory().account_id, "digest", "pending"),
        )
    )
    subscriptions.unsubscribe(row.token)
    db.session.expire_all()
    assert (waiting.state, again.state) == ("kept", "kept")
    assert (other.state, elsewhere.state) == ("pending", "pending")
    assert letters.retry_failed(7) == 0 and not undelivered.retry(failed.id, row.account_id)


def test_leaving_with_an_unknown_token_is_no_error(app: Flask) -> None:
    SubscriptionFactory()
    assert not subscriptions.unsubscribe("unknown")
    assert only_row().frequency == "monthly"


def test_coming_back_is_a_new_consent_to_the_words_shown_then(app: Flask) -> None:
    row = SubscriptionFactory(frequency="off", consent_at=clock.now() - timedelta(days=400))
    subscriptions.set_preferences(row.account_id, Choices("monthly"), "Neue Worte.")
    renewed = only_row()
    assert renewed.consent_wording == "Neue Worte."
    assert renewed.consent_at is not None
    assert clock.now() - renewed.consent_at < timedelta(days=1)


def test_every_consent_stays_on_record_with_its_words_and_its_end(app: Flask) -> None:
    account_id = MembershipFactory().account_id
    subscriptions.subscribe(account_id, WORDING)
    subscriptions.unsubscribe(only_row().token)
    subscriptions.set_preferences(account_id, Choices("quarterly"), "Neue Worte.")
    rows = db.session.scalars(select(Consent).order_by(Consent.id)).all()
    assert [(row.kind, row.wording, row.proof) for row in rows] == [
        ("digest", WORDING, "account_page"),
        ("digest", "Neue Worte.", "account_page"),
    ]
    assert [row.withdrawn_at is None for row in rows] == [False, True]


def test_a_pause_is_kept_and_forgotten_when_she_leaves(app: Flask) -> None:
    row = SubscriptionFactory()
    until = clock.today() + timedelta(days=30)
    subscriptions.set_preferences(row.account_id, Choices("monthly", until), WORDING)
    assert only_row().paused_until == until
    subscriptions.set_preferences(row.account_id, Choices("off", until), WORDING)
    assert only_row().paused_until is None


def test_day_hour_topics_and_way_are_stored_as_chosen(app: Flask) -> None:
    row = SubscriptionFactory()
    chosen = Choices("quarterly", weekday=3, hour=14, topics=("waerme", "t03"), by_mail=False)
    assert digest_consent.choose(row.token, chosen, WORDING) == "saved"
    found = subscriptions.find(row.token)
    assert found is not None
    assert (found.frequency, found.weekday, found.hour) == ("quarterly", 3, 14)
    assert (found.topics, found.by_mail) == (["waerme", "t03"], False)


def test_preferences_of_nobody_are_none_and_cannot_be_set(app: Flask) -> None:
    assert subscriptions.find("unknown") is None
    assert digest_consent.choose("unknown", Choices("off"), WORDING) is None
    assert not subscriptions.set_preferences(MembershipFactory().account_id, Choices("off"), WORDING)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"frequency": "daily"}, "monthly, quarterly or not at all"),
        ({"frequency": "monthly", "wishes": "never"}, "by letter or in the Monatsbrief"),
        ({"frequency": "monthly", "topics": ("wetter",)}, "theses and topics"),
    ],
)
def test_an_invented_choice_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Choices(**given)


def the_link() -> str:
    letter = db.session.scalars(select(Letter).where(Letter.kind == "digest_confirm")).one()
    plain = message_from_bytes(letter.content, policy=policy.default).get_body(("plain",))
    assert plain is not None
    found = re.search(r"(?<=/brief/bestaetigen/)[\w-]+", plain.get_content())
    assert found is not None
    return found.group()


def test_whoever_left_comes_back_only_by_the_letter_sent_to_her(app: Flask) -> None:
    row = SubscriptionFactory(frequency="off", consent_at=clock.now() - timedelta(days=400))
    for _ in range(2):
        assert digest_consent.choose(row.token, Choices("quarterly"), WORDING) == "confirmation_sent"
        assert only_row().frequency == "off"
    token = the_link()
    assert digest_consent.confirm(token, "Neue Worte.") is not None
    assert (only_row().frequency, only_row().consent_wording) == ("quarterly", "Neue Worte.")
    assert db.session.scalars(select(Consent.proof)).all() == ["confirmed"]
    subscriptions.unsubscribe(row.token)
    assert digest_consent.confirm(token, WORDING) is None
    assert only_row().frequency == "off"


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
