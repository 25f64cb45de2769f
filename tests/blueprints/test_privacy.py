"""The pages about the own data."""

from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Account, AccountSession
from kleinstadt_net.services.inactivity import PURPOSE
from tests.blueprints.test_accounts import send
from tests.factories import OneTimeLinkFactory
from tests.support.cast import Cast


def test_a_person_reads_and_takes_along_what_is_stored(client: FlaskClient, cast: Cast, sign_in: Any) -> None:
    sign_in(client, cast.mayor)
    page = client.get("/konto/meine-daten")
    assert (
        cast.mayor.email in page.text
        and "Ihr Konto" in page.text
        and page.headers["Cache-Control"] == "no-store"
    )
    file = client.get("/konto/meine-daten.json")
    assert file.mimetype == "application/json" and cast.mayor.email in file.text


def test_both_need_a_sign_in_of_just_now(client: FlaskClient, cast: Cast, sign_in: Any) -> None:
    sign_in(client, cast.mayor)
    db.session.execute(update(AccountSession).values(reauthenticated_at=clock.now() - timedelta(minutes=16)))
    for path in ("/konto/meine-daten", "/konto/meine-daten.json", "/konto/loeschen"):
        assert client.get(path).location.startswith("/konto/bestaetigen")


def test_a_person_deletes_her_account_after_saying_that_she_is_sure(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    email = cast.mayor.email
    sign_in(client, cast.mayor)
    assert "Sie tragen allein die Verantwortung" in client.get("/konto/loeschen").text
    assert send(client, "/konto/loeschen").status_code == 422
    assert send(client, "/konto/loeschen", sure="y").location == "/"
    assert client.get("/konto").status_code == 302
    assert db.session.scalar(select(Account.id).where(Account.email == email)) is None


def test_a_warning_s_link_shows_first_and_keeps_the_account_on_a_click(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    OneTimeLinkFactory(token="abc", purpose=PURPOSE, account_id=cast.mayor.id)
    assert "Ich bin noch dabei" in client.get("/dabei/abc").text
    assert "Schön, dass Sie bleiben" in send(client, "/dabei/abc").text
    assert client.get("/dabei/abc").status_code == 404
