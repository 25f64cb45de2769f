"""What search engines and passed-on links are told."""

import json
import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kleinstadt_net.services import installation
from tests.factories import PictureFactory, StanceFactory, TownFactory, TownFigureFactory
from tests.support.cast import Cast

NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def meta(page: str, name: str) -> str:
    found = re.search(f'<meta property="{name}" content="([^"]*)"', page)
    assert found, name
    return found[1]


def data(page: str) -> Any:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert found
    return json.loads(found[1])


def test_a_town_says_where_it_lies_and_by_which_address_it_is_known(client: FlaskClient) -> None:
    town = TownFactory(name="Mühlen</script><b>", slug="muehlenqualm", taking_part=True)
    TownFigureFactory(town=town)
    picture = PictureFactory(town_id=town.id)
    address = f"http://localhost:8000/stadt/{town.slug}-{town.ags}"
    page = client.get(f"/stadt/{town.slug}-{town.ags}?von=oben").text
    assert f'<link rel="canonical" href="{address}">' in page and meta(page, "og:url") == address
    assert meta(page, "og:title") == "Mühlen&lt;/script&gt;&lt;b&gt;"
    assert meta(page, "og:image").endswith(f"/bild/{picture.token}/800.jpg")
    told = data(page)
    assert told["name"] == "Mühlen</script><b>" and told["identifier"]["value"] == town.ags
    assert told["url"] == address and "<b>" not in page


def test_only_pages_for_everybody_present_themselves(client: FlaskClient, cast: Cast, sign_in: Any) -> None:
    assert data(client.get("/").text)["@type"] == "WebSite"
    sign_in(client, cast.mayor)
    for path in ("/unsere-stadt", "/uebersicht", "/konto", "/abzeichen"):
        page = client.get(path).text
        assert "og:title" not in page and "canonical" not in page, path


def test_the_sitemap_names_every_listed_town_and_nobodys_need(client: FlaskClient, cast: Cast) -> None:
    small, gone = TownFactory(), TownFactory(gone_on=cast.town.joined_on)
    TownFigureFactory(town=small, population=900)
    TownFigureFactory(town=gone)
    before = client.get("/sitemap.xml")
    found = {loc.text for loc in ElementTree.fromstring(before.data).iter(f"{NAMESPACE}loc")}
    assert f"http://localhost:8000/stadt/{cast.town.slug}-{cast.town.ags}" in found
    assert "http://localhost:8000/thesen/t03" in found and "http://localhost:8000/" in found
    assert not [address for address in found for town in (small, gone) if address and town.ags in address]
    StanceFactory(town_id=cast.town.id, subject="innenstadt", state="seeking")
    assert client.get("/sitemap.xml").data == before.data
    assert "Sitemap: http://localhost:8000/sitemap.xml" in client.get("/robots.txt").text


def test_an_invented_network_asks_not_to_be_found(
    client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation, "is_demonstration", lambda: True)
    assert "Disallow: /\n" in client.get("/robots.txt").text
    assert client.get("/sitemap.xml").status_code == 404


def test_the_badge_carries_the_networks_name_and_comes_as_a_file(
    make_app: Callable[..., Flask], client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    sign_in(client, cast.mayor)
    assert f"-{cast.town.ags}</strong>" in client.get("/abzeichen").text
    badge = client.get("/abzeichen.svg")
    assert "attachment" in badge.headers["Content-Disposition"] and "Kleinstadtnetz" in badge.text
    ElementTree.fromstring(badge.data)
