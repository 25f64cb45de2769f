"""The mirror as its town's people see it."""

from typing import Any

from flask.testing import FlaskClient

from tests.factories import FocusFactory, MembershipFactory, StanceFactory, TownFactory, TownFigureFactory
from tests.support.cast import Cast


def test_the_mirror_belongs_to_the_own_people(client: FlaskClient, cast: Cast, sign_in: Any) -> None:
    assert client.get("/unsere-stadt/spiegel").status_code == 302
    sign_in(client, cast.unverified)
    assert client.get("/unsere-stadt/spiegel").status_code == 403
    sign_in(client, cast.colleague)
    assert "/unsere-stadt/spiegel" in client.get("/unsere-stadt").text
    page = client.get("/unsere-stadt/spiegel").text
    assert "Ellernrode und Städte wie Ihre" in page and "Lauenfurt" in page


def test_each_figure_stands_in_the_drawing_and_in_words(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    for name in ("Oberdallen", "Birkenlohe", "Steinbracken"):
        other = TownFactory(name=name, taking_part=True)
        TownFigureFactory(town=other, population=9_000)
        StanceFactory(town_id=other.id, subject="t04", state="strength")
    FocusFactory(town_id=cast.town.id, thesis="t04")
    StanceFactory(town_id=cast.town.id, subject="waerme", state="seeking")
    sign_in(client, cast.mayor)
    page = client.get("/unsere-stadt/spiegel").text
    assert "Die Zahlen in Worten" in page and page.count('role="img"') == 5
    assert "3 können etwas zeigen" in page and "(Schwerpunkt)" in page and "Wir suchen Rat" in page


def test_a_town_of_which_nothing_is_known_is_told_why_its_mirror_is_empty(
    client: FlaskClient, sign_in: Any
) -> None:
    sign_in(client, MembershipFactory(town=TownFactory(name="Oberdallen", taking_part=True)).account)
    page = client.get("/unsere-stadt/spiegel").text
    assert "Wir finden noch keine Städte wie Ihre." in page and "Von Oberdallen oder von anderen" in page
