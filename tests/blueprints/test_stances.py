"""Unsere Stadt: editing statements as a person at the town hall does."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from kleinstadt_net.services import stances
from tests.factories import StanceFactory
from tests.support.cast import Cast

ADDRESS = "/unsere-stadt/angaben/innenstadt"


@pytest.fixture
def editor(client: FlaskClient, cast: Cast, sign_in: Any) -> FlaskClient:
    cast.town.needs_release = False
    sign_in(client, cast.colleague)
    return client


def fields(client: FlaskClient, address: str = ADDRESS) -> dict[str, str]:
    page = client.get(address).get_data(as_text=True)
    return {
        name: value
        for name in ("csrf_token", "version")
        for value in re.findall(rf'name="{name}"[^>]*value="([^"]*)"', page)[:1]
    }


def test_a_statement_is_given_and_shown_on_the_sheet(editor: FlaskClient) -> None:
    sent = {"state": "strength", "sentence": "Vier Läden belebt.", "since": "2024-03"}
    response = editor.post(ADDRESS, data={**fields(editor), **sent})
    assert response.location == "/unsere-stadt#innenstadt"
    page = editor.get("/unsere-stadt").get_data(as_text=True)
    assert "Das können wir zeigen, seit März 2024: Vier Läden belebt." in page


def test_a_colleague_s_change_is_shown_and_nothing_typed_is_lost(editor: FlaskClient, cast: Cast) -> None:
    mine = {**fields(editor), "state": "strength", "sentence": "Mein Satz"}
    stances.save(
        cast.town.id, cast.mayor.id, "innenstadt", state="seeking", sentence="Ihr Satz", since=None, version=0
    )
    response = editor.post(ADDRESS, data=mine)
    page = response.get_data(as_text=True)
    assert response.status_code == 409 and "Mein Satz" in page and "Ihr Satz" in page
    version = re.findall(r'name="version"[^>]*value="([^"]*)"', page)[0]
    assert editor.post(ADDRESS, data={**mine, "version": version}).status_code == 302
    assert stances.find(cast.town.id, "innenstadt").sentence == "Mein Satz"


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"state": "strength", "sentence": "x" * 201}, "zu lang"),
        ({"state": "strength", "sentence": "a\x00b"}, "Zeichen enthält|nicht speichern"),
        ({"state": "proud"}, "Auswahl"),
        ({"state": "strength", "since": "gestern"}, "Monat"),
        ({"state": "strength", "since": "2999-01"}, "Zukunft"),
    ],
)
def test_bad_input_is_told_and_changes_nothing(
    editor: FlaskClient, cast: Cast, sent: dict[str, str], message: str
) -> None:
    response = editor.post(ADDRESS, data={**fields(editor), **sent})
    assert response.status_code == 422
    assert re.search(message, response.get_data(as_text=True))
    assert stances.find(cast.town.id, "innenstadt").state is None


def test_an_unknown_subject_is_not_found(editor: FlaskClient) -> None:
    assert editor.get("/unsere-stadt/angaben/wetter").status_code == 404


def test_an_old_statement_is_confirmed_with_one_click(editor: FlaskClient, cast: Cast) -> None:
    StanceFactory(town_id=cast.town.id, subject="innenstadt", confirmed_on=_long_ago())
    assert "älter als ein Jahr" in editor.get("/unsere-stadt").get_data(as_text=True)
    editor.post(f"{ADDRESS}/bestaetigen", data={**fields(editor), "version": "1"})
    assert "älter als ein Jahr" not in editor.get("/unsere-stadt").get_data(as_text=True)


def test_three_theses_are_the_most(editor: FlaskClient, cast: Cast) -> None:
    address = "/unsere-stadt/schwerpunkte"
    many = editor.post(address, data={**fields(editor, address), "theses": ["t01", "t02", "t03", "t04"]})
    assert many.status_code == 422 and "höchstens 3 Thesen" in many.get_data(as_text=True)
    editor.post(address, data={**fields(editor, address), "theses": ["t01", "t09"]})
    assert stances.sheet(cast.town.id).focus == ("t01", "t09")


def _long_ago() -> Any:
    from datetime import timedelta

    from kleinstadt_net import clock

    return clock.today() - timedelta(days=400)
