"""Error pages: German, helpful, and there even when the database is not."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.exceptions import TooManyRequests

from kleinstadt_net.database import db
from kleinstadt_net.security.access import PUBLIC, access


@pytest.fixture
def fails(app: Flask) -> Callable[[Callable[[], Any]], str]:
    """Plant a page that does what it is told, and answer its address."""
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def plant(view: Callable[[], Any]) -> str:
        app.add_url_rule("/misslingt", "misslingt", access(PUBLIC)(view))
        return "/misslingt"

    return plant


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (400, "unvollständig oder beschädigt"),
        (403, "Profilverantwortung"),
        (404, "Diese Seite gibt es nicht"),
        (405, "nicht aufrufen"),
        (413, "größer, als wir annehmen"),
        (429, "zu viele Versuche"),
        (500, "Der Fehler liegt bei uns"),
        (418, "unvollständig oder beschädigt"),
        (503, "Der Fehler liegt bei uns"),
    ],
)
def test_every_error_says_in_german_what_happened(
    code: int, words: str, fails: Callable[..., str], client: FlaskClient
) -> None:
    response = client.get(fails(lambda: abort(code)))

    assert response.status_code == code
    assert words in response.text
    assert "Startseite" in response.text or "Suchen Sie eine Stadt" in response.text


def test_an_unexpected_error_shows_no_traceback_but_a_reference(
    fails: Callable[..., str], client: FlaskClient
) -> None:
    def view() -> str:
        raise RuntimeError("a secret of the machine room")

    response = client.get(fails(view))

    assert response.status_code == 500
    assert "machine room" not in response.text
    assert response.headers["X-Request-ID"] in response.text
    assert response.headers["Cache-Control"] == "no-store"


def test_the_page_for_a_failure_asks_the_database_nothing(
    fails: Callable[..., str], client: FlaskClient, cast: Any, sign_in: Callable[..., Any]
) -> None:
    sign_in(client, cast.mayor)
    statements: list[str] = []

    def view() -> str:
        event.listen(db.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
        raise RuntimeError

    response = client.get(fails(view))

    assert response.status_code == 500
    assert statements == []


def test_a_database_that_is_gone_leads_to_that_page_too(
    make_app: Callable[..., Flask], tmp_path: Any
) -> None:
    app = make_app(database_url=f"sqlite:///{tmp_path / 'nirgends' / 'nichts.sqlite3'}")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with app.app_context():
        response = app.test_client().get("/")

    assert response.status_code == 500
    assert "Der Fehler liegt bei uns" in response.text
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_a_page_not_found_offers_the_search_for_a_town(client: FlaskClient) -> None:
    response = client.get("/stadt/gibt-es-nicht")

    assert response.status_code == 404
    assert 'action="/staedte"' in response.text
    assert "Name der Stadt" in response.text


def test_too_many_attempts_tell_the_browser_when_to_come_back(
    fails: Callable[..., str], client: FlaskClient
) -> None:
    def view() -> str:
        raise TooManyRequests(retry_after=900)

    assert client.get(fails(view)).headers["Retry-After"] == "900"


def test_a_wrong_method_names_the_right_one(client: FlaskClient) -> None:
    response = client.get("/abmelden")
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]


def test_a_form_without_its_token_says_what_to_do(client: FlaskClient) -> None:
    response = client.post("/abmelden")

    assert response.status_code == 400
    assert "laden Sie die Seite neu" in response.text


def test_a_request_too_large_is_refused_kindly(client: FlaskClient) -> None:
    response = client.post("/anmelden", data={"email": "x" * 1_100_000})
    assert response.status_code == 413
    assert "größer, als wir annehmen" in response.text


def test_a_page_for_another_host_name_needs_no_address_of_ours(client: FlaskClient) -> None:
    response = client.get("/", headers={"Host": "fremd.example"})
    assert response.status_code == 400
    assert "Damit können wir nichts anfangen" in response.text


@pytest.mark.parametrize(
    "cookie", ["kaputt", "eyJhIjoxfQ.aaaa.bbbb", "\xff\xfe", "", "." * 3000, "eyJfdXNlcl9pZCI6WzFdfQ"]
)
def test_a_broken_session_cookie_means_signed_out(cookie: str, client: FlaskClient) -> None:
    response = client.get("/thesen", headers={"Cookie": f"session={cookie}"})

    assert response.status_code == 200
    assert "Anmelden" in response.text
