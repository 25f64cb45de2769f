"""Inhalt melden, as somebody without an account meets it."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from kleinstadt_net.blueprints.reports.places import read_place
from kleinstadt_net.database import db
from kleinstadt_net.models import Letter, Report
from kleinstadt_net.services import reports, urls
from kleinstadt_net.services.reports import Decision
from tests.factories import StanceFactory
from tests.support.cast import Cast
from tests.support.client import ProofReadingClient

COMPLAINT = "Das sehe ich anders, bitte prüfen Sie es noch einmal."


def csrf(client: ProofReadingClient, address: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(address).get_data(as_text=True))
    assert found
    return found[1]


def sent(cast: Cast, **given: str) -> dict[str, str]:
    return {
        "page": f"/stadt/ellernrode-{cast.town.ags}",
        "subject": "innenstadt",
        "reason": "insulting",
        "explanation": "Dieser Satz beleidigt meine Nachbarin.",
        "email": "nachbarin@post.example",
        "good_faith": "y",
        **given,
    }


def report() -> Report | None:
    return db.session.scalar(select(Report))


def test_a_page_leads_to_the_form_with_itself_filled_in(client: ProofReadingClient, cast: Cast) -> None:
    StanceFactory(town_id=cast.town.id)
    address = f"/stadt/ellernrode-{cast.town.ags}"
    page = client.get(address).get_data(as_text=True)
    assert page.count(f'href="/melden?pfad={address}"') == 2, "beside the statements and in the footer"
    assert f'value="{address}"' in client.get(f"/melden?pfad={address}").get_data(as_text=True)
    topic = client.get("/melden?pfad=/themen/innenstadt").get_data(as_text=True)
    assert re.search(r'<option selected value="innenstadt"', topic)


def test_a_page_opened_by_a_link_gives_its_address_to_nobody(client: ProofReadingClient) -> None:
    assert 'href="/melden"' in client.get("/brief/geheime-zeichen").get_data(as_text=True)
    assert 'href="/melden"' in client.get("/gibt-es-nicht").get_data(as_text=True)


def test_a_report_is_sent_and_followed_by_its_link(client: ProofReadingClient, cast: Cast) -> None:
    response = client.post("/melden", data={"csrf_token": csrf(client, "/melden"), **sent(cast)})
    stored = report()
    assert stored is not None and response.location == f"/meldung/{stored.token}"
    answer = client.get(response.location)
    page = answer.get_data(as_text=True)
    assert (
        "ist eingegangen" in page
        and f"M-{stored.id}" in page
        and "no-store" in answer.headers["Cache-Control"]
    )
    # The link may be forwarded: it does not tell who reported what.
    assert "nachbarin" not in page.lower()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"page": "https://anderswo.example/stadt/x"}, "gibt es bei uns nicht"),
        ({"page": "//anderswo.example/"}, "gibt es bei uns nicht"),
        ({"page": "/stadt/nirgendwo-99999999"}, "gibt es bei uns nicht"),
        ({"page": "/brief/geheime-zeichen"}, "gibt es bei uns nicht"),
        ({"page": "/betrieb"}, "gibt es bei uns nicht"),
        ({"page": ""}, "nennen Sie die Seite"),
        ({"reason": "ugly"}, "Auswahl|Grund"),
        ({"reason": ""}, "Auswahl|Grund"),
        ({"explanation": "zu kurz"}, "mindestens 20"),
        ({"explanation": "x" * 2001}, "höchstens 2.000|höchstens 2000"),
        ({"email": "kein Postfach"}, "nicht anschreiben"),
        ({"email": f"{'x' * 250}@post.example"}, "zu lang"),
        ({"name": "Rosa\x00"}, "nicht speichern"),
        ({"good_faith": ""}, "bestätigen Sie"),
    ],
)
def test_bad_input_is_told_and_nothing_typed_is_lost(
    client: ProofReadingClient, cast: Cast, given: dict[str, str], message: str
) -> None:
    data = {"csrf_token": csrf(client, "/melden"), **sent(cast, **given)}
    response = client.post("/melden", data=data)
    page = response.get_data(as_text=True)
    assert response.status_code == 422 and re.search(message, page)
    assert data["explanation"][:2000] in page
    assert report() is None and db.session.scalar(select(Letter.id)) is None


def test_too_many_reports_are_answered_and_keep_their_text(client: ProofReadingClient, cast: Cast) -> None:
    data = {"csrf_token": csrf(client, "/melden"), **sent(cast, email="")}
    for _ in range(reports.PER_REMOTE.count):
        assert client.post("/melden", data=data).status_code == 302
    refused = client.post("/melden", data=data)
    assert refused.status_code == 429 and data["explanation"] in refused.get_data(as_text=True)


def test_looking_at_a_decision_changes_nothing_and_a_complaint_is_taken_once(
    client: ProofReadingClient, cast: Cast
) -> None:
    client.post("/melden", data={"csrf_token": csrf(client, "/melden"), **sent(cast)})
    stored = report()
    assert stored is not None
    reports.decide(stored.id, cast.operator.id, Decision(reports.KEPT, "Das ist eine Meinung."))
    address = f"/meldung/{stored.token}"
    page = client.get(address).get_data(as_text=True)
    assert "Der Inhalt bleibt stehen" in page and "Das ist eine Meinung." in page
    data = {"csrf_token": csrf(client, address), "text": COMPLAINT}

    assert client.post(address, data={**data, "text": "Nein"}).status_code == 422
    assert client.post(address, data=data).location == address
    page = client.get(address).get_data(as_text=True)
    assert "Ihre Beschwerde ist eingegangen" in page and COMPLAINT not in page and "<textarea" not in page
    client.post(address, data=data)
    assert "nicht mehr möglich" in client.get(address).get_data(as_text=True)


def test_a_link_that_leads_nowhere_says_so(client: ProofReadingClient, cast: Cast) -> None:
    for address in ("/meldung/abc", "/meldung/stadt/abc"):
        answer = client.get(address)
        assert answer.status_code == 404 and "führt zu keiner Meldung" in answer.get_data(as_text=True)


def test_a_full_address_is_read_like_a_path_and_what_may_be_private_is_left_out(app: Flask) -> None:
    with app.test_request_context():
        for text in ("/staedte?suche=frau+muster", "/staedte#oben", urls.absolute("/staedte")):
            place = read_place(text)
            assert place is not None and place.path == "/staedte"
        for text in (
            "",
            "staedte",
            "/static/icon.svg",
            "/\\anderswo.example",
            "/staedte\n",
            "javascript:alert(1)",
        ):
            assert read_place(text) is None
