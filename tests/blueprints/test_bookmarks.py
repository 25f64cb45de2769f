"""The Merkliste on its page and on the towns'."""

from typing import Any

from flask.testing import FlaskClient

from tests.blueprints.test_accounts import token
from tests.support.cast import Cast


def test_a_town_is_marked_on_its_page_noted_and_struck(client: FlaskClient, cast: Cast, sign_in: Any) -> None:
    ags, page = cast.other_town.ags, f"/stadt/{cast.other_town.slug}-{cast.other_town.ags}"
    assert "Merken" not in client.get(page).text
    sign_in(client, cast.mayor)
    assert "Ihre Merkliste ist leer." in client.get("/merkliste").text
    assert f"/merkliste/{ags}/merken" in client.get(page).text
    assert (
        f"/merkliste/{cast.town.ags}/merken"
        not in client.get(f"/stadt/{cast.town.slug}-{cast.town.ags}").text
    )
    csrf = {"csrf_token": token(client, "/konto")}
    assert client.post(f"/merkliste/{ags}/merken", data=csrf).location == f"/merkliste#stadt-{ags}"
    assert "Steht auf Ihrer Merkliste" in client.get(page).text
    note = f"/merkliste/{ags}/notiz"
    assert client.post(note, data={"note": "x" * 501, **csrf}).status_code == 422
    assert client.post(note, data={"note": "<b>Anrufen</b>", **csrf}).status_code == 302
    sign_in(client, cast.colleague)
    assert "&lt;b&gt;Anrufen&lt;/b&gt;" in client.get("/merkliste").text
    csrf = {"csrf_token": token(client, "/konto")}
    assert client.post(f"/merkliste/{ags}/streichen", data=csrf).status_code == 302
    assert client.post(f"/merkliste/{ags}/streichen", data=csrf).status_code == 404
    assert client.get(note).status_code == 404
    assert client.post("/merkliste/99999999/merken", data=csrf).status_code == 404
