"""The page Vorschläge and the answers given on it."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Suggestion, SuggestionAnswer
from tests.factories import RoundFactory, StanceFactory, SuggestionAnswerFactory, SuggestionFactory
from tests.support.cast import Cast

PAGE = "/vorschlaege"


@pytest.fixture
def mayor(client: FlaskClient, cast: Cast, sign_in: Any) -> FlaskClient:
    sign_in(client, cast.mayor)
    return client


@pytest.fixture
def ours(cast: Cast) -> Suggestion:
    reason = {"code": "learn", "subject": "innenstadt", "month": "2026-03", "own_state": "seeking"}
    found: Suggestion = SuggestionFactory(
        round=RoundFactory(), town=cast.town, peer=cast.other_town, slot="complementary", reasons=[reason]
    )
    return found


def text(client: FlaskClient, address: str = PAGE) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def give(client: FlaskClient, suggestion: Suggestion, choice: str, back: str = "") -> Any:
    page = text(client)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    data = {"antwort": choice, "zurueck": back, "csrf_token": token}
    return client.post(f"{PAGE}/{suggestion.id}/antwort", data=data)


def stored() -> list[str]:
    return list(db.session.scalars(select(SuggestionAnswer.answer)))


def test_a_card_says_why_and_what_will_happen(mayor: FlaskClient, ours: Suggestion) -> None:
    page = text(mayor)
    assert "Hat Erfahrung damit" in page
    assert "Sie suchen Rat zur Innenstadt. Lauenfurt nennt das als Stärke (Angabe vom März 2026)." in page
    assert "Ihre Kontaktdaten geben wir erst weiter, wenn beide Städte zugestimmt haben." in page
    for button in ("Kontakt gewünscht", "Später", "Passt nicht", "Kennen wir schon"):
        assert f">{button}<" in page
    assert "Warum dieser Vorschlag?" in page and "25 von 100, mittel" in page
    assert " style=" not in page


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ("contact", "dass Sie gern sprechen möchten"),
        ("later", "Der Vorschlag bleibt für Sie offen."),
        ("declined", "ein Jahr lang nicht mehr"),
        ("known", "Schön, dass Sie sich schon kennen."),
    ],
)
def test_an_answer_is_stored_and_confirmed_in_words(
    mayor: FlaskClient, ours: Suggestion, choice: str, said: str
) -> None:
    response = give(mayor, ours, choice)
    assert response.headers["Location"] == f"{PAGE}#vorschlag-{ours.id}"
    assert stored() == [choice]
    assert said in text(mayor)


def test_the_answer_leads_back_to_where_it_was_given(mayor: FlaskClient, ours: Suggestion) -> None:
    assert give(mayor, ours, "later", "uebersicht").headers["Location"] == "/uebersicht"
    assert give(mayor, ours, "contact", "2026-10").headers["Location"].startswith(PAGE + "?monat=2026-10")
    assert give(mayor, ours, "known", "//boese.example").headers["Location"].startswith(PAGE + "#")


def test_getting_the_page_answers_nothing(mayor: FlaskClient, ours: Suggestion) -> None:
    assert mayor.get(f"{PAGE}/{ours.id}/antwort?antwort=contact").status_code == 405
    text(mayor, PAGE + "?antwort=contact")
    assert stored() == []


def test_anothers_suggestion_looks_as_if_it_did_not_exist(
    mayor: FlaskClient, cast: Cast, ours: Suggestion
) -> None:
    theirs = SuggestionFactory(round=ours.round, town=cast.other_town, peer=cast.town)
    assert give(mayor, theirs, "contact").status_code == 404
    ours.id, missing = ours.id, type("Missing", (), {"id": 99_999})()
    assert give(mayor, missing, "contact").status_code == 404
    assert stored() == []


@pytest.mark.parametrize("choice", ["", "vielleicht", "contact\x00"])
def test_what_is_no_answer_is_refused_in_german(mayor: FlaskClient, ours: Suggestion, choice: str) -> None:
    give(mayor, ours, choice)
    assert "Diese Antwort kennen wir nicht." in text(mayor)
    assert stored() == []


def test_a_colleague_cannot_change_what_the_town_has_answered(
    client: FlaskClient, cast: Cast, sign_in: Any, ours: Suggestion
) -> None:
    SuggestionFactory(round=ours.round, town=cast.town, peer=cast.suspended_town)
    SuggestionFactory(round=RoundFactory(month="2020-01"), town=cast.town, peer=cast.other_town)
    SuggestionAnswerFactory(suggestion_id=ours.id, answer="declined")
    sign_in(client, cast.mayor)
    assert "Antwort ändern" in text(client)
    token = text(client).split('name="csrf_token" value="')[1].split('"')[0]
    sign_in(client, cast.colleague)
    page = text(client)
    assert "Antwort ändern" not in page and "Ihre Antwort: Passt nicht" in page
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    client.post(f"{PAGE}/{ours.id}/antwort", data={"antwort": "contact", "csrf_token": token})
    assert "Ihre Stadt hat hierzu schon geantwortet." in text(client)
    assert stored() == ["declined"]


def test_the_other_town_sees_the_wish_and_both_are_told_when_both_wish(
    client: FlaskClient, cast: Cast, sign_in: Any, ours: Suggestion
) -> None:
    StanceFactory(town_id=cast.town.id, subject="innenstadt", state="seeking")
    StanceFactory(town_id=cast.other_town.id, subject="innenstadt", state="strength")
    sign_in(client, cast.mayor)
    give(client, ours, "contact")
    assert "Lauenfurt hört innerhalb von zwei Arbeitstagen von Ihrem Wunsch" in text(client)
    sign_in(client, cast.stranger)
    page = text(client)
    assert "Ellernrode möchte mit Ihnen sprechen" in page
    assert cast.mayor.email not in page
    mirrored = db.session.scalars(select(Suggestion).where(Suggestion.town_id == cast.other_town.id)).one()
    give(client, mirrored, "contact")
    assert "Sie beide möchten miteinander sprechen." in text(client)
    sign_in(client, cast.mayor)
    assert "Sie beide möchten miteinander sprechen." in text(client)


def test_earlier_months_are_offered_and_shown(mayor: FlaskClient, cast: Cast, ours: Suggestion) -> None:
    SuggestionFactory(round=RoundFactory(month="2025-03"), town=cast.town, peer=cast.suspended_town)
    assert "/vorschlaege?monat=2025-03" in text(mayor)
    page = text(mayor, PAGE + "?monat=2025-03")
    assert "Vorschläge für März 2025" in page
    assert "Hohenwispel ist zurzeit nicht mehr dabei." in page
    assert f"vorschlag-{ours.id}" not in page


@pytest.mark.parametrize("month", ["2026-13", "gestern", "2026-1", "1999-12", "2026-12-01", "%00"])
def test_what_is_no_month_is_not_found(mayor: FlaskClient, month: str) -> None:
    assert mayor.get(f"{PAGE}?monat={month}").status_code == 404


def test_every_empty_month_says_why(mayor: FlaskClient) -> None:
    assert "noch nicht fertig" in text(mayor)
    assert "wurden im Netz keine Vorschläge gemacht" in text(mayor, PAGE + "?monat=2021-05")
    RoundFactory()
    assert "war nicht dabei, als die Vorschläge gemacht wurden" in text(mayor)


def test_an_answer_past_its_week_offers_no_change(mayor: FlaskClient, ours: Suggestion) -> None:
    SuggestionAnswerFactory(
        suggestion_id=ours.id, answer="known", answered_at=clock.now() - timedelta(days=8)
    )
    page = text(mayor)
    assert "Ihre Antwort: Kennen wir schon" in page and "Antwort ändern" not in page
