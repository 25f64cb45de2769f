"""The page that puts towns side by side."""

from typing import Any

from flask.testing import FlaskClient

from tests.factories import SectionFactory, StanceFactory
from tests.support.cast import Cast


def test_two_towns_stand_side_by_side_and_a_third_joins_by_search(client: FlaskClient, cast: Cast) -> None:
    first, second, third = cast.town.ags, cast.other_town.ags, cast.suspended_town.ags
    StanceFactory(town_id=cast.town.id, subject="innenstadt")
    page = client.get(f"/vergleich?stadt={first}&stadt={second}").text
    assert "Zwei Städte nebeneinander" in page and "nur Ellernrode" in page
    assert f"/vergleich?stadt={second}" in page
    joined = client.get(f"/vergleich?stadt={first}&stadt={second}&suche=hohenwisp")
    assert joined.location == f"/vergleich?stadt={first}&stadt={second}&stadt={third}"
    assert "Zu „Xyzburg“ finden wir keine Stadt." in client.get("/vergleich?suche=Xyzburg").text


def test_a_member_finds_the_own_town_beside_the_other(client: FlaskClient, cast: Cast, sign_in: Any) -> None:
    assert "Wählen Sie eine zweite Stadt" in client.get(f"/vergleich?stadt={cast.other_town.ags}").text
    sign_in(client, cast.mayor)
    page = client.get(f"/vergleich?stadt={cast.other_town.ags}").text
    assert "Zwei Städte nebeneinander" in page
    town_page = client.get(f"/stadt/{cast.other_town.slug}-{cast.other_town.ags}").text
    assert "Mit Ellernrode vergleichen" in town_page


def test_what_is_wrong_in_the_address_is_told_and_escaped(client: FlaskClient, cast: Cast) -> None:
    ags = cast.town.ags
    page = client.get(f"/vergleich?stadt={ags}&stadt={ags}&stadt=%3Cscript%3E&stadt=99999999").text
    assert "Ellernrode steht schon hier" in page
    assert "2 Schlüssel in der Adresse kennen wir nicht" in page and "<script>" not in page


def test_a_section_is_shortened_and_its_markup_harmless(client: FlaskClient, cast: Cast) -> None:
    SectionFactory(
        town_id=cast.town.id,
        thesis="t03",
        text="**Offen** für alle. <script>alert(1)</script> " + "Wort " * 80,
        visibility="public",
    )
    page = client.get(f"/vergleich?stadt={cast.town.ags}&stadt={cast.other_town.ags}").text
    assert "Offen für alle." in page and "<script>alert" not in page
    assert "mehr<span" in page and "#abschnitt-t03" in page
