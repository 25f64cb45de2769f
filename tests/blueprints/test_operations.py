"""Health, the operator's desk, and the mailbox that exists in development only."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from kleinstadt_net import clock
from kleinstadt_net.jobs import JOBS
from kleinstadt_net.services import job_runs
from tests.support.cast import Cast


def test_health_is_red_until_every_job_came_by(client: FlaskClient) -> None:
    assert client.get("/healthz").status_code == 503
    for job in JOBS:
        job_runs.beat(job.name, clock.now())
    assert client.get("/healthz").status_code == 200


def test_the_operator_is_shown_which_settings_are_missing(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    sign_in(client, cast.operator)
    page = client.get("/betrieb").get_data(as_text=True)
    assert "OPERATOR_NAME" in page and "OPERATOR_ENFORCEMENT_BODY" in page


def test_the_mailbox_exists_in_development_only(client: FlaskClient, make_app: Callable[..., Flask]) -> None:
    assert client.get("/postfach").status_code == 404
    development = make_app("development").test_client()
    page = development.get("/postfach")
    assert page.status_code == 200 and "Das Postfach ist leer." in page.get_data(as_text=True)
    assert development.get("/postfach/gibt-es-nicht").status_code == 404
