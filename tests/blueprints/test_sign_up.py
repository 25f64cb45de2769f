"""Signing up on the web: from the town's name to the first page of one's own."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Letter, OperatorTask, Town
from kleinstadt_net.services import sign_up, town_names
from tests.factories import AccountFactory, TownFactory
from tests.services.test_sign_up import PASSWORD, last_letter, token_in
from tests.support.statements import counted_queries


@pytest.fixture
def town(app: Flask) -> Town:
    made: Town = TownFactory(**town_names.columns("Ellernrode", "Ellernkreis"))
    return made


@pytest.fixture
def answers(town: Town) -> dict[str, str]:
    return {
        "stadt": town.ags,
        "salutation": "Frau",
        "first_name": "Renate",
        "last_name": "Brandtner",
        "office": "Bürgermeisterin",
        "email": "brandtner@rathaus-ellern.example",
        "password": PASSWORD,
        "house_rules": "y",
    }


def token(client: FlaskClient, address: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(address).get_data(as_text=True))
    assert found is not None
    return found[1]


def send(client: FlaskClient, answers: dict[str, str], **changed: str) -> Any:
    csrf = token(client, f"/registrieren?stadt={answers['stadt']}")
    return client.post("/registrieren", data={"csrf_token": csrf, **answers, **changed})


def confirm(client: FlaskClient, password: str = PASSWORD) -> Any:
    address = f"/registrieren/bestaetigen/{token_in(last_letter())}"
    return client.post(address, data={"csrf_token": token(client, address), "password": password})


def text(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.get_data(as_text=True)).split())


def test_a_mayor_signs_up_from_the_start_page_to_her_own(
    client: FlaskClient, answers: dict[str, str]
) -> None:
    assert 'href="/registrieren"' in client.get("/").get_data(as_text=True)
    assert 'href="/registrieren"' in client.get("/anmelden").get_data(as_text=True)
    found = client.get("/registrieren?q=elernrod").get_data(as_text=True)
    assert f'href="/registrieren?stadt={answers["stadt"]}"' in found and "Ellernkreis · Hessen" in found

    assert "Wir haben Ihnen geschrieben" in text(send(client, answers))
    shown = text(client.get(f"/registrieren/bestaetigen/{token_in(last_letter())}"))
    assert "Renate Brandtner" in shown and "Ellernrode" in shown
    assert db.session.scalars(select(Account.confirmed_at)).one() is None

    confirmed = confirm(client)
    assert "prüft der Betreiber, ob Sie für Ellernrode sprechen" in text(confirmed)
    assert client.get("/konto").status_code == 200, "the password has signed her in"


def test_the_answer_is_the_same_whether_or_not_the_address_is_known(
    client: FlaskClient, answers: dict[str, str]
) -> None:
    AccountFactory(email="bekannt@rathaus.example")
    pages, numbers = [], []
    for email in ("neu@rathaus.example", "bekannt@rathaus.example"):
        client.delete_cookie("session")
        csrf = token(client, f"/registrieren?stadt={answers['stadt']}")
        with counted_queries() as queries:
            response = client.post("/registrieren", data={"csrf_token": csrf, **answers, "email": email})
        pages.append((response.status_code, response.data, dict(response.headers).keys()))
        numbers.append(len(queries))
    assert pages[0] == pages[1]
    assert numbers[0] == numbers[1]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"email": "kein-at.example"}, "An diese Adresse können wir nicht schreiben."),
        ({"email": "jürgen@rathaus.example"}, "An diese Adresse können wir nicht schreiben."),
        ({"email": f"{'a' * 250}@b.example"}, "höchstens 254 Zeichen"),
        ({"password": "kurz"}, "mindestens 12 Zeichen"),
        ({"password": "Sommer2026!!!!"}, "leicht zu erraten"),
        ({"password": "Ellernrode liegt am Fluss"}, "enthält den Namen Ihrer Stadt"),
        ({"password": "frau brandtner singt"}, "enthält einen Teil Ihrer E-Mail-Adresse"),
        ({"first_name": "Renate\r\nBcc: x@y.example"}, "Zeichen, die sich nicht speichern lassen"),
        ({"last_name": "www.gewinn.example"}, "nach einem Punkt ein Leerzeichen"),
        ({"last_name": "B" * 81}, "höchstens 80 Zeichen"),
        ({"office": ""}, "welches Amt oder welche Funktion"),
        ({"salutation": "Dr."}, "Bitte prüfen Sie Ihre Angaben."),
        ({"house_rules": ""}, "Ohne die Hausregeln geht es nicht."),
    ],
)
def test_bad_input_is_explained_and_keeps_what_was_typed(
    client: FlaskClient, answers: dict[str, str], changed: dict[str, str], message: str
) -> None:
    response = send(client, answers, **changed)
    assert response.status_code == 422 and message in text(response)
    page = response.get_data(as_text=True)
    assert 'value="Brandtner"' in page or "last_name" in changed
    assert PASSWORD not in page
    assert not db.session.scalars(select(Letter.id)).all()


def test_names_as_people_have_them_are_taken(client: FlaskClient, answers: dict[str, str]) -> None:
    response = send(client, answers, first_name="Dr. Anna-Lena", last_name="d’Örsay-von Müller")
    assert "Wir haben Ihnen geschrieben" in text(response)


def test_role_and_rights_cannot_be_sent_along(client: FlaskClient, answers: dict[str, str]) -> None:
    send(client, answers, is_operator="1", role="lead", state="confirmed", confirmed_at="2026-01-01")
    account = db.session.scalars(select(Account)).one()
    assert not account.is_operator and account.confirmed_at is None
    assert [(m.role, m.state) for m in account.memberships] == [("editor", "pending")]


def test_an_unknown_town_leads_back_to_the_search(client: FlaskClient, answers: dict[str, str]) -> None:
    for address in ("/registrieren?stadt=00000000", "/registrieren?stadt=%00'"):
        response = client.get(address)
        assert response.status_code == 404 and "nicht im Verzeichnis" in text(response)
    csrf = token(client, f"/registrieren?stadt={answers['stadt']}")
    response = client.post("/registrieren", data={"csrf_token": csrf, **answers, "stadt": "x"})
    assert response.status_code == 404 and "nicht im Verzeichnis" in text(response)


def test_a_wrong_password_or_a_used_link_confirms_nothing(
    client: FlaskClient, answers: dict[str, str]
) -> None:
    send(client, answers)
    address = f"/registrieren/bestaetigen/{token_in(last_letter())}"
    wrong = confirm(client, "falsch geraten")
    assert wrong.status_code == 422 and "nicht das Passwort" in text(wrong)
    assert client.get("/konto").status_code == 302
    assert confirm(client).status_code == 200
    assert client.get(address).status_code == 404
    csrf = token(client, "/registrieren/stadt-fehlt")
    again = client.post(address, data={"csrf_token": csrf, "password": PASSWORD})
    assert again.status_code == 404 and "gilt nicht mehr" in text(again)
    assert client.get("/registrieren/bestaetigen/erfunden").status_code == 404


def test_a_cookie_planted_before_confirming_is_thrown_away(
    client: FlaskClient, answers: dict[str, str]
) -> None:
    send(client, answers)
    address = f"/registrieren/bestaetigen/{token_in(last_letter())}"
    csrf = token(client, address)
    with client.session_transaction() as planted:
        planted["planted"] = "yes"
    assert client.post(address, data={"csrf_token": csrf, "password": PASSWORD}).status_code == 200
    with client.session_transaction() as session:
        assert "planted" not in session


def test_the_letter_s_link_comes_from_the_public_address(
    client: FlaskClient, answers: dict[str, str]
) -> None:
    csrf = token(client, f"/registrieren?stadt={answers['stadt']}")
    headers = {"X-Forwarded-Host": "evil.example"}
    client.post("/registrieren", data={"csrf_token": csrf, **answers}, headers=headers)
    assert b"evil.example" not in last_letter().content


def test_the_script_gets_the_list_alone_and_others_the_whole_page(client: FlaskClient, town: Town) -> None:
    fragment = client.get("/registrieren/stadt-suche?q=ellern", headers={"HX-Request": "true"})
    assert "Eine Stadt oder Gemeinde passt." in text(fragment)
    assert "<html" not in fragment.get_data(as_text=True) and "HX-Request" in fragment.vary
    assert client.get("/registrieren/stadt-suche?q=ellern").location == "/registrieren?q=ellern"
    odd = client.get("/registrieren?q=" + "<script>" * 50)
    assert odd.status_code == 200 and "<script><script>" not in odd.get_data(as_text=True)


def test_a_missing_town_reaches_the_operator(client: FlaskClient) -> None:
    address = "/registrieren/stadt-fehlt"
    assert 'value="Oberqualm"' in client.get(address + "?q=Oberqualm").get_data(as_text=True)
    form = {"csrf_token": token(client, address), "name": "Oberqualm", "land": "Hessen"}
    bad = client.post(address, data={**form, "land": "", "email": "kein-at"})
    assert bad.status_code == 422 and "Bitte wählen Sie das Land aus." in text(bad)
    assert client.post(address, data=form).location == "/registrieren"
    assert "Danke. Der Betreiber sieht nach" in text(client.get("/registrieren"))
    assert db.session.scalars(select(OperatorTask.note)).all() == ["Oberqualm (Hessen)"]
    codes = [client.post(address, data=form).status_code for _ in range(sign_up.PER_ADDRESS_MISSING.count)]
    assert codes[-1] == 429


def test_too_many_sign_ups_are_told_so_and_lose_nothing_typed(
    client: FlaskClient, answers: dict[str, str]
) -> None:
    for _ in range(sign_up.PER_MAILBOX.count):
        send(client, answers)
    response = send(client, answers)
    assert response.status_code == 429 and "später noch einmal" in text(response)
    assert 'value="Brandtner"' in response.get_data(as_text=True)


def test_a_closed_sign_up_says_so_and_takes_nothing(
    client: FlaskClient, answers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    csrf = token(client, f"/registrieren?stadt={answers['stadt']}")
    monkeypatch.setattr(sign_up, "is_open", lambda: False)
    assert "Registrieren ist noch nicht möglich" in text(client.get("/registrieren"))
    refused = client.post("/registrieren", data={"csrf_token": csrf, **answers})
    assert refused.status_code == 403 and "noch nicht möglich" in text(refused)


def test_the_house_rules_are_public(client: FlaskClient) -> None:
    assert "Fassung 11.2026" in text(client.get("/hausregeln"))


def test_the_paths_in_letters_lead_to_their_pages(app: Flask) -> None:
    with app.test_request_context():
        bound = app.url_map.bind("localhost")
        assert bound.match(sign_up.CONFIRM_PATH.format(token="x"))[0] == "sign_up.confirm"
        assert bound.match(sign_up.SIGN_IN_PATH)[0] == "accounts.sign_in"
        assert bound.match(sign_up.STATUS_PATH)[0].startswith("verification.")


def test_searching_and_choosing_cost_a_constant_number_of_queries(
    client: FlaskClient, town: Town, sign_in: Callable[..., Any]
) -> None:
    client.get("/registrieren?q=ellern")
    for address in ("/registrieren?q=ellern", f"/registrieren?stadt={town.ags}"):
        with counted_queries() as queries:
            client.get(address)
        assert len(queries) <= 1, address
