"""Dates on the pages of a talk: nothing typed is lost, files open, a private calendar opens to its address alone."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import odfdo
import pytest
import vobject
from flask.testing import FlaskClient
from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Appointment, Exchange, TalkRecord
from tests.factories import AppointmentFactory, ExchangeFactory, StanceFactory
from tests.support.cast import Cast
from tests.support.paper import assert_tagged
from tests.support.statements import counted_queries


@pytest.fixture
def mayor(client: FlaskClient, cast: Cast, sign_in: Any) -> FlaskClient:
    sign_in(client, cast.mayor)
    return client


@pytest.fixture
def talk(cast: Cast) -> Exchange:
    made: Exchange = ExchangeFactory(town=cast.town, peer=cast.other_town, state="talking", form="video")
    return made


def csrf(page: str) -> str:
    return page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]


def send(client: FlaskClient, address: str, **data: str) -> Any:
    page = client.get(address).text
    seen = re.search(r'name="seen" type="hidden" value="([^"]*)"', page)
    given = {"seen": seen.group(1)} if seen else {}
    return client.post(address, data={"csrf_token": csrf(page), **given, **data})


def ahead(days: int) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


def test_times_are_proposed_picked_moved_and_cancelled_by_the_pages(
    client: FlaskClient, cast: Cast, talk: Exchange, sign_in: Any
) -> None:
    page, address = f"/gespraeche/{talk.id}", f"/gespraeche/{talk.id}/termin"
    sign_in(client, cast.mayor)
    assert f'href="{address}"' in client.get(page).text
    assert re.search(r'<input checked [^>]*value="video"', client.get(address).text), "as the request wished"
    times = {
        "day_1": ahead(8),
        "begins_1": "14:00",
        "ends_1": "15:00",
        "form": "video",
        "note": "Mit Bauamt.",
    }
    wrong = send(client, address, **{**times, "day_2": ahead(9), "begins_2": "10 Uhr", "link": "treffen"})
    assert wrong.status_code == 422 and "Mit Bauamt." in wrong.text and "10 Uhr" in wrong.text
    assert "2. Zeit: von: Bitte geben Sie eine Uhrzeit an" in wrong.text
    assert "2. Zeit: bis: Bitte geben Sie eine Uhrzeit an" in wrong.text
    assert "1. Zeit: Tag: Bitte geben Sie einen Tag an" in send(client, address, form="video").text
    past = send(client, address, **{**times, "day_1": ahead(-1)})
    assert (
        past.status_code == 422 and "liegt in der Vergangenheit" in past.text and "Mit Bauamt." in past.text
    )
    sent = send(client, address, **times, day_2="", begins_2="", ends_2="")
    assert sent.location == f"{page}#termine"
    shown = client.get(page).text
    assert "Lauenfurt hat noch keine Zeit ausgewählt." in shown and "Vorschlag zurückziehen" in shown

    sign_in(client, cast.stranger)
    shown = client.get(page).text
    slot_id = re.findall(r'name="slot" value="(\d+)"', shown)[0]
    step = f"{address}/{db.session.scalars(select(Appointment.id)).one()}"
    done = client.post(step, data={"csrf_token": csrf(shown), "slot": slot_id})
    assert done.location == f"{page}#termine"
    shown = client.get(page).text
    assert (
        "Vereinbart: <strong>" in shown
        and "Termin verschieben" in shown
        and "Einladung für den Kalender" in shown
    )
    late = client.post(step, data={"csrf_token": csrf(shown), "schritt": "withdraw"})
    assert late.location and "Inzwischen hat sich hier etwas geändert" in client.get(page).text
    assert client.post(step, data={"csrf_token": csrf(shown), "schritt": "remind"}).status_code == 422
    assert client.post(step, data={"csrf_token": csrf(shown), "slot": "999999"}).status_code == 404

    # Another proposal to move comes between: what was typed is kept, and can be sent all the same.
    form = client.get(address).text
    assert "Dabei bleibt es, bis Ellernrode eine der neuen Zeiten auswählt." in form
    AppointmentFactory(exchange=talk)
    seen = re.findall(r'name="seen" type="hidden" value="([^"]*)"', form)[0]
    overtaken = client.post(address, data={"csrf_token": csrf(form), "seen": seen, **times})
    assert overtaken.status_code == 409 and "Mit Bauamt." in overtaken.text
    assert "Vereinbart ist jetzt" in overtaken.text
    seen = re.findall(r'name="seen" type="hidden" value="([^"]*)"', overtaken.text)[0]
    again = client.post(address, data={"csrf_token": csrf(form), "seen": seen, **times})
    assert again.location == f"{page}#termine"
    client.post(step, data={"csrf_token": csrf(shown), "schritt": "cancel"})
    states = db.session.scalars(select(Appointment.state).order_by(Appointment.id)).all()
    assert list(states) == ["cancelled", "replaced", "cancelled"]


def test_without_a_talk_there_are_no_dates_and_to_other_towns_no_page(
    mayor: FlaskClient, cast: Cast, talk: Exchange
) -> None:
    requested = ExchangeFactory(town=cast.town)
    for part in ("termin", "vermerk"):
        assert mayor.get(f"/gespraeche/{requested.id}/{part}").location == f"/gespraeche/{requested.id}"
    foreign = ExchangeFactory(state="talking")
    for part in ("termin", "vermerk", "sprechzettel", "sprechzettel.pdf"):
        assert mayor.get(f"/gespraeche/{foreign.id}/{part}").status_code == 404
    assert mayor.get(f"/gespraeche/{requested.id}/sprechzettel").status_code == 404
    # Closed while the form was open: the text is shown once more.
    address = f"/gespraeche/{talk.id}/termin"
    token = csrf(mayor.get(address).text)
    talk.state, talk.open_pair = "closed", None
    db.session.commit()
    times = {
        "day_1": ahead(8),
        "begins_1": "14:00",
        "ends_1": "15:00",
        "form": "video",
        "note": "Mit Bauamt.",
    }
    closed = mayor.post(address, data={"csrf_token": token, **times})
    assert closed.status_code == 409 and "Mit Bauamt." in closed.text


def test_the_page_of_a_talk_costs_the_same_with_many_dates(mayor: FlaskClient, talk: Exchange) -> None:
    with counted_queries() as before:
        mayor.get(f"/gespraeche/{talk.id}")
    for days in range(1, 6):
        AppointmentFactory(exchange=talk, state="agreed", begins=clock.now() - timedelta(days=days))
    AppointmentFactory(exchange=talk)
    with counted_queries() as after:
        assert "Gesprochen: " in mayor.get(f"/gespraeche/{talk.id}").text
    assert len(after) <= len(before) + 1


@pytest.mark.usefixtures("drawn")
def test_the_sheet_is_one_page_on_paper_too(mayor: FlaskClient, cast: Cast, talk: Exchange) -> None:
    for subject in ("innenstadt", "kultur", "wohnen", "waerme", "klima", "finanzen", "sport", "ehrenamt"):
        StanceFactory(town_id=cast.other_town.id, subject=subject, sentence="Sehr langer Satz. " * 11)
    StanceFactory(town_id=cast.town.id, subject="innenstadt", state="seeking")
    talk.concern, talk.need = "Es geht um viele Dinge. " * 60, "x" * 1500
    AppointmentFactory(exchange=talk, state="agreed", note="Bitte bringen Sie den Plan mit. " * 30)
    page = mayor.get(f"/gespraeche/{talk.id}/sprechzettel").text
    assert "Drei Fragen zum Anfang" in page and "<h2>Gemeinsame Aufgaben</h2>" in page
    assert f"In Lauenfurt sprechen Sie mit Renate {cast.stranger.last_name}" in page
    assert cast.stranger.email not in page
    for words in (
        "Innenstadt</strong> (darum geht es auch bei uns)",
        "Uns geht es um Folgendes: „Es geht um",
    ):
        assert words in page
    file = mayor.get(f"/gespraeche/{talk.id}/sprechzettel.pdf")
    assert file.mimetype == "application/pdf"
    assert_tagged(file.data, pages=1, headings=4)
    assert 'filename="sprechzettel-lauenfurt.pdf"' in file.headers["Content-Disposition"]


@pytest.mark.usefixtures("drawn")
def test_a_record_is_kept_for_the_own_town_and_taken_along_as_odt_and_pdf(
    client: FlaskClient, cast: Cast, talk: Exchange, sign_in: Any
) -> None:
    sign_in(client, cast.mayor)
    address = f"/gespraeche/{talk.id}/vermerk"
    text = {
        "held_on": clock.today().isoformat(),
        "present": "Renate Muster, Ellernrode\nJost Beispiel, Lauenfurt",
        "result": "Der Mustervertrag kommt.\n- Laufzeit ein Jahr\n- Miete nach Umsatz",
        "next_step": "",
    }
    empty = send(client, address, **{**text, "result": ""})
    assert empty.status_code == 422 and "Jost Beispiel" in empty.text
    early = send(client, address, **{**text, "held_on": ahead(1)})
    assert (
        early.status_code == 422
        and "liegt in der Zukunft" in early.text
        and "Miete nach Umsatz" in early.text
    )
    saved = send(client, address, **text)
    record_id = db.session.scalars(select(TalkRecord.id)).one()
    assert saved.location == f"{address}/{record_id}"
    assert f'href="{address}/{record_id}"' in client.get(f"/gespraeche/{talk.id}").text

    document = odfdo.Document(BytesIO(client.get(f"{saved.location}.odt").data))
    written = document.get_formatted_text()
    assert document.meta.title == "Gesprächsvermerk"
    for words in ("Ellernrode", "Lauenfurt", "Jost Beispiel", "Laufzeit ein Jahr", "Keiner vereinbart."):
        assert words in written
    assert_tagged(client.get(f"{saved.location}.pdf").data, pages=1, headings=3)

    # A colleague who writes about the same day reads the first one before she replaces it.
    sign_in(client, cast.colleague)
    other = send(client, address, **{**text, "result": "Etwas anderes."})
    assert other.status_code == 409 and "Miete nach Umsatz" in other.text and "Etwas anderes." in other.text
    sign_in(client, cast.stranger)
    assert "Gesprächsvermerk vom" not in client.get(f"/gespraeche/{talk.id}").text
    for ending in ("", ".odt", ".pdf"):
        assert client.get(f"{address}/{record_id}{ending}").status_code == 404


def test_a_private_calendar_is_made_renewed_and_switched_off(
    mayor: FlaskClient, cast: Cast, talk: Exchange
) -> None:
    AppointmentFactory(exchange=talk, state="agreed")
    assert 'href="/konto/kalender"' in mayor.get("/konto").text
    assert send(mayor, "/konto/kalender", tat="unsinn").status_code == 422

    def made() -> str:
        page = send(mayor, "/konto/kalender", tat="anlegen")
        found = re.findall(r"<code[^>]*>(https?://[^<]+)</code>", page.text)
        assert page.status_code == 200 and page.headers["Cache-Control"] == "no-store"
        return str(found[0][found[0].index("/kalender/") :])

    first = made()
    assert first not in mayor.get("/konto/kalender").text, "shown once"
    second = made()
    stranger = mayor.application.test_client()
    assert stranger.get(first).status_code == 404
    file = stranger.get(second)
    assert file.status_code == 200 and "Set-Cookie" not in file.headers
    assert file.content_type == "text/calendar; charset=utf-8"
    assert vobject.readOne(file.text).vevent.summary.value == "Gespräch mit Lauenfurt"
    off = send(mayor, "/konto/kalender", tat="abschalten")
    assert off.location == "/konto/kalender" and stranger.get(second).status_code == 404
