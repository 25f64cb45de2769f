"""The log tells what happened and never about whom."""

import logging
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from structlog.stdlib import ProcessorFormatter

from kleinstadt_net.database import db
from tests.factories import LetterFactory
from tests.house.world import World, routes
from tests.support.client import ProofReadingClient
from tests.support.smtp import PostOffice


@pytest.fixture
def log(app: Flask) -> StringIO:
    """What the application would write to standard error, in its own format."""
    written = StringIO()
    ours = [h for h in logging.getLogger().handlers if isinstance(h.formatter, ProcessorFormatter)]
    assert len(ours) == 1
    assert isinstance(ours[0], logging.StreamHandler)
    ours[0].setStream(written)
    return written


def test_a_signed_in_visit_to_every_page_leaves_no_personal_data(
    app: Flask,
    client: ProofReadingClient,
    world: World,
    sign_in: Callable[..., Any],
    log: StringIO,
) -> None:
    person = world.cast.mayor
    secrets = (
        person.email,
        person.last_name,
        world.subscription.token,
        world.answer_token,
        world.password_token,
        world.still_here_token,
        world.sign_up_token,
        world.email_token,
    )
    sign_in(client, person)
    for route in routes(app, "GET"):
        client.get(world.url(app, route))

    written = log.getvalue()
    assert '"request_id"' in written
    assert not [secret for secret in secrets if secret in written]


def test_a_letter_sent_and_one_refused_leave_no_address(
    app: Flask, runner: FlaskCliRunner, smtp: PostOffice, log: StringIO
) -> None:
    letters = [LetterFactory(subject="Ein vertraulicher Betreff") for _ in range(2)]
    addresses = [letter.recipient for letter in letters]
    smtp.on_recipient = lambda address: f"550 5.1.1 <{address}> unknown" if address == addresses[1] else None
    db.session.commit()

    runner.invoke(args=["letters", "deliver"])

    written = log.getvalue()
    assert '"level"' in written
    assert len(smtp.to(addresses[0])) == 1
    assert not [word for word in (*addresses, "vertraulich") if word in written]
