"""The public pages."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kleinstadt_net.register_data import sources
from kleinstadt_net.services import installation
from kleinstadt_net.vocabulary import THESES, THESES_SOURCE, TOPICS
from tests.factories import SectionFactory, StanceFactory

PAGES = ["/", "/so-funktioniert-es", "/thesen", "/impressum", "/datenschutz", "/barrierefreiheit", "/quellen"]
MISSING = "Diese Angabe fehlt noch."
OPERATOR = {
    "operator_name": "Akademie kleiner Städte",
    "operator_address": "Marktplatz 1|99999 Ellernrode",
    "operator_email": "post@akademie.example",
    "operator_phone": "01234 56789",
    "operator_representative": "Kim Muster",
    "operator_privacy_contact": "datenschutz@akademie.example",
    "operator_supervisory_authority": "Landesbeauftragte für den Datenschutz",
    "operator_enforcement_body": "Durchsetzungsstelle des Landes",
}


@pytest.mark.parametrize("address", PAGES)
def test_anybody_may_read_it(address: str, client: FlaskClient) -> None:
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("key", THESES)
def test_every_thesis_has_its_page_with_its_source(key: str, client: FlaskClient) -> None:
    response = client.get(f"/thesen/{key}")

    assert response.status_code == 200
    assert f"<h1>{THESES[key].title}</h1>" in response.text
    assert "Was damit gemeint ist" in response.text
    assert THESES_SOURCE in response.text


@pytest.mark.parametrize("key", TOPICS)
def test_every_topic_has_its_page(key: str, client: FlaskClient) -> None:
    response = client.get(f"/themen/{key}")
    assert response.status_code == 200
    assert f"<h1>{TOPICS[key].title}</h1>" in response.text


def test_a_subject_at_the_wrong_address_is_shown_the_right_one(client: FlaskClient) -> None:
    assert client.get("/themen/t01").location == "/thesen/t01"
    assert client.get("/thesen/waerme").location == "/themen/waerme"


@pytest.mark.parametrize("address", ["/thesen/t11", "/themen/nichts", "/thesen/T01", "/thesen/%00"])
def test_an_unknown_subject_is_not_found(address: str, client: FlaskClient) -> None:
    assert client.get(address).status_code == 404


def test_the_start_page_promises_and_offers_one_thing_to_do(client: FlaskClient) -> None:
    page = client.get("/").text
    assert "hat eine andere Kleinstadt vielleicht schon gelöst" in page
    assert page.count("kern-btn--primary") == 1
    assert "Stadt finden" in page


def test_a_need_changes_nothing_a_visitor_sees(client: FlaskClient, cast: Any) -> None:
    before = [client.get(address).text for address in ("/", "/thesen", "/thesen/t03")]
    StanceFactory(town_id=cast.town.id, subject="t03", state="seeking")
    assert [client.get(address).text for address in ("/", "/thesen", "/thesen/t03")] == before


def test_a_thesis_page_names_towns_that_can_show_it(client: FlaskClient, cast: Any) -> None:
    assert "Noch hat sich keine Stadt gemeldet" in client.get("/thesen/t03").text
    StanceFactory(town_id=cast.town.id, subject="t03", state="strength")
    StanceFactory(town_id=cast.other_town.id, subject="t03", state="in_progress")
    installation.touch_towns([cast.town.id, cast.other_town.id])

    page = client.get("/thesen/t03").text
    shows, works = page.index(cast.town.name), page.index(cast.other_town.name)
    assert (
        page.index("Diese Städte können es zeigen")
        < shows
        < page.index("Diese Städte arbeiten daran")
        < works
    )
    assert "Selbsteinschätzung" in page


def test_a_confirmed_town_sees_who_seeks_advice_and_what_it_says_itself(
    client: FlaskClient, cast: Any, sign_in: Callable[..., Any]
) -> None:
    StanceFactory(town_id=cast.other_town.id, subject="waerme", state="seeking", sentence="Wer hat ein Netz?")
    StanceFactory(town_id=cast.town.id, subject="waerme", state="strength")
    installation.touch_towns([cast.town.id, cast.other_town.id])
    assert "Wer hat ein Netz?" not in client.get("/themen/waerme").text
    sign_in(client, cast.mayor)
    page = client.get("/themen/waerme").text
    assert "Diese Städte suchen Rat" in page and "Wer hat ein Netz?" in page
    assert "Ellernrode sagt dazu: <strong>Das können wir zeigen</strong>" in page
    assert "Ellernrode hat dazu noch nichts angegeben." in client.get("/themen/sport").text


def test_a_thesis_page_shows_what_towns_write_about_it(client: FlaskClient, cast: Any) -> None:
    StanceFactory(town_id=cast.town.id, subject="t03", state="strength")
    SectionFactory(town_id=cast.town.id, thesis="t03")
    installation.touch_town(cast.town.id)
    page = client.get("/thesen/t03").text
    assert "Was Städte dazu schreiben" in page and "immer im <strong>Bürgerhaus</strong>" in page


def test_legal_pages_carry_the_operator_s_entries(make_app: Callable[..., Flask]) -> None:
    app = make_app(**OPERATOR)
    with app.app_context():
        client = app.test_client()
        imprint, privacy, accessibility = (
            client.get(address).text for address in ("/impressum", "/datenschutz", "/barrierefreiheit")
        )

    assert "Marktplatz 1<br>99999 Ellernrode" in imprint
    assert OPERATOR["operator_representative"] in imprint
    assert OPERATOR["operator_supervisory_authority"] in privacy
    assert OPERATOR["operator_enforcement_body"] in accessibility
    assert "mailto:post@akademie.example" in accessibility
    assert MISSING not in imprint + privacy + accessibility


@pytest.mark.parametrize("address", ["/impressum", "/datenschutz", "/barrierefreiheit"])
def test_only_the_operator_learns_which_setting_is_missing(
    address: str, client: FlaskClient, cast: Any, sign_in: Callable[..., Any]
) -> None:
    visitor = client.get(address).text
    assert MISSING in visitor
    assert "OPERATOR_" not in visitor

    sign_in(client, cast.operator)
    assert "Bitte setzen Sie OPERATOR_" in client.get(address).text


def test_every_source_of_the_register_is_named_with_its_licence(client: FlaskClient) -> None:
    page = client.get("/quellen").text
    for source in sources().values():
        assert source.attribution in page
        assert source.licence_url in page
