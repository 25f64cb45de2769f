"""Town pages and directory as visitors and verified towns see them."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from kleinstadt_net import clock
from kleinstadt_net.services import sections, stances
from tests.factories import SectionFactory, StanceFactory, TownCodeFactory, TownFactory, TownFigureFactory
from tests.support.cast import Cast

# Whatever a visitor may ask the directory for; every filter is in some address.
DIRECTORY = tuple(
    f"/staedte{query}"
    for query in (
        "",
        "?suche=ellern",
        "?suche=geheim",
        "?suche=buergerhaus&sortierung=einwohner",
        "?thema=innenstadt",
        "?thema=innenstadt&angabe=seeking",
        "?these=t09&angabe=strength&schwerpunkt=t01",
        "?angabe=in_progress&land=06&wachstum=stable",
        "?von=5000&bis=20000&dabei=y&sortierung=passend",
        "?ort=Lauenfurt&umkreis=300&sortierung=entfernung",
        "?land=14&thema=innenstadt&these=t01",
        "?frage=geloest&erfahrung=9&hilfe=3",
    )
)
VISITOR_PAGES = ("/", *DIRECTORY, "/thesen", "/themen/waerme", "/thesen/t03")


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
    proposed = client.get("/staedte/vorschlaege?suche=geheim", headers={"HX-Request": "true"}).data
    stances.save(
        cast.town.id, cast.mayor.id, "innenstadt", state="seeking", sentence="Geheim", since=None, version=0
    )
    assert [read(client, page) for page in pages] == before
    assert client.get("/staedte/vorschlaege?suche=geheim", headers={"HX-Request": "true"}).data == proposed


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
