"""Town pages and directory as visitors and verified towns see them."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from kleinstadt_net import clock
from kleinstadt_net.services import sections
from tests.factories import SectionFactory, StanceFactory, TownCodeFactory, TownFactory, TownFigureFactory
from tests.support.cast import Cast

VISITOR_PAGES = ("/", "/staedte", "/staedte?suche=ellern", "/thesen", "/themen/waerme", "/thesen/t03")


def address(cast: Cast) -> str:
    return f"/stadt/{cast.town.slug}-{cast.town.ags}"


def read(client: FlaskClient, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, path
    return response.get_data(as_text=True)


def test_a_town_page_names_date_and_source_of_every_figure(client: FlaskClient) -> None:
    town = TownFactory(name="Mühlenqualm")
    TownFigureFactory(town=town, population=12_345, source="Amt für Erfundenes", area_source="Landvermessung")
    page = read(client, f"/stadt/{town.slug}-{town.ags}")
    assert "12.345" in page and "am 31.12.2024, Amt für Erfundenes" in page and "Landvermessung" in page
    assert "noch nicht dabei" in page


def test_an_estimate_is_marked(client: FlaskClient) -> None:
    town = TownFactory()
    TownFigureFactory(town=town, quality="estimate", source="GeoNames, Schätzwert")
    assert ">Schätzwert</span>" in read(client, f"/stadt/{town.slug}-{town.ags}")


@pytest.mark.parametrize("text", ["99999999", "1234567", "١٢٣٤٥٦٧٨", "abcdefgh", "123456789"])
def test_what_is_no_town_is_not_found(client: FlaskClient, text: str) -> None:
    assert client.get(f"/stadt/ellernrode-{text}").status_code == 404


def test_a_wrong_name_and_a_former_key_lead_to_the_right_address(client: FlaskClient, cast: Cast) -> None:
    TownCodeFactory(town_id=cast.town.id, ags="98765432")
    for old in (f"/stadt/falsch-{cast.town.ags}", "/stadt/alter-name-98765432"):
        response = client.get(old)
        assert response.status_code == 301 and response.location == address(cast)


def test_adding_a_need_changes_no_visitor_page_by_a_byte(client: FlaskClient, cast: Cast) -> None:
    StanceFactory(town_id=cast.town.id, subject="waerme", state="strength")
    pages = (*VISITOR_PAGES, address(cast))
    before = [read(client, page) for page in pages]
    StanceFactory(town_id=cast.town.id, subject="innenstadt", state="seeking", sentence="Geheim")
    assert [read(client, page) for page in pages] == before


def test_adding_what_only_towns_may_read_changes_no_visitor_page_by_a_byte(
    client: FlaskClient, cast: Cast
) -> None:
    """Weaknesses, wishes, asks and sections for verified towns: to a section that is there, and to none."""
    long_ago = clock.today() - timedelta(days=90)
    strengths = [{"text": "Bahnhof"}]
    SectionFactory(town_id=cast.town.id, thesis="t01", fields={"strengths": strengths}, confirmed_on=long_ago)
    SectionFactory(
        town_id=cast.town.id, thesis="t09", visibility="verified", fields={}, confirmed_on=long_ago
    )
    pages = (*VISITOR_PAGES, address(cast))
    before = [read(client, page) for page in pages]
    text = "Zweimal im Jahr, immer im **Bürgerhaus**."
    for thesis, fields, visibility, version in (
        ("t01", {"strengths": strengths, "weaknesses": [{"text": "Geheim"}]}, "public", 1),
        ("t06", {"wanted": [{"text": "Geheim"}]}, "public", 0),
        ("t10", {"asks": [{"text": "Geheim"}]}, "public", 0),
        ("t07", {"vision": "Geheim", "projects": [{"title": "Geheim"}]}, "verified", 0),
        ("t09", {"inside": [{"partner": "Geheim"}]}, "verified", 1),
    ):
        sections.save(
            cast.town.id,
            cast.mayor.id,
            thesis,
            fields=fields,
            text=text if version else "",
            visibility=visibility,
            version=version,
        )
    assert [read(client, page) for page in pages] == before


def test_sections_are_read_by_those_they_are_for(client: FlaskClient, cast: Cast, sign_in: Any) -> None:
    SectionFactory(town_id=cast.town.id, thesis="t10", fields={"asks": [{"text": "Eine Satzung"}]})
    SectionFactory(town_id=cast.town.id, thesis="t02", fields={}, text="Nur unter uns", visibility="verified")
    for account, sees in (
        (cast.stranger, True), (cast.unverified, False), (cast.suspended, False), (cast.operator, False),
    ):  # fmt: skip
        sign_in(client, account)
        page = read(client, address(cast))
        assert "Bürgerhaus" in page
        assert ("Eine Satzung" in page) is sees and ("Nur unter uns" in page) is sees


def test_a_verified_town_sees_the_need_and_an_unverified_person_does_not(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    StanceFactory(town_id=cast.town.id, subject="innenstadt", state="seeking", sentence="Wer kann helfen?")
    for account, sees in ((cast.stranger, True), (cast.unverified, False), (cast.suspended, False)):
        sign_in(client, account)
        assert ("Wer kann helfen?" in read(client, address(cast))) is sees


def test_text_of_a_town_is_shown_and_never_run(client: FlaskClient, cast: Cast) -> None:
    StanceFactory(
        town_id=cast.town.id, subject="waerme", state="strength", sentence="<script>alert(1)</script>"
    )
    assert "&lt;script&gt;" in read(client, address(cast))


def test_the_directory_says_how_many_and_how_to_widen(client: FlaskClient, cast: Cast) -> None:
    assert "Alle zeigen" in read(client, "/staedte?suche=ellern")
    assert "Alle Städte zeigen" in read(client, "/staedte?suche=gibtesnicht")
    assert "Diese Auswahl gibt es nicht" in read(client, "/staedte?land=xx")
    assert "höchstens 100 Zeichen" in read(client, "/staedte?suche=" + "x" * 101)
    for number in ("0", "-1", "abc", "99999999999", "7"):
        assert client.get(f"/staedte?seite={number}").status_code == 404
