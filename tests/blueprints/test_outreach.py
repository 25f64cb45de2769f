"""Inviting a town by one's own post: words and paper, and nothing that leaves the service."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from kleinstadt_net import formats
from kleinstadt_net.database import db
from kleinstadt_net.models import InvitationObjection, Letter, Town
from tests.blueprints.test_accounts import send, token
from tests.factories import InvitationObjectionFactory, TownFactory, TownFigureFactory
from tests.support.cast import Cast


@pytest.fixture
def guest(cast: Cast) -> Town:
    """A town not taking part, as large as the mayor's."""
    town: Town = TownFactory(name="Mühlenqualm", slug="muehlenqualm")
    TownFigureFactory(town=town, population=cast.town.figures[0].population + 10)
    return town


def address(town: Town) -> str:
    return f"/stadt/{town.slug}-{town.ags}/einladen"


def test_a_member_is_offered_a_letter_she_may_change(
    client: FlaskClient, cast: Cast, guest: Town, sign_in: Any
) -> None:
    sign_in(client, cast.mayor)
    assert address(guest) in client.get(f"/stadt/{guest.slug}-{guest.ags}").text
    page = client.get(address(guest)).text
    assert "Ellernrode (Hessen) macht beim Kleinstadtnetz mit" in page
    assert f"ist Ihrer ähnlich: {formats.rounded_population(cast.town.figures[0].population)}" in page
    assert f"/registrieren?stadt={guest.ags}" in page
    assert send(client, address(guest), text="").status_code == 422
    assert "höchstens" in send(client, address(guest), text="x" * 2401).text
    assert "Zeilen" in send(client, address(guest), text="x\n" * 40 + "x").text


def test_her_words_come_as_one_page_and_nothing_is_sent_or_stored(
    client: FlaskClient, cast: Cast, guest: Town, sign_in: Any, drawn: None, tmp_path: Path
) -> None:
    sign_in(client, cast.mayor)
    made = send(client, address(guest), text="Liebe Nachbarn,\n\n" + "Wort " * 400)
    assert made.mimetype == "application/pdf"
    assert db.session.scalar(select(func.count()).select_from(Letter)) == 0
    if shutil.which("pdftotext"):
        (tmp_path / "paper.pdf").write_bytes(made.data)
        text = subprocess.run(
            ["pdftotext", str(tmp_path / "paper.pdf"), "-"], capture_output=True, text=True, check=True
        ).stdout
        assert "Liebe Nachbarn" in text and text.count("\f") == 1


def test_who_takes_part_or_objects_is_not_invited(
    client: FlaskClient, cast: Cast, guest: Town, sign_in: Any
) -> None:
    sign_in(client, cast.mayor)
    assert "ist schon dabei" in client.get(address(cast.other_town)).text
    InvitationObjectionFactory(town_id=guest.id)
    refused = client.get(address(guest)).text
    assert "möchte keine Einladungen bekommen" in refused and "<textarea" not in refused
    csrf = {"csrf_token": token(client, "/konto")}
    assert client.post(address(guest), data={"text": "Trotzdem", **csrf}).mimetype == "text/html"
    assert client.get("/stadt/nirgends-99999999/einladen").status_code == 404


def test_the_operator_keeps_the_list_of_who_objected(
    client: FlaskClient, cast: Cast, guest: Town, sign_in: Any
) -> None:
    sign_in(client, cast.operator)
    assert "Niemand hat widersprochen." in client.get("/betrieb/widersprueche").text
    assert send(client, "/betrieb/widersprueche", ags="12345678").status_code == 422
    for _ in range(2):
        assert send(client, "/betrieb/widersprueche", ags=guest.ags, note="Anruf").status_code == 302
    row = db.session.scalars(select(InvitationObjection)).one()
    assert "Mühlenqualm" in client.get("/betrieb/widersprueche").text
    csrf = {"csrf_token": token(client, "/betrieb/widersprueche")}
    assert client.post(f"/betrieb/widersprueche/{row.id}/streichen", data=csrf).status_code == 302
    assert db.session.scalars(select(InvitationObjection)).all() == []
