"""The page of a talk: writing, reading older messages, muting, and ending all contact."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.models import Exchange, Message, TownBlock
from kleinstadt_net.services import exchange_messages
from tests.factories import ExchangeFactory, MembershipFactory, MessageFactory
from tests.support.cast import Cast
from tests.support.statements import counted_queries


@pytest.fixture
def mayor(client: FlaskClient, cast: Cast, sign_in: Any) -> FlaskClient:
    sign_in(client, cast.mayor)
    return client


@pytest.fixture
def talk(cast: Cast) -> Exchange:
    row: Exchange = ExchangeFactory(town=cast.town, peer=cast.other_town, state="talking")
    return row


def send(client: FlaskClient, page: str, address: str, **data: str) -> Any:
    token = client.get(page).text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    return client.post(address, data={"csrf_token": token, **data})


def test_a_message_is_written_with_paragraphs_and_read_by_the_other_town_without_any_markup_of_its_own(
    mayor: FlaskClient, cast: Cast, talk: Exchange, sign_in: Any
) -> None:
    address = f"/gespraeche/{talk.id}"
    assert "Noch hat keine der beiden Städte geschrieben" in mayor.get(address).text
    done = send(
        mayor, address, f"{address}/nachricht", nachricht="Erste Zeile\n\n- **eins** <script>\n- zwei"
    )
    message_id = db.session.scalars(select(Message.id)).one()
    assert done.location == f"{address}#nachricht-{message_id}"
    assert "Ihre Nachricht ist bei Lauenfurt." in mayor.get(address).text
    sign_in(mayor, cast.stranger)
    page = mayor.get(address).text
    assert "<li><strong>eins</strong> &lt;script&gt;</li>" in page and "Ellernrode</strong>" in page
    assert "zuletzt hat Ellernrode am" in mayor.get("/gespraeche").text


def test_what_cannot_be_sent_stays_in_the_form(mayor: FlaskClient, cast: Cast, talk: Exchange) -> None:
    address = f"/gespraeche/{talk.id}"
    empty = send(mayor, address, f"{address}/nachricht", nachricht=" ")
    assert empty.status_code == 422 and "Bitte schreiben Sie eine Nachricht." in empty.text
    long = send(mayor, address, f"{address}/nachricht", nachricht="Wort " * 801)
    assert long.status_code == 422 and "Wort Wort" in long.text
    send(mayor, address, address, schritt="close")
    late = send(mayor, address, f"{address}/nachricht", nachricht="Noch etwas Wichtiges")
    assert late.status_code == 409 and "Noch etwas Wichtiges" in late.text
    assert "hat sich hier etwas geändert" in late.text
    assert db.session.scalar(select(Message.id)) is None


def test_half_a_message_is_there_again_the_next_time(mayor: FlaskClient, cast: Cast, talk: Exchange) -> None:
    address, name = f"/gespraeche/{talk.id}", exchange_messages.form_name(talk.id)
    typed = {"formular": name, "stadt": cast.town.ags, "nachricht": "Halb geschrieben"}
    assert send(mayor, address, "/unsere-stadt/getippt", **typed).status_code == 204
    page = mayor.get(address).text
    assert "Sie hatten hier schon etwas geschrieben" in page and "Halb geschrieben</textarea>" in page
    thrown = send(mayor, address, "/unsere-stadt/getippt/verwerfen", formular=name)
    assert thrown.location == address
    assert "Halb geschrieben" not in mayor.get(address).text


def test_older_messages_are_a_page_away_and_cost_no_more_queries(
    mayor: FlaskClient, cast: Cast, talk: Exchange
) -> None:
    address = f"/gespraeche/{talk.id}"
    MessageFactory(exchange=talk, text="Nachricht 0")
    mayor.get(address)
    with counted_queries() as few:
        mayor.get(address)
    for number in range(1, 45):
        MessageFactory(exchange=talk, text=f"Nachricht {number}")
    with counted_queries() as many:
        page = mayor.get(address).text
    assert len(few) == len(many)
    assert "Nachricht 44" in page and "Nachricht 24<" not in page
    assert "Ältere Nachrichten" in page and "Neuere Nachrichten" not in page
    oldest = mayor.get(f"{address}?seite=3").text
    assert "Nachricht 0<" in oldest and "Ältere Nachrichten" not in oldest
    for wrong in ("4", "0", "-1", "unsinn"):
        assert mayor.get(f"{address}?seite={wrong}").status_code == 404


def test_a_message_taken_out_leaves_a_line_and_none_of_its_words(mayor: FlaskClient, talk: Exchange) -> None:
    row = MessageFactory(exchange=talk, text="")
    row.removed_at = row.written_at
    db.session.commit()
    page = mayor.get(f"/gespraeche/{talk.id}").text
    assert "Diese Nachricht wurde nach einer Meldung entfernt." in page


def test_a_talk_is_muted_and_heard_again(mayor: FlaskClient, talk: Exchange) -> None:
    address = f"/gespraeche/{talk.id}"
    assert send(mayor, address, f"{address}/stumm", stumm="ja").status_code == 302
    assert "Sie haben dieses Gespräch stumm geschaltet" in mayor.get(address).text
    assert send(mayor, address, f"{address}/stumm", stumm="nein").status_code == 302
    assert "melden wir Ihnen so, wie Sie es gewählt haben" in mayor.get(address).text
    assert send(mayor, address, f"{address}/stumm", stumm="laut").status_code == 400


def test_a_lead_ends_the_contact_and_allows_it_again(
    mayor: FlaskClient, cast: Cast, talk: Exchange, sign_in: Any
) -> None:
    page = mayor.get(f"/gespraeche/{talk.id}").text
    (address,) = re.findall(r'href="(/kontakt-beenden/\d+)"', page)
    asked = mayor.get(address).text
    assert "Ihr Gespräch wird abgeschlossen" in asked and "Lauenfurt erfährt davon nichts" in asked
    assert send(mayor, address, address).location == "/unsere-stadt/anfragen#beendet"
    listed = mayor.get("/unsere-stadt/anfragen").text
    assert "Kontakt wieder zulassen" in listed and "Lauenfurt</a>" in listed
    assert "hat den Kontakt mit Lauenfurt schon beendet" in mayor.get(address).text
    hindered = mayor.get(f"/gespraech-anfragen/{cast.other_town.ags}").text
    assert "Ihre Stadt hat den Kontakt mit Lauenfurt beendet" in hindered
    sign_in(mayor, cast.stranger)
    assert "steht zurzeit nicht für weitere Anfragen zur Verfügung" in (
        mayor.get(f"/gespraech-anfragen/{cast.town.ags}").text
    )
    assert "beendet" not in mayor.get(f"/gespraeche/{talk.id}").text.replace(
        "Kontakt mit Ellernrode beenden", ""
    )
    sign_in(mayor, cast.mayor)
    allowed = send(mayor, address, f"/kontakt-wieder-zulassen/{cast.other_town.ags}")
    assert allowed.location == "/unsere-stadt/anfragen#beendet"
    assert db.session.scalar(select(TownBlock.id)) is None


def test_editors_and_strangers_end_no_contact(
    mayor: FlaskClient, cast: Cast, talk: Exchange, sign_in: Any
) -> None:
    assert mayor.get("/kontakt-beenden/99999999").status_code == 404
    assert mayor.get(f"/kontakt-beenden/{cast.town.ags}").status_code == 404
    sign_in(mayor, cast.colleague)
    assert "Kontakt mit Lauenfurt beenden" not in mayor.get(f"/gespraeche/{talk.id}").text
    assert mayor.get(f"/kontakt-beenden/{cast.other_town.ags}").status_code == 403
    sign_in(mayor, MembershipFactory().account)
    assert mayor.get(f"/gespraeche/{talk.id}").status_code == 404
