"""Signing in and out on the web, with what strangers may try."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from kleinstadt_net.services import accounts
from tests.factories import AccountFactory
from tests.support.cast import Cast

PASSWORD = "ein langer satz"


def token(client: FlaskClient, address: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(address).get_data(as_text=True))
    assert found is not None
    return found[1]


def send(client: FlaskClient, address: str, **fields: str) -> Any:
    return client.post(address, data={"csrf_token": token(client, address), **fields})


@pytest.fixture
def mayor(cast: Cast) -> str:
    made = accounts.create(cast.mayor.email, is_operator=False)
    accounts.set_password(made.token, PASSWORD)
    return cast.mayor.email


def test_signing_in_leads_to_the_overview_and_out_to_the_start(client: FlaskClient, mayor: str) -> None:
    response = send(client, "/anmelden", email=mayor, password=PASSWORD)
    assert response.status_code == 302 and response.location == "/uebersicht"
    assert client.get("/uebersicht").status_code == 200
    left = client.post("/abmelden", data={"csrf_token": token(client, "/konto")})
    assert left.location == "/"
    assert client.get("/uebersicht").status_code == 302


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client: FlaskClient, mayor: str) -> None:
    pages = [
        send(client, "/anmelden", email=email, password="falsch")
        for email in (mayor, "nobody@ellernrode.example")
    ]
    assert [page.status_code for page in pages] == [422, 422]
    assert all("passen nicht zusammen" in page.get_data(as_text=True) for page in pages)


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"],
)
def test_signing_in_never_leads_to_another_host(client: FlaskClient, mayor: str, target: str) -> None:
    response = send(client, "/anmelden", email=mayor, password=PASSWORD, weiter=target)
    assert response.location == "/uebersicht"


def test_signing_in_leads_on_to_where_one_was_headed(client: FlaskClient, mayor: str) -> None:
    asked = client.get("/passende-staedte?land=07")
    assert asked.location == "/anmelden?weiter=/passende-staedte?land%3D07"
    response = send(client, "/anmelden", email=mayor, password=PASSWORD, weiter="/passende-staedte?land=07")
    assert response.location == "/passende-staedte?land=07"


def test_a_cookie_planted_before_signing_in_is_thrown_away(client: FlaskClient, mayor: str) -> None:
    with client.session_transaction() as planted:
        planted["_user_id"] = "key of somebody else"
        planted["planted"] = "yes"
    send(client, "/anmelden", email=mayor, password=PASSWORD)
    with client.session_transaction() as session:
        assert "planted" not in session and session["_user_id"] != "key of somebody else"


def test_a_broken_cookie_is_a_visitor_s(client: FlaskClient, cast: Cast) -> None:
    client.set_cookie("session", "broken.cookie.value")
    assert client.get("/").status_code == 200
    assert client.get("/uebersicht").status_code == 302


def test_too_many_attempts_are_told_so(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: str) -> None:
        raise accounts.TooManyAttempts

    monkeypatch.setattr(accounts, "sign_in", refuse)
    response = send(client, "/anmelden", email="a@b.example", password="falsch")
    assert response.status_code == 429


def test_the_password_link_shows_a_form_and_works_once(client: FlaskClient) -> None:
    made = accounts.create("neu@ellernrode.example", is_operator=True)
    address = f"/passwort/{made.token}"
    assert client.get(address).status_code == client.get(address).status_code == 200
    short = send(client, address, password="kurz", repeated="kurz")
    assert short.status_code == 422 and "mindestens 12 Zeichen" in short.get_data(as_text=True)
    different = send(client, address, password=PASSWORD, repeated=PASSWORD + "x")
    assert "verschieden" in different.get_data(as_text=True)
    assert send(client, address, password=PASSWORD, repeated=PASSWORD).location == "/anmelden"
    gone = client.get(address)
    assert gone.status_code == 404 and "gilt nicht mehr" in gone.get_data(as_text=True)


def test_a_person_says_how_to_be_addressed(client: FlaskClient, cast: Cast, sign_in: Any) -> None:
    sign_in(client, cast.mayor)
    send(client, "/konto", salutation="Frau", first_name="Karla", last_name="Brandtner")
    assert "Brandtner" in client.get("/konto").get_data(as_text=True)
    bad = send(client, "/konto", salutation="Dr.", first_name="x" * 81, last_name="B\x07")
    assert bad.status_code == 422
    assert "höchstens 80 Zeichen" in bad.get_data(as_text=True)


def test_acting_for_a_foreign_town_is_not_found(client: FlaskClient, cast: Cast, sign_in: Any) -> None:
    sign_in(client, cast.mayor)
    csrf = token(client, "/konto")
    assert (
        client.post("/stadt-wechseln", data={"ags": cast.other_town.ags, "csrf_token": csrf}).status_code
        == 404
    )


def test_signing_out_everywhere_ends_other_browsers_too(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    other = client.application.test_client()
    for browser in (client, other):
        sign_in(browser, cast.mayor)
    client.post("/ueberall-abmelden", data={"csrf_token": token(client, "/konto")})
    assert other.get("/konto").status_code == 302


def test_an_account_without_a_password_is_not_opened_by_an_empty_one(client: FlaskClient) -> None:
    account = AccountFactory()
    assert send(client, "/anmelden", email=account.email, password="").status_code == 422
