"""The frame of every page: navigation by person, demonstration notice, words for operators."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kleinstadt_net.database import db
from kleinstadt_net.services import installation
from kleinstadt_net.vocabulary import DEMONSTRATION_NOTICE
from kleinstadt_net.web.context import FOR_OPERATORS, FOR_OTHERS, FOR_TOWNS, FOR_VISITORS
from tests.support.proofreading import Element, _Reader


def links(html: str, landmark: str = "Hauptnavigation") -> list[str]:
    """The words of the first navigation of this name, in order."""
    reader = _Reader()
    reader.feed(html)
    found: list[Element] = [e for e in reader.elements if e.attributes.get("aria-label") == landmark]
    return [child.text.strip() for child in found[0].children if child.tag == "a"]


def labels(*items: Any) -> list[str]:
    return [item.label for group in items for item in group]


def test_a_visitor_is_shown_the_public_side(client: FlaskClient) -> None:
    page = client.get("/thesen").text
    assert links(page) == labels(FOR_VISITORS)
    assert "Abmelden" not in page


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("mayor", labels(FOR_TOWNS)),
        ("colleague", labels(FOR_TOWNS)),
        ("unverified", labels(FOR_OTHERS)),
        ("suspended", labels(FOR_OTHERS)),
        ("operator", labels(FOR_OTHERS, FOR_OPERATORS)),
    ],
)
def test_everyone_signed_in_finds_what_they_may_use(
    who: str, expected: list[str], client: FlaskClient, cast: Any, sign_in: Callable[..., Any]
) -> None:
    sign_in(client, getattr(cast, who))
    page = client.get("/thesen").text

    assert links(page) == expected
    assert "Abmelden" in page


def test_the_page_shown_is_marked_in_the_navigation(client: FlaskClient) -> None:
    assert '<a href="/thesen" aria-current="page">Thesen</a>' in client.get("/thesen").text
    assert 'aria-current="page">Thesen' not in client.get("/impressum").text


def test_the_town_and_the_person_stand_in_the_header(
    client: FlaskClient, cast: Any, sign_in: Callable[..., Any]
) -> None:
    sign_in(client, cast.mayor)
    page = client.get("/thesen").text
    assert cast.town.name in page
    assert "Für eine andere Stadt handeln" not in page


def test_reading_sets_no_cookie(client: FlaskClient) -> None:
    for address in ("/", "/thesen", "/datenschutz", "/gibt-es-nicht"):
        assert "Set-Cookie" not in client.get(address).headers


def test_a_demonstration_says_so_on_every_page_and_asks_not_to_be_found(client: FlaskClient) -> None:
    assert DEMONSTRATION_NOTICE not in client.get("/thesen").text
    installation.set_kind(installation.DEMONSTRATION)
    db.session.commit()

    for address in ("/", "/thesen", "/impressum", "/gibt-es-nicht"):
        page = client.get(address).text
        assert DEMONSTRATION_NOTICE in page
        assert 'content="noindex, nofollow"' in page


def test_the_footer_leads_to_what_the_law_and_fairness_ask_for(client: FlaskClient) -> None:
    assert links(client.get("/thesen").text, "Rechtliches und Herkunft") == [
        "Impressum",
        "Datenschutz",
        "Barrierefreiheit",
        "Inhalt melden",
        "Quellen der Daten",
        "Das Netz in Zahlen",
        "Quelltext",
    ]


def test_the_name_of_the_network_is_a_setting(make_app: Callable[..., Flask]) -> None:
    app = make_app(network_name="Netz & Werk")
    with app.app_context():
        page = app.test_client().get("/thesen").text
    assert "Netz &amp; Werk" in page
    assert "Kleinstadtnetz" not in page


def test_the_main_part_can_be_reached_first(client: FlaskClient) -> None:
    page = client.get("/thesen").text
    assert page.index('href="#inhalt"') < page.index("<header")
    assert '<main id="inhalt"' in page
