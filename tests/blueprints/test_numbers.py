"""Pages: the numbers of a period, for the operator and whoever pays."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient, FlaskCliRunner
from time_machine import travel

from kleinstadt_net.documents import pdf
from tests.factories import QuestionFactory
from tests.support.cast import Cast

PAGE = "/betrieb/zahlen"


@pytest.fixture
def operator(client: FlaskClient, cast: Cast, sign_in: Callable[..., Any]) -> FlaskClient:
    sign_in(client, cast.operator)
    return client


@pytest.fixture
def _six_questions(cast: Cast) -> None:
    for _ in range(6):
        QuestionFactory(town=cast.town)


@pytest.mark.usefixtures("_six_questions")
def test_the_operator_reads_this_year_or_another_period_and_takes_it_along(
    operator: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = operator.get(PAGE).text
    assert "Alle Städte zusammen" in page and "Nach Bundesländern" in page and "unter 5" in page
    assert '<th scope="row">Fragen</th><td class="kn-counts__value">6</td>' in page
    before = operator.get(f"{PAGE}?von=2025-01&bis=2025-03").text
    assert "Januar 2025 bis März 2025" in before
    assert '<th scope="row">Fragen</th><td class="kn-counts__value">0</td>' in before
    table = operator.get(f"{PAGE}.csv?von=2025-01&bis=2025-03")
    assert (
        table.mimetype == "text/csv"
        and "zahlen-2025-01-bis-2025-03.csv" in table.headers["Content-Disposition"]
    )
    assert operator.get(f"{PAGE}.csv?von=x&bis=2025-03").status_code == 404
    monkeypatch.setattr(pdf, "is_available", lambda: False)
    assert operator.get(f"{PAGE}.pdf?von=2025-01&bis=2025-03").location == f"{PAGE}?von=2025-01&bis=2025-03"
    assert "PDF ist auf diesem Server nicht eingerichtet" in operator.get(PAGE).text


def test_a_wrong_period_is_said_and_stays_in_the_form(client: FlaskClient, cast: Cast, sign_in: Any) -> None:
    with travel("2026-11-24 12:00 +0100", tick=False):
        sign_in(client, cast.operator)
        for query, message in (
            ("von=2026-06&bis=2026-05", "Der letzte Monat liegt vor dem ersten."),
            ("von=2026-06&bis=2026-12", "Dieser Monat hat noch nicht begonnen."),
            ("von=2016-06&bis=2026-05", "Bitte wählen Sie weniger als 10 Jahre."),
            ("von=Juni&bis=2026-05", "Bitte geben Sie den Monat so an: 2026-11."),
        ):
            answer = client.get(f"{PAGE}?{query}")
            assert answer.status_code == 422 and message in answer.text
            assert f'value="{query[4:].partition("&")[0]}"' in answer.text and "<table" not in answer.text


def test_the_numbers_are_the_operator_s_alone(client: FlaskClient, cast: Cast, sign_in: Any) -> None:
    sign_in(client, cast.mayor)
    for ending in ("", ".csv", ".pdf"):
        assert client.get(PAGE + ending).status_code == 404


@pytest.mark.usefixtures("_six_questions")
def test_the_command_writes_the_same_table(operator: FlaskClient, runner: FlaskCliRunner) -> None:
    written = runner.invoke(args=["numbers", "export", "--from", "2026-01", "--to", "2026-06"])
    page = operator.get(f"{PAGE}.csv?von=2026-01&bis=2026-06").text
    assert written.exit_code == 0 and written.stdout.splitlines() == page.splitlines()
    wrong = runner.invoke(args=["numbers", "export", "--from", "2026-06", "--to", "2026-01"])
    assert wrong.exit_code == 1 and "the first is not after the last" in wrong.stderr
