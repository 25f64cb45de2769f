"""Anfragen und Pausen as the town, its lead and the operator see it, and what whoever asks is told."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Town
from kleinstadt_net.services.digest_letter import ANSWER_PURPOSE
from tests.factories import OneTimeLinkFactory, RoundFactory, SuggestionFactory
from tests.support.cast import Cast

PAGE = "/unsere-stadt/anfragen"


def post(client: FlaskClient, page: str, address: str, **data: str) -> Any:
    token = client.get(page).text.split('name="csrf_token" value="')[1].split('"')[0]
    return client.post(address, data={**data, "csrf_token": token})


def stored(town: Town) -> Town:
    return db.session.get_one(Town, town.id, populate_existing=True)


def test_a_lead_sets_requests_and_a_break_and_an_editor_reads_them(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    sign_in(client, cast.mayor)
    assert PAGE in client.get("/unsere-stadt").text
    assert post(client, PAGE, PAGE, requests_a_month="5").status_code == 302
    until = clock.today() + timedelta(days=40)
    answer = post(
        client, PAGE, "/unsere-stadt/pause", paused_until=until.isoformat(), pause_reason="election"
    )
    assert answer.status_code == 302
    town = stored(cast.town)
    assert (town.requests_a_month, town.paused_until, town.pause_reason) == (5, until, "election")
    assert "Pause jetzt beenden" in client.get(PAGE).text
    sign_in(client, cast.colleague)
    page = client.get(PAGE).text
    assert "(Wahl)" in page and "Höchstens 5 Anfragen im Monat." in page and "Pause jetzt beenden" not in page
    assert client.post("/unsere-stadt/pause/beenden").status_code in (400, 403)
    sign_in(client, cast.mayor)
    post(client, PAGE, "/unsere-stadt/pause/beenden")
    assert stored(cast.town).paused_until is None


@pytest.mark.parametrize(
    ("address", "data", "said"),
    [
        (PAGE, {"requests_a_month": "21"}, "Zahl von 0 bis 20"),
        (PAGE, {"requests_a_month": "viele"}, "ganze Zahl von 0 bis 20"),
        ("/unsere-stadt/pause", {"paused_until": "2020-01-01", "pause_reason": "other"}, "schon vorbei"),
        ("/unsere-stadt/pause", {"paused_until": "2199-01-01", "pause_reason": "other"}, "zwölf Monate"),
        ("/unsere-stadt/pause", {"paused_until": "bald", "pause_reason": "other"}, "aus dem Kalender"),
        ("/unsere-stadt/pause", {"paused_until": "2199-01-01"}, "Bitte wählen Sie einen Grund."),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(
    client: FlaskClient, cast: Cast, sign_in: Any, address: str, data: dict[str, str], said: str
) -> None:
    sign_in(client, cast.mayor)
    answer = post(client, PAGE, address, **data)
    assert answer.status_code == 422 and said in answer.text
    assert all(value in answer.text for value in data.values())
    assert (stored(cast.town).requests_a_month, stored(cast.town).paused_until) == (3, None)


def test_the_operator_sees_and_sets_both_from_the_towns_file(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    sign_in(client, cast.operator)
    file = f"/betrieb/staedte/{cast.town.ags}"
    assert f"{file}/anfragen" in client.get(file).text
    until = clock.today() + timedelta(days=300)
    post(client, f"{file}/anfragen", f"{file}/pause", paused_until=until.isoformat(), pause_reason="vacancy")
    assert "Das Amt ist nicht besetzt" in client.get(f"{file}/anfragen").text
    post(client, f"{file}/anfragen", f"{file}/anfragen", requests_a_month="0")
    assert stored(cast.town).requests_a_month == 0
    post(client, f"{file}/anfragen", f"{file}/pause/beenden")
    assert stored(cast.town).paused_until is None
    assert client.get("/betrieb/staedte/00000000/anfragen").status_code == 404


def test_whoever_asks_a_full_or_paused_town_reads_the_same_and_loses_nothing(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    suggestion = SuggestionFactory(round=RoundFactory(), town=cast.town, peer=cast.other_town)
    sign_in(client, cast.mayor)
    pages = []
    for change in ({"requests_a_month": 0}, {"requests_a_month": 3, "paused_until": clock.today()}):
        for name, value in change.items():
            setattr(stored(cast.other_town), name, value)
        db.session.commit()
        page = client.get("/vorschlaege").text
        assert "Lauenfurt steht in diesem Monat nicht zur Verfügung." in page
        assert 'value="contact"' not in page and 'value="later"' in page
        pages.append(re.sub(r'csrf_token" value="[^"]+"', "", page.split('id="vorschlag-')[1]))
    assert pages[0] == pages[1]
    post(client, "/vorschlaege", f"/vorschlaege/{suggestion.id}/antwort", antwort="contact")
    assert "Der Vorschlag bleibt offen" in client.get("/vorschlaege").text
    OneTimeLinkFactory(
        token="weg", purpose=ANSWER_PURPOSE, account_id=cast.mayor.id, target_id=suggestion.id,
        expires_at=clock.now() + timedelta(days=30),
    )  # fmt: skip
    answer = post(client, "/antwort/weg", "/antwort/weg", answer="contact")
    assert answer.status_code == 409 and "steht in diesem Monat nicht zur Verfügung" in answer.text
    assert post(client, "/antwort/weg", "/antwort/weg", answer="later").status_code == 200
