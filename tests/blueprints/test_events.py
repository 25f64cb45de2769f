"""Events on their pages: announced, read, registered for, changed and cancelled."""

from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Event, EventRegistration
from tests.factories import (
    CircleFactory,
    CircleTownFactory,
    EventFactory,
    NetworkFactory,
    NetworkMemberFactory,
)
from tests.support.cast import Cast


def send(client: FlaskClient, address: str, seen: str = "", **data: Any) -> Any:
    page = client.get(seen or address).text
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    return client.post(address, data={"csrf_token": token, **data})


def test_from_the_invitation_to_the_cancellation(client: FlaskClient, cast: Cast, sign_in: Any) -> None:
    sign_in(client, cast.mayor)
    form = client.get("/termine/neu").text
    names = [part.split('"')[0] for part in form.split(' name="')[1:]]
    assert {"title", "place"} <= set(names), names
    day = (clock.today() + timedelta(days=20)).isoformat()
    typed = {
        "organiser": f"town:{cast.town.id}",
        "title": "Rundgang",
        "day": day,
        "begins": "14:00",
        "ends": "13:00",
        "place": "Rathaus",
        "subject": "",
        "text": "Wir <b>zeigen</b> alles.",
    }
    wrong = send(client, "/termine/neu", **typed)
    assert wrong.status_code == 422 and "Das Ende liegt vor dem Beginn." in wrong.text
    assert "Rundgang" in wrong.text and "Wir &lt;b&gt;zeigen" in wrong.text
    made = send(client, "/termine/neu", **{**typed, "ends": "16:00"}).location
    sign_in(client, cast.stranger)
    page = client.get(made).text
    assert "Rundgang" in page and "<b>zeigen" not in page
    assert "Rundgang" in client.get("/termine").text
    assert client.get(f"{made}/kalender.ics").mimetype == "text/calendar"
    assert client.get(f"{made}/bearbeiten").status_code == 404
    send(client, f"{made}/anmelden", made)
    assert db.session.scalars(select(EventRegistration.account_id)).all() == [cast.stranger.id]
    assert "Sie sind angemeldet" in client.get("/termine").text
    send(client, f"{made}/abmelden", made)
    assert db.session.scalars(select(EventRegistration)).all() == []
    sign_in(client, cast.mayor)
    send(client, f"{made}/absagen", f"{made}/bearbeiten")
    assert db.session.scalars(select(Event.state)).one() == "cancelled"
    client.delete_cookie("session")
    assert "Dieser Termin ist abgesagt." in client.get(made).text


def test_a_network_and_a_circle_lead_to_an_invitation_in_their_name(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    network = NetworkFactory(contact_town_id=cast.town.id)
    NetworkMemberFactory(network_id=network.id, town_id=cast.town.id)
    circle = CircleFactory(state="running")
    CircleTownFactory(circle_id=circle.id, town_id=cast.town.id, answer="yes")
    sign_in(client, cast.mayor)
    for page, organiser in (
        (f"/netzwerk/{network.slug}", f"network:{network.id}"),
        (f"/lernkreis/{circle.id}", f"circle:{circle.id}"),
    ):
        address = f"/termine/neu?fuer={organiser}"
        assert f'href="{address}"' in client.get(page).text.replace("%3A", ":")
        form = client.get(address).text
        assert f'<option selected value="{organiser}">' in form
        assert "Anmeldung bis (freiwillig)" not in form
    sign_in(client, cast.stranger)
    assert "/termine/neu" not in client.get(f"/netzwerk/{network.slug}").text


def test_a_visitor_reads_of_events_but_not_who_comes(client: FlaskClient, cast: Cast) -> None:
    event = EventFactory(online_link="https://treffen.example/raum")
    page = client.get(f"/termin/{event.id}").text
    assert "treffen.example" not in page and 'name="csrf_token"' not in page
    assert client.get("/termin/999999").status_code == 404
