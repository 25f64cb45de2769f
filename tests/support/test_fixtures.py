"""The suite's own machinery: a stray letter fails, requests are strangers to the test, databases are fresh."""

import smtplib
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask, Response
from flask_login import current_user

from kleinstadt_net.database import db
from kleinstadt_net.models import Town
from kleinstadt_net.security.access import PUBLIC, SIGNED_IN, access
from tests.factories import TownFactory
from tests.support.cast import Cast
from tests.support.client import ProofReadingClient
from tests.support.smtp import PostOffice, Watch


def plain(text: str) -> Response:
    return Response(text, mimetype="text/plain")


def message() -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "a@netz.example", "b@rathaus.example", "Grüße"
    made.set_content("Guten Tag")
    return made


def test_the_post_office_keeps_what_arrives(smtp: PostOffice) -> None:
    with smtplib.SMTP(smtp.host, smtp.port) as connection:
        connection.send_message(message())

    assert [letter["Subject"] for letter in smtp.messages] == ["Grüße"]
    assert smtp.to("b@rathaus.example") and not smtp.to("c@rathaus.example")
    assert smtp.connections == 1


def test_the_post_office_can_refuse(smtp: PostOffice) -> None:
    smtp.on_data = lambda address: "451 4.3.0 later"
    with smtplib.SMTP(smtp.host, smtp.port) as connection, pytest.raises(smtplib.SMTPDataError):
        connection.send_message(message())

    assert smtp.messages == []


def test_nobody_listens_at_a_closed_port(smtp: PostOffice) -> None:
    with pytest.raises(ConnectionRefusedError):
        smtplib.SMTP("127.0.0.1", smtp.closed_port())


def test_a_letter_sent_without_leave_is_noticed(
    monkeypatch: pytest.MonkeyPatch, post_office: PostOffice
) -> None:
    watch = Watch()
    watch.install(monkeypatch.setattr)

    with pytest.raises(ConnectionRefusedError, match="no test allowed"):
        smtplib.SMTP(post_office.host, post_office.port)
    assert watch.strays == [f"{post_office.host}:{post_office.port}"]


def test_signing_in_lasts_and_nobody_else_is_signed_in(
    app: Flask, client: ProofReadingClient, cast: Cast, sign_in: Callable[..., Any]
) -> None:
    app.add_url_rule("/wer", "who", access(SIGNED_IN)(lambda: plain(current_user.email)))
    sign_in(client, cast.mayor)

    assert [client.get("/wer").text for _ in range(2)] == [cast.mayor.email] * 2
    assert app.test_client().get("/wer").status_code == 302
    assert not current_user


def test_a_request_sees_what_the_test_wrote_and_the_test_what_the_request_wrote(
    app: Flask, client: ProofReadingClient
) -> None:
    town = TownFactory(name="Ellernrode")

    def rename() -> Response:
        found = db.session.get_one(Town, town_id)
        found.name = found.name.upper()
        db.session.commit()
        return plain(found.name)

    town_id = town.id
    app.add_url_rule("/umbenennen", "rename", access(PUBLIC)(rename))

    assert client.get("/umbenennen").text == "ELLERNRODE"
    assert town.name == "ELLERNRODE"


def test_a_bad_page_fails_the_test_that_asked_for_it(app: Flask, client: ProofReadingClient) -> None:
    app.add_url_rule("/schlecht", "bad", access(PUBLIC)(lambda: "<p>Hallo"))

    with pytest.raises(AssertionError, match="one <h1> wanted"):
        client.get("/schlecht")
    with client.unread() as careless:
        assert careless.get("/schlecht").status_code == 200


@pytest.mark.both_databases
@pytest.mark.parametrize("time", ["first", "second"])
def test_every_test_begins_with_an_empty_register(app: Flask, time: str) -> None:
    assert db.session.query(Town).count() == 0
    TownFactory()
