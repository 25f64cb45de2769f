"""Saved searches on their page."""

from typing import Any

from flask.testing import FlaskClient

from tests.blueprints.test_accounts import token
from tests.support.cast import Cast

NEW = "/staedte/suchen/neu?land=06&dabei=y&von=1000"


def test_a_search_is_saved_by_name_found_again_and_deleted(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    sign_in(client, cast.mayor)
    assert "noch keine Suche gespeichert" in client.get("/staedte/suchen").text
    assert "Hessen · ab 1.000 Einwohnern · nur Städte, die dabei sind" in client.get(NEW).text
    csrf = {"csrf_token": token(client, "/konto")}
    assert "einen Namen" in client.post(NEW, data={"name": "", **csrf}).text
    assert client.post(NEW, data={"name": "<i>Hessen</i>", **csrf}).location == "/staedte/suchen"
    assert "gibt es schon" in client.post(NEW, data={"name": "<i>Hessen</i>", **csrf}).text
    page = client.get("/staedte/suchen").text
    assert "&lt;i&gt;Hessen&lt;/i&gt;" in page
    assert 'href="/staedte?land=06&amp;von=1000&amp;dabei=y"' in page
    plain = client.post("/staedte/suchen/neu", data={"name": "Alles", **csrf})
    assert plain.status_code == 422 and "Ohne Filter" in plain.text
