"""Signing in and out on the web, with what strangers may try."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from time_machine import travel

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Account, AccountSession, Letter
from kleinstadt_net.security import access, identity
from kleinstadt_net.security.passwords import hash_password
from kleinstadt_net.services import accounts, email_change, second_factor
from kleinstadt_net.services import sign_in as sign_in_service
from tests.factories import AccountFactory, ExchangeFactory, MembershipFactory
from tests.support.cast import Cast
from tests.support.client import ProofReadingClient

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


def test_signing_in_leads_somebody_who_waits_to_where_the_claim_stands(
    client: FlaskClient, cast: Cast
) -> None:
    made = accounts.create(cast.unverified.email, is_operator=False)
    accounts.set_password(made.token, PASSWORD)
    entered = send(client, "/anmelden", email=cast.unverified.email, password=PASSWORD)
    assert entered.location == "/stadt-bestaetigen"


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
    [
        "https://evil.example/",
        "https:evil.example",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "/\t/evil.example",
        "/%09/evil.example/../..//x",
        "javascript:alert(1)",
        " //evil.example",
    ],
)
def test_signing_in_never_leads_to_another_host(client: FlaskClient, mayor: str, target: str) -> None:
    response = send(client, "/anmelden", email=mayor, password=PASSWORD, weiter=target)
    # What holds control characters is not even taken as a form.
    location = response.location or "/"
    assert response.status_code in {302, 422} and not urlsplit(location).netloc
    assert "evil" not in location or location.startswith("/%09/")


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
    until = datetime(2026, 12, 1, 13, 32, tzinfo=UTC)

    def refuse(*arguments: object) -> None:
        raise sign_in_service.TooManyAttempts(until)

    monkeypatch.setattr(sign_in_service, "with_password", refuse)
    response = send(client, "/anmelden", email="a@b.example", password="falsch")
    assert response.status_code == 429 and "Retry-After" in response.headers
    assert "um 14:32 Uhr noch einmal" in response.get_data(as_text=True)


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
    for name in ("www.werbung.example", "Karla\r\nBcc: alle", "K<b>"):
        assert (
            send(client, "/konto", salutation="", first_name=name, last_name="Brandtner").status_code == 422
        )
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


def test_a_letters_link_for_another_of_ones_towns_offers_to_act_for_that_town(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    second = MembershipFactory(account=cast.mayor).town
    address = f"/gespraeche/{ExchangeFactory(peer=second).id}"
    sign_in(client, cast.mayor)
    missing = client.get(f"{address}?seite=1")
    page = missing.get_data(as_text=True)
    assert missing.status_code == 404 and f"Für {second.name} ansehen" in page
    assert f"Für {cast.town.name} ansehen" not in page
    csrf = re.findall(r'name="csrf_token" value="([^"]*)"', page)[0]
    switch = {"csrf_token": csrf, "ags": second.ags}
    elsewhere = client.post("/stadt-wechseln", data={**switch, "weiter": "//fremd.example/"})
    assert elsewhere.location == "/uebersicht"
    there = client.post("/stadt-wechseln", data={**switch, "weiter": address})
    assert there.location == address and client.get(address).status_code == 200
    # Whoever acts for one town, and a page that asks for none, are not asked.
    assert "andere Ihrer Städte" not in client.get("/stadt/unbekannt-12345678").get_data(as_text=True)
    sign_in(client, cast.colleague)
    assert "andere Ihrer Städte" not in client.get(address).get_data(as_text=True)


def test_signing_out_everywhere_ends_other_browsers_too(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    other = client.application.test_client()
    for browser in (client, other):
        sign_in(browser, cast.mayor)
    client.post("/ueberall-abmelden", data={"csrf_token": token(client, "/konto/sitzungen")})
    assert other.get("/konto").status_code == 302


def test_an_account_without_a_password_is_not_opened_by_an_empty_one(client: FlaskClient) -> None:
    account = AccountFactory()
    assert send(client, "/anmelden", email=account.email, password="").status_code == 422


RECENT_PAGES = ("/konto/e-mail", "/konto/passwort", "/konto/zweiter-faktor")


def grow_old(row: AccountSession) -> None:
    row.reauthenticated_at = clock.now() - access.RECENT - timedelta(seconds=1)
    db.session.commit()


def test_what_opens_an_account_is_changed_only_by_whoever_signed_in_recently(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    cast.mayor.password_hash = hash_password(PASSWORD)
    row = sign_in(client, cast.mayor)
    assert [client.get(page).status_code for page in RECENT_PAGES] == [200] * 3
    grow_old(row)
    for page in RECENT_PAGES:
        assert client.get(page).location == f"/konto/bestaetigen?weiter={page}"
    csrf = token(client, "/konto")
    late = client.post(
        "/konto/passwort", data={"csrf_token": csrf}, headers={"Referer": "http://localhost/konto/passwort"}
    )
    assert late.location == "/konto/bestaetigen?weiter=/konto/passwort&erneut=ja"
    assert "noch nicht übernommen" in client.get(late.location).get_data(as_text=True)
    foreign = client.post(
        "/konto/passwort", data={"csrf_token": csrf}, headers={"Referer": "http://evil.example/x"}
    )
    assert foreign.location == "/konto/bestaetigen?erneut=ja"
    assert send(client, late.location, secret="falsch").status_code == 422
    assert send(client, late.location, secret=PASSWORD).location == "/konto/passwort"
    assert client.get("/konto/passwort").status_code == 200
    assert send(client, "/konto/bestaetigen?weiter=//evil.example", secret=PASSWORD).location == "/konto"


def test_a_new_password_signs_out_all_other_browsers(client: FlaskClient, cast: Cast, sign_in: Any) -> None:
    other = client.application.test_client()
    for browser in (client, other):
        sign_in(browser, cast.mayor)
    weak = send(client, "/konto/passwort", password="passwort12345", repeated="passwort12345")
    assert weak.status_code == 422 and "leicht zu erraten" in weak.get_data(as_text=True)
    fresh = "die muehle klappert seit gestern leiser"
    assert send(client, "/konto/passwort", password=fresh, repeated=fresh).location == "/konto"
    assert client.get("/konto").status_code == 200 and other.get("/konto").status_code == 302


def test_the_second_step_is_set_up_asked_for_and_turned_off(client: FlaskClient, mayor: str) -> None:
    send(client, "/anmelden", email=mayor, password=PASSWORD)
    client.post("/konto/zweiter-faktor/beginnen", data={"csrf_token": token(client, "/konto/zweiter-faktor")})
    page = client.get("/konto/zweiter-faktor/einrichten").get_data(as_text=True)
    assert "<svg" in page and "style=" not in page.partition("<main")[2]
    account = db.session.scalars(select(Account).where(Account.email == mayor)).one()
    assert account.totp_secret is not None
    totp = pyotp.TOTP(account.totp_secret)
    assert send(client, "/konto/zweiter-faktor/einrichten", code="000000").status_code == 422
    codes = send(client, "/konto/zweiter-faktor/einrichten", code=totp.now()).get_data(as_text=True)
    paper = re.findall(r"<code>([a-z0-9-]{11})</code>", codes)
    assert len(paper) == 10
    client.post("/abmelden", data={"csrf_token": token(client, "/konto")})
    assert client.get("/anmelden/code").status_code == 410
    first = send(client, "/anmelden", email=mayor, password=PASSWORD, weiter="/konto")
    assert first.location == "/anmelden/code" and client.get("/konto").status_code == 302
    assert send(client, "/anmelden/code", code="000000").status_code == 422
    assert send(client, "/anmelden/code", code=paper[0]).location == "/konto"
    off = {"csrf_token": token(client, "/konto/zweiter-faktor")}
    assert client.post("/konto/zweiter-faktor/ausschalten", data=off).location == "/konto/zweiter-faktor"
    assert not second_factor.state(account.id).is_on


def test_own_sessions_are_listed_and_only_they_can_be_ended(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    other, foreign = client.application.test_client(), client.application.test_client()
    sign_in(client, cast.mayor)
    row, stranger = sign_in(other, cast.mayor), sign_in(foreign, cast.stranger)
    row.device = "Edge auf Windows"
    page = client.get("/konto/sitzungen").get_data(as_text=True)
    assert "Edge auf Windows" in page and page.count("(dieser hier)") == 1
    csrf = {"csrf_token": token(client, "/konto/sitzungen")}
    assert client.post(f"/konto/sitzungen/{stranger.id}/beenden", data=csrf).status_code == 404
    assert client.post(f"/konto/sitzungen/{row.id}/beenden", data=csrf).status_code == 302
    assert other.get("/konto").status_code == 302 and foreign.get("/konto").status_code == 200


def test_a_browser_left_alone_is_signed_out_and_an_operator_s_the_same_day(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    operators = client.application.test_client()
    sign_in(client, cast.mayor)
    sign_in(operators, cast.operator)
    start = clock.now()
    for days in (10, 20):
        with travel(start + timedelta(days=days), tick=False):
            assert client.get("/konto").status_code == 200
    with travel(start + timedelta(days=20 + identity.IDLE_DAYS, minutes=20), tick=False):
        assert client.get("/konto").status_code == 302
    with travel(start + identity.OPERATOR_IDLE + timedelta(minutes=1), tick=False):
        assert operators.get("/konto").status_code == 302


def test_the_day_of_use_is_noted_by_a_form_and_never_by_reading(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    row = sign_in(client, cast.mayor)
    day_before = clock.today() - timedelta(days=1)
    db.session.execute(update(AccountSession).values(seen_on=day_before))
    client.get("/konto")
    db.session.refresh(row)
    assert row.seen_on == day_before
    send(client, "/konto", salutation="", first_name="Karla", last_name="B")
    db.session.refresh(row)
    assert row.seen_on == clock.today()


def test_a_forgotten_password_gets_the_same_answer_for_known_and_unknown_addresses(
    client: FlaskClient, mayor: str
) -> None:
    page = re.compile(r'value="[^"]*"')
    known, unknown = (
        page.sub("", send(client, "/passwort-vergessen", email=email).get_data(as_text=True))
        for email in (mayor, "niemand@ellernrode.example")
    )
    assert known == unknown
    assert send(client, "/passwort-vergessen", email="kein Postfach").status_code == 422


def test_letters_never_name_the_host_a_visitor_claims(make_app: Callable[..., Flask], cast: Cast) -> None:
    app = make_app(public_url="https://netz.example", trusted_hosts="netz.example,evil.example")
    browser = app.test_client()
    form = browser.get("/passwort-vergessen", headers={"Host": "evil.example"}).get_data(as_text=True)
    csrf = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', form)[0]
    answer = browser.post(
        "/passwort-vergessen",
        data={"csrf_token": csrf, "email": cast.mayor.email},
        headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"},
    )
    assert answer.status_code == 200
    letter = db.session.scalars(select(Letter.content)).one().decode()
    assert "https://netz.example/passwort/" in letter.replace("=\n", "") and "evil" not in letter


def test_the_new_address_is_taken_by_a_post_alone(client: FlaskClient, cast: Cast, sign_in: Any) -> None:
    sign_in(client, cast.mayor)
    assert send(client, "/konto/e-mail", email="ohne-at").status_code == 422
    assert send(client, "/konto/e-mail", email="neu@ellernrode.example").location == "/konto"
    letter = db.session.scalars(select(Letter.content)).one().decode().replace("=\n", "")
    found = re.search(r"/konto/e-mail/[\w-]{32}", letter)
    assert found is not None
    assert client.get(found[0]).status_code == client.get(found[0]).status_code == 200
    assert send(client, found[0]).location == "/konto"
    used = client.get(found[0])
    assert used.status_code == 404 and "Haben Sie die neue Adresse schon bestätigt" in used.get_data(
        as_text=True
    )
    assert "neu@ellernrode.example" in client.get("/konto").get_data(as_text=True)


def test_in_production_operators_need_the_second_step_and_cookies_are_bound_to_the_host(
    make_app: Callable[..., Flask], cast: Cast
) -> None:
    app = make_app(
        "production", public_url="https://netz.example", operator_email="post@netz.example",
        secret_key="x" * 40, mail_default_sender="Netz <post@netz.example.org>",
    )  # fmt: skip
    cast.operator.password_hash = hash_password(PASSWORD)
    browser, secure = app.test_client(), {"base_url": "https://netz.example"}
    csrf = re.findall(
        r'name="csrf_token"[^>]*value="([^"]+)"', browser.get("/anmelden", **secure).get_data(as_text=True)
    )[0]
    entered = browser.post(
        "/anmelden",
        data={"csrf_token": csrf, "email": cast.operator.email, "password": PASSWORD},
        headers={"Referer": "https://netz.example/anmelden"},
        **secure,
    )
    cookies = entered.headers.getlist("Set-Cookie")
    assert sorted(cookie.partition("=")[0] for cookie in cookies) == ["__Host-device", "__Host-session"]
    for cookie in cookies:
        assert all(part in cookie for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
        assert "Domain" not in cookie
    asked = browser.get("/betrieb", **secure)
    assert (
        asked.location == "/konto/zweiter-faktor" and "max-age" in asked.headers["Strict-Transport-Security"]
    )
    text = browser.get("/.well-known/security.txt", **secure).get_data(as_text=True)
    assert "Contact: mailto:post@netz.example" in text
    assert "Canonical: https://netz.example/.well-known/security.txt" in text


def test_paths_in_letters_are_routes(app: Flask) -> None:
    for path in (email_change.EMAIL_PATH, accounts.PASSWORD_PATH):
        assert app.url_map.bind("localhost").match(path.format(token="x"), method="POST")


def test_visitors_pages_and_files_set_no_cookie(client: ProofReadingClient, cast: Cast, sign_in: Any) -> None:
    assert "Set-Cookie" not in client.get("/impressum").headers
    sign_in(client, cast.mayor)
    assert "Set-Cookie" not in client.get("/static/icon.svg").headers
