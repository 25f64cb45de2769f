"""Documents in a talk: sent along, saved by the two towns and nobody else, refused with a sentence."""

import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.models import Attachment, Exchange, Letter, Message
from tests.factories import ExchangeFactory, MembershipFactory
from tests.files import documents
from tests.support.cast import Cast
from tests.support.letters import bodies


@pytest.fixture
def mayor(client: FlaskClient, cast: Cast, sign_in: Any) -> FlaskClient:
    sign_in(client, cast.mayor)
    return client


@pytest.fixture
def talk(cast: Cast) -> Exchange:
    row: Exchange = ExchangeFactory(town=cast.town, peer=cast.other_town, state="talking")
    return row


def send(
    client: FlaskClient, talk: Exchange, *files: tuple[bytes, str], text: str = "Hier der Vertrag."
) -> Any:
    address = f"/gespraeche/{talk.id}"
    token = client.get(address).text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    sent = [(io.BytesIO(data), name) for data, name in files]
    return client.post(f"{address}/nachricht", data={"csrf_token": token, "nachricht": text, "dateien": sent})


def test_a_document_is_sent_along_and_saved_by_the_other_town(
    mayor: FlaskClient, cast: Cast, talk: Exchange, sign_in: Any
) -> None:
    assert send(mayor, talk, (documents.pdf(), "../Mietvertrag über Läden.pdf")).status_code == 302
    row = db.session.scalars(select(Attachment)).one()
    address = f"/gespraeche/{talk.id}/datei/{row.token}"
    sign_in(mayor, cast.stranger)
    page = mayor.get(f"/gespraeche/{talk.id}").text
    assert f'href="{address}"' in page and "Mietvertrag über Läden.pdf" in page
    saved = mayor.get(address)
    assert saved.data == documents.pdf() and saved.mimetype == "application/pdf"
    assert saved.headers["Content-Disposition"].startswith("attachment; ")
    assert saved.headers["X-Content-Type-Options"] == "nosniff"
    letter = db.session.scalars(select(Letter).where(Letter.kind == "message_written")).one()
    for body in bodies(letter):
        assert "Eine Datei liegt bei: Mietvertrag über Läden.pdf" in body.replace("\n", " ")
        assert row.token not in body


def test_nobody_else_saves_it_nor_anybody_before_both_agree_again(
    mayor: FlaskClient, cast: Cast, talk: Exchange, sign_in: Any
) -> None:
    send(mayor, talk, (documents.pdf(), "Vertrag.pdf"))
    token = db.session.scalars(select(Attachment.token)).one()
    other = ExchangeFactory(town=cast.town, state="talking")
    assert mayor.get(f"/gespraeche/{other.id}/datei/{token}").status_code == 404
    assert mayor.get(f"/gespraeche/{talk.id}/datei/{token[:-1]}x").status_code == 404
    talk.state = "requested"
    db.session.commit()
    assert mayor.get(f"/gespraeche/{talk.id}/datei/{token}").status_code == 404
    talk.state = "closed"
    db.session.commit()
    assert mayor.get(f"/gespraeche/{talk.id}/datei/{token}").status_code == 200
    sign_in(mayor, MembershipFactory().account)
    assert mayor.get(f"/gespraeche/{talk.id}/datei/{token}").status_code == 404


def test_one_file_that_is_not_taken_holds_back_all_and_the_text_stays(
    mayor: FlaskClient, talk: Exchange
) -> None:
    refused = send(
        mayor,
        talk,
        (documents.pdf(), "Gut.pdf"),
        (b"MZ\x90\x00" + bytes(400), "Haushalt.pdf"),
        text="Zwei Dateien dazu.",
    )
    assert refused.status_code == 422 and "Zwei Dateien dazu.</textarea>" in refused.text
    assert "„Haushalt.pdf“" in refused.text
    assert db.session.scalar(select(Message.id)) is None and db.session.scalar(select(Attachment.id)) is None


def test_a_hundred_megabytes_are_refused_and_too_many_files_too(mayor: FlaskClient, talk: Exchange) -> None:
    large = send(mayor, talk, (bytes(100 * 1024 * 1024), "Film.pdf"))
    assert large.status_code == 413 and "groß" in large.text
    many = send(mayor, talk, *((documents.pdf(), f"{number}.pdf") for number in range(6)))
    assert many.status_code == 422 and "höchstens 5 Dateien" in many.text
    assert db.session.scalar(select(Message.id)) is None
