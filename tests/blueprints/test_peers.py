"""The page Passende Städte: for verified people, filters in the address, words instead of numbers."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from kleinstadt_net.models import Town
from kleinstadt_net.services.peers import PAGE_SIZE
from tests.factories import StanceFactory, TownFactory, TownFigureFactory
from tests.support.cast import Cast
from tests.support.statements import counted_queries

PAGE = "/passende-staedte"


@pytest.fixture
def mayor(client: FlaskClient, cast: Cast, sign_in: Any) -> FlaskClient:
    sign_in(client, cast.mayor)
    return client


def town(name: str, **given: Any) -> Town:
    made: Town = TownFactory(name=name, **given)
    TownFigureFactory(town=made, population=12_000)
    return made


def text(client: FlaskClient, address: str = PAGE, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return response.get_data(as_text=True)


def test_a_visitor_is_asked_to_sign_in_and_an_unverified_person_is_told_why_not(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    assert client.get(PAGE).status_code == 302
    for account in (cast.unverified, cast.suspended):
        sign_in(client, account)
        assert client.get(PAGE).status_code == 403


def test_the_fit_is_given_in_words_with_the_reason(mayor: FlaskClient, cast: Cast) -> None:
    StanceFactory(town_id=cast.town.id, subject="waerme", state="in_progress")
    StanceFactory(town_id=cast.other_town.id, subject="waerme", state="in_progress")
    page = text(mayor)
    assert "eine gemeinsame Aufgabe" in page
    assert "Sie beide arbeiten an der Wärmewende." in page


def test_a_town_not_taking_part_is_labelled_as_compared_by_its_situation(mayor: FlaskClient) -> None:
    town("Oberdallen")
    page = text(mayor, PAGE + "?von=12.000&bis=12.000")
    assert "Ähnliche Ausgangslage" in page and "noch nicht dabei" in page
    assert "ab 12.000 Einwohnern" in page


def test_filters_stand_in_the_address_and_can_be_taken_away_one_by_one(
    mayor: FlaskClient, cast: Cast
) -> None:
    StanceFactory(town_id=cast.other_town.id, subject="innenstadt", state="strength")
    page = text(mayor, PAGE + "?thema=innenstadt&angabe=strength&dabei=y")
    assert "Eine Stadt" in page and "Lauenfurt" in page
    assert "?thema=innenstadt&amp;angabe=strength" in page
    assert '<option selected value="innenstadt">' in page


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("land=xx", "Diese Auswahl gibt es nicht"),
        ("thema=t01", "Diese Auswahl gibt es nicht"),
        ("these=innenstadt", "Diese Auswahl gibt es nicht"),
        ("angabe=begeistert", "Diese Auswahl gibt es nicht"),
        ("von=viele", "eine ganze Zahl"),
        ("von=-5", "eine ganze Zahl"),
        ("bis=99999999999999999999", "eine ganze Zahl"),
        ("von=5000&bis=4000", "kleiner als die bei"),
        ("umkreis=weit%00weg", "Zeichen, die sich nicht speichern lassen"),
        ("umkreis=%C2%B2", "eine ganze Zahl"),
    ],
)
def test_a_filter_nobody_understands_is_named_and_left_aside(
    mayor: FlaskClient, query: str, message: str
) -> None:
    page = text(mayor, f"{PAGE}?{query}")
    assert message in page
    assert "Lauenfurt" in page


@pytest.mark.parametrize("number", ["0", "-1", "zwei", "2", "99999999999"])
def test_a_page_that_does_not_exist_is_not_found(mayor: FlaskClient, number: str) -> None:
    assert "Seite" in text(mayor, f"{PAGE}?seite={number}", status=404)


def test_a_long_list_is_paged_and_keeps_its_filters(mayor: FlaskClient) -> None:
    for n in range(PAGE_SIZE + 2):
        town(f"Oberdallen {n}", land="03")
    page = text(mayor, PAGE + "?land=03&seite=2")
    assert page.count("noch nicht dabei") == 2
    assert "land=03&amp;seite=1" in page


def test_no_hit_says_how_to_widen(mayor: FlaskClient) -> None:
    page = text(mayor, PAGE + "?thema=innenstadt&land=14")
    assert "Auf alle gewählten Filter zusammen passt keine Stadt." in page
    assert "Alle Filter entfernen" in page


def test_a_town_without_statements_is_invited_to_make_some(mayor: FlaskClient) -> None:
    assert "Ellernrode hat noch nichts angegeben." in text(mayor)


def test_the_page_costs_at_most_eight_queries_with_the_account(mayor: FlaskClient) -> None:
    def queries() -> int:
        with counted_queries() as statements:
            text(mayor)
        return len(statements)

    for n in range(40):
        town(f"Oberdallen {n}", taking_part=n % 2 == 0)
    text(mayor)
    assert queries() <= 8
