"""The Monatsbrief on the web, and what a link from it opens."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from kleinstadt_net import clock
from kleinstadt_net.blueprints.digests.forms import ANSWERS, CONSENT_WORDING
from kleinstadt_net.database import db
from kleinstadt_net.models import (
    Membership,
    OneTimeLink,
    Subscription,
    Suggestion,
    SuggestionAnswer,
)
from kleinstadt_net.security.headers import EMBEDDING_POLICY, LETTER_POLICY
from kleinstadt_net.services import (
    digest_consent,
    digest_feeds,
    digest_letter,
    digest_preview,
    letter_answers,
    links,
    subscriptions,
    urls,
)
from tests.factories import (
    AccountFactory,
    RoundFactory,
    SubscriptionFactory,
    SuggestionAnswerFactory,
    SuggestionFactory,
    TownFactory,
)
from tests.support.cast import Cast
from tests.support.client import ProofReadingClient

SignIn = Callable[..., Any]


@pytest.fixture
def subscription(cast: Cast) -> Subscription:
    made: Subscription = SubscriptionFactory(account_id=cast.mayor.id, token="letter-token")
    return made


@pytest.fixture
def suggestion(cast: Cast) -> Suggestion:
    peer = TownFactory(name="Kirchwerlau", taking_part=True)
    made: Suggestion = SuggestionFactory(round=RoundFactory(), town=cast.town, peer=peer)
    return made


@pytest.fixture
def answer_token(cast: Cast, suggestion: Suggestion) -> str:
    token = links.create(digest_letter.ANSWER_PURPOSE, cast.mayor.id, days=60, target_id=suggestion.id)
    db.session.commit()
    return token


def submit(client: ProofReadingClient, path: str, data: dict[str, str]) -> TestResponse:
    """Send a form as a browser does that has its page open."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/brief/any/abmelden").text)
    assert found is not None
    return client.post(path, data={**data, "csrf_token": found.group(1)})


def given_answers() -> list[str]:
    db.session.expire_all()
    return list(db.session.scalars(select(SuggestionAnswer.answer)))


def frequency() -> str:
    db.session.expire_all()
    return db.session.scalars(select(Subscription.frequency)).one()


# --- signed in


def test_somebody_without_subscription_is_offered_one_and_agrees_to_the_words_shown(
    client: ProofReadingClient, sign_in: SignIn, cast: Cast
) -> None:
    sign_in(client, cast.mayor)
    assert CONSENT_WORDING in client.get("/monatsbrief").text
    assert submit(client, "/monatsbrief/bestellen", {}).location == "/monatsbrief"
    assert "einmal im Monat" in client.get("/monatsbrief").text
    row = db.session.scalars(select(Subscription)).one()
    assert (row.account_id, row.frequency, row.consent_wording) == (
        cast.mayor.id,
        "monthly",
        CONSENT_WORDING,
    )


def test_the_page_shows_the_letter_in_a_frame_under_its_own_policy(
    client: ProofReadingClient,
    sign_in: SignIn,
    cast: Cast,
    subscription: Subscription,
    suggestion: Suggestion,
) -> None:
    sign_in(client, cast.mayor)
    page = client.get("/monatsbrief")
    assert page.headers["Content-Security-Policy"] == EMBEDDING_POLICY
    assert 'src="/monatsbrief/ansicht"' in page.text
    letter = client.get("/monatsbrief/ansicht")
    assert letter.headers["Content-Security-Policy"] == LETTER_POLICY
    assert "X-Frame-Options" not in letter.headers
    preview = digest_preview.preview(cast.mayor.id)
    assert preview is not None
    assert preview.letter is not None
    assert letter.text == preview.letter.html
    assert "Kirchwerlau" in letter.text
    # The frame cannot be printed whole, so paper gets the same words outside it.
    on_paper = re.search(r'<pre class="[^"]*kn-print-only">(.*?)</pre>', page.text, re.DOTALL)
    assert on_paper is not None
    assert unescape(on_paper.group(1)).split() == preview.letter.text.split()


def test_without_news_the_page_says_why_it_is_empty(
    client: ProofReadingClient, sign_in: SignIn, cast: Cast, subscription: Subscription
) -> None:
    sign_in(client, cast.mayor)
    assert "noch nichts Neues" in client.get("/monatsbrief").text
    assert client.get("/monatsbrief/ansicht").status_code == 404


def test_frequency_and_pause_are_stored(
    client: ProofReadingClient, sign_in: SignIn, cast: Cast, subscription: Subscription
) -> None:
    sign_in(client, cast.mayor)
    until = clock.today() + timedelta(days=10)
    submit(client, "/monatsbrief", data={"frequency": "monthly", "paused_until": until.isoformat()})
    db.session.expire_all()
    assert subscription.paused_until == until


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"frequency": "daily"}, "Bitte prüfen Sie Ihre Angaben."),
        ({}, "Bitte wählen Sie eine der drei Möglichkeiten."),
        ({"frequency": "monthly", "paused_until": "2020-01-01"}, "Dieser Tag ist schon vorbei."),
        ({"frequency": "monthly", "paused_until": "2099-01-01"}, "höchstens ein Jahr"),
        ({"frequency": "monthly", "paused_until": "übermorgen"}, "einen Tag aus dem Kalender"),
    ],
)
def test_nonsense_is_answered_with_a_sentence_and_changes_nothing(
    client: ProofReadingClient,
    sign_in: SignIn,
    cast: Cast,
    subscription: Subscription,
    data: dict[str, str],
    message: str,
) -> None:
    sign_in(client, cast.mayor)
    for path in ("/monatsbrief", "/brief/letter-token"):
        page = submit(client, path, data=data)
        assert page.status_code == 422
        assert message in page.text
    db.session.expire_all()
    assert (subscription.frequency, subscription.paused_until) == ("monthly", None)


def test_a_short_address_leads_to_the_page_of_suggestions(
    client: ProofReadingClient, sign_in: SignIn, cast: Cast
) -> None:
    assert "/anmelden" in client.get("/v/17").location
    sign_in(client, cast.mayor)
    assert client.get("/v/17").location.endswith("/vorschlaege#vorschlag-17")


# --- preferences and leaving, by the token of a letter


def test_the_preferences_name_whom_the_letter_was_sent_to(
    client: ProofReadingClient, cast: Cast, subscription: Subscription
) -> None:
    page = client.get("/brief/letter-token")
    assert f"Renate {cast.mayor.last_name}" in page.text
    assert "Ellernrode" in page.text
    assert cast.mayor.email not in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_preferences_are_saved_without_signing_in(
    client: ProofReadingClient, subscription: Subscription
) -> None:
    saved = submit(client, "/brief/letter-token", data={"frequency": "off"})
    assert saved.location == "/brief/letter-token"
    assert "gespeichert" in client.get(saved.location).text
    assert frequency() == "off"


def test_who_left_is_sent_a_letter_before_she_is_back(
    client: ProofReadingClient, cast: Cast, subscription: Subscription
) -> None:
    subscription.frequency = "off"
    db.session.commit()
    asked = submit(client, "/brief/letter-token", data={"frequency": "quarterly"})
    assert "ist ein Brief unterwegs" in client.get(asked.location).text
    assert frequency() == "off"
    token = links.create(digest_consent.CONFIRM_PURPOSE, cast.mayor.id, days=1, target_id=3)
    db.session.commit()
    path = f"/brief/bestaetigen/{token}"
    assert CONSENT_WORDING in client.get(path).text
    assert "einmal im Vierteljahr" in submit(client, path, {}).text
    assert frequency() == "quarterly"
    for again in (client.get(path), submit(client, path, {})):
        assert again.status_code == 404
        assert "schon bestellt" in again.text


def test_an_unknown_token_is_told_so_kindly(client: ProofReadingClient, subscription: Subscription) -> None:
    page = client.get("/brief/nobody")
    assert page.status_code == 404
    assert "Diese Einstellungen gibt es nicht" in page.text
    assert submit(client, "/brief/nobody", data={"frequency": "off"}).status_code == 404
    assert frequency() == "monthly"


def test_opening_a_link_changes_nothing(
    client: ProofReadingClient, subscription: Subscription, answer_token: str
) -> None:
    for path in ("/brief/letter-token", "/brief/letter-token/abmelden", f"/antwort/{answer_token}?a=contact"):
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200
    assert frequency() == "monthly"
    assert given_answers() == []
    assert db.session.scalars(select(OneTimeLink.used_at)).all() == [None]


def test_a_mail_program_unsubscribes_with_one_post(
    client: ProofReadingClient, subscription: Subscription
) -> None:
    for _ in range(2):
        answer = client.post("/brief/letter-token/abmelden", data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert frequency() == "off"


def test_leaving_answers_the_same_whatever_the_token(
    client: ProofReadingClient, subscription: Subscription
) -> None:
    known = client.post("/brief/letter-token/abmelden")
    unknown = client.post("/brief/nobody/abmelden")
    assert unknown.status_code == known.status_code == 200
    assert unknown.text.replace("nobody", "letter-token") == known.text


def test_every_other_form_of_a_letter_wants_its_own_page_first(
    client: ProofReadingClient, subscription: Subscription, answer_token: str
) -> None:
    for path, data in (
        ("/brief/letter-token", {"frequency": "off"}),
        (f"/antwort/{answer_token}", {"answer": "contact"}),
    ):
        assert client.post(path, data=data).status_code == 400
    assert frequency() == "monthly"
    assert given_answers() == []


# --- answering from the letter


@pytest.mark.parametrize("choice", ANSWERS)
def test_an_answer_is_given_once_and_uses_up_the_link(
    client: ProofReadingClient, suggestion: Suggestion, answer_token: str, choice: str
) -> None:
    page = submit(client, f"/antwort/{answer_token}", data={"answer": choice})
    assert page.status_code == 200
    assert "Danke für Ihre Antwort" in page.text
    row = db.session.scalars(select(SuggestionAnswer)).one()
    assert (row.suggestion_id, row.answer, row.via) == (suggestion.id, choice, "letter")
    again = submit(client, f"/antwort/{answer_token}", data={"answer": "declined"})
    assert again.status_code == 404
    assert "Entweder hat Ihre Stadt schon geantwortet" in again.text
    assert given_answers() == [choice]


def test_the_chosen_answer_is_offered_first(client: ProofReadingClient, answer_token: str) -> None:
    chosen = client.get(f"/antwort/{answer_token}?a=later").text
    assert "Sie haben „Später“ gewählt" in chosen
    open_ = client.get(f"/antwort/{answer_token}?a=nonsense").text
    assert "gewählt" not in open_
    for page in (chosen, open_):
        assert all(f'value="{value}"' in page for value in ANSWERS)


def test_the_answer_page_says_whom_it_was_sent_to_and_holds_no_contact_data(
    client: ProofReadingClient, cast: Cast, answer_token: str
) -> None:
    page = client.get(f"/antwort/{answer_token}").text
    assert f"Renate {cast.mayor.last_name}" in page
    assert "Kirchwerlau" in page
    assert "@" not in page


def test_a_town_that_has_answered_keeps_its_answer(
    client: ProofReadingClient, suggestion: Suggestion, answer_token: str
) -> None:
    SuggestionAnswerFactory(suggestion_id=suggestion.id, answer="declined")
    for page in (
        client.get(f"/antwort/{answer_token}"),
        submit(client, f"/antwort/{answer_token}", data={"answer": "contact"}),
    ):
        assert page.status_code == 200
        assert "Ihre Stadt hat schon geantwortet" in page.text
        assert "„Passt nicht“" in page.text
    assert given_answers() == ["declined"]


def test_a_town_that_said_later_is_still_asked(
    client: ProofReadingClient, suggestion: Suggestion, answer_token: str
) -> None:
    SuggestionAnswerFactory(suggestion_id=suggestion.id, answer="later")
    submit(client, f"/antwort/{answer_token}", data={"answer": "contact"})
    assert given_answers() == ["contact"]


def test_an_invented_answer_is_refused(client: ProofReadingClient, answer_token: str) -> None:
    for data in ({"answer": "known"}, {"answer": "x" * 5000}, {}):
        page = submit(client, f"/antwort/{answer_token}", data=data)
        assert page.status_code == 422
        assert "Bitte wählen Sie eine der drei Antworten." in page.text
    assert given_answers() == []


@pytest.mark.parametrize("damage", ["", "x", "%00", "../", "ä"])
def test_a_damaged_link_gets_a_clear_page(client: ProofReadingClient, answer_token: str, damage: str) -> None:
    for token in (answer_token[:-4] + damage, damage + answer_token[4:]):
        assert client.get(f"/antwort/{token}").status_code == 404
        assert submit(client, f"/antwort/{token}", data={"answer": "contact"}).status_code in (404, 405)
    assert given_answers() == []


def test_an_expired_link_gets_a_clear_page(client: ProofReadingClient, answer_token: str) -> None:
    db.session.scalars(select(OneTimeLink)).one().expires_at = clock.now() - timedelta(seconds=1)
    page = client.get(f"/antwort/{answer_token}")
    assert page.status_code == 404
    assert "abgelaufen" in page.text


def test_the_link_of_a_former_colleague_answers_nothing(
    client: ProofReadingClient, cast: Cast, answer_token: str
) -> None:
    row = db.session.scalars(select(Membership).where(Membership.account_id == cast.mayor.id)).one()
    row.state = "ended"
    assert client.get(f"/antwort/{answer_token}").status_code == 404
    submit(client, f"/antwort/{answer_token}", data={"answer": "contact"})
    assert given_answers() == []


def test_a_link_made_for_something_else_answers_nothing(
    client: ProofReadingClient, cast: Cast, suggestion: Suggestion
) -> None:
    token = links.create("set_password", cast.mayor.id, days=7, target_id=suggestion.id)
    db.session.commit()
    assert client.get(f"/antwort/{token}").status_code == 404


def test_a_button_of_the_preview_explains_itself(client: ProofReadingClient) -> None:
    page = client.get(f"/antwort/{digest_preview.PREVIEW}?a=contact")
    assert page.status_code == 200
    assert "Das war die Vorschau" in page.text


# --- paths written into letters


@pytest.mark.parametrize(
    ("path", "endpoint"),
    [
        (digest_letter.ANSWER_PATH.format(token="t", answer="contact").partition("?")[0], "digests.answer"),
        (digest_letter.SHORT_PATH.format(suggestion_id=17), "digests.short"),
        (urls.town_path("ellernrode", "99000001"), "towns.show"),
        (digest_letter.SUGGESTIONS_PATH, "suggestions.index"),
        (digest_letter.STILL_TRUE_PATH.format(token="t"), "digests.still_true"),
        (digest_letter.NETWORK_PATH.format(slug="oberland"), "networks.show"),
        (digest_letter.EVENT_PATH.format(event_id=17), "events.show"),
        (digest_letter.STANCE_PATH.format(subject="wohnen"), "stances.edit_stance"),
        (digest_letter.HOME_PATH, "dashboard.overview"),
        (subscriptions.PREFERENCES_PATH.format(token="t"), "digests.preferences"),
        (subscriptions.UNSUBSCRIBE_PATH.format(token="t"), "digests.leave"),
        (digest_consent.CONFIRM_PATH.format(token="t"), "digests.confirm"),
        (digest_letter.VIEW_PATH.format(token="t"), "digests.read"),
        (digest_feeds.ADDRESS.path.format(secret="t"), "digests.feed"),
        (digest_feeds.LETTER_PATH.format(month="2026-12"), "digests.past"),
        (digest_feeds.ARCHIVE_PATH, "digests.archive"),
    ],
)
def test_every_path_in_a_letter_exists(app: Flask, path: str, endpoint: str) -> None:
    found, _ = app.url_map.bind("localhost").match(path, method="GET")
    assert found == endpoint


def test_a_letter_and_the_page_offer_the_same_answers() -> None:
    assert ANSWERS == letter_answers.CHOICES


def test_nobody_is_left_without_a_trace_of_consent(app: Flask) -> None:
    subscriptions.subscribe(AccountFactory().id, CONSENT_WORDING)
    assert len(CONSENT_WORDING) <= subscriptions.MAX_WORDING
    assert db.session.scalar(select(func.count(Subscription.consent_at))) == 1
