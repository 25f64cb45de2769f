"""The page of the map, without a script."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from kleinstadt_net.services import directory_map, installation
from tests.factories import StanceFactory
from tests.support.cast import Cast


@pytest.fixture(autouse=True)
def _places(cast: Cast) -> None:
    for number, town in enumerate((cast.town, cast.other_town)):
        town.lat, town.lon = 50.0 + number / 100, 9.0


def test_every_town_is_a_link_on_the_map_and_in_the_list_beside_it(client: FlaskClient, cast: Cast) -> None:
    page = client.get("/staedte/karte?dabei=y").text
    address = f"/stadt/{cast.town.slug}-{cast.town.ags}"
    assert page.count(f'href="{address}"') == 2 and "2 Städte auf der Karte." in page
    assert 'href="/staedte?dabei=y">Als Liste zeigen' in page
    assert "nur Städte, die dabei sind" in page


def test_a_group_leads_to_its_part_of_the_map_with_the_filters_kept(
    client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory_map, "MAX_POINTS", 1)
    page = client.get("/staedte/karte?dabei=y").text
    found = re.search(r'href="(/staedte/karte\?[^"]*ausschnitt[^"]*)" aria-label="2 Städte', page)
    assert found and "dabei=y" in found[1]
    monkeypatch.undo()
    closer = client.get(found[1].replace("&amp;", "&")).text
    assert "liegen 2 von 2 gefundenen Städten" in closer and "Ganzes Land zeigen" in closer


@pytest.mark.parametrize("part", ["x", "1,2,3", "30,10,40,20", "9,50,8,49", "nan,1,2,3", "1e999,2,3,4"])
def test_a_part_that_is_none_shows_the_whole_country_and_says_so(client: FlaskClient, part: str) -> None:
    page = client.get(f"/staedte/karte?ausschnitt={part}").text
    assert "Diesen Ausschnitt gibt es nicht." in page


def test_an_empty_map_says_how_to_widen(client: FlaskClient) -> None:
    page = client.get("/staedte/karte?suche=gibtesnirgends").text
    assert "passt keine Stadt" in page and '<svg class="kn-hits-map' not in page


def test_the_script_gets_the_same_and_visitors_see_no_need(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    told = client.get("/staedte/karte.json?dabei=y").get_json()
    assert told["total"] == 2 and told["groups"] == []
    assert told["points"][0][:3] == [50.0, 9.0, "Ellernrode"]
    assert client.get("/staedte/umriss.json").get_json()["type"] == "MultiPolygon"
    paths = ("/staedte/karte", "/staedte/karte.json", "/staedte/karte?angabe=seeking")
    before = [client.get(path).data for path in paths]
    StanceFactory(town_id=cast.town.id, subject="waerme", state="seeking")
    installation.touch_towns([cast.town.id])
    assert [client.get(path).data for path in paths] == before
    sign_in(client, cast.stranger)
    assert client.get("/staedte/karte.json?angabe=seeking").get_json()["total"] == 1
