"""The pages of networks: for everybody, for the lead of another town, for the contact, for an operator."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from kleinstadt_net.database import db
from kleinstadt_net.models import Network, NetworkMember
from kleinstadt_net.services import installation
from tests import factories as make
from tests.blueprints.test_accounts import token
from tests.support.cast import Cast
from tests.support.statements import counted_queries

PAGE = "/netzwerk/ellernland"
FORM = {"name": "Ellernlandnetz", "kind": "region", "topic": "", "about": "", "website": "", "version": "1"}


@pytest.fixture
def network(cast: Cast) -> Network:
    """Ellernrode looks after it."""
    made: Network = make.NetworkFactory(slug="ellernland", name="Ellernland", contact_town_id=cast.town.id)
    make.NetworkMemberFactory(network_id=made.id, town_id=cast.town.id)
    installation.touch_towns([cast.town.id])
    db.session.commit()
    return made


def post(client: FlaskClient, path: str, **data: str) -> Any:
    return client.post(path, data={**data, "csrf_token": token(client, "/konto")})


def test_visitors_read_the_list_the_page_and_the_town_s_networks(
    client: FlaskClient, network: Network
) -> None:
    assert "Städtenetze (1)" in client.get("/netzwerke").text
    page = client.get(PAGE).text
    assert "<strong>zweimal im Jahr</strong>" in page and "Ellernrode" in page
    assert "Unsere Stadt gehört dazu" not in page and "Melden Sie sich an" in page
    assert '<meta property="og:title" content="Ellernland' in page and 'rel="canonical"' in page
    assert f"http://localhost:8000{PAGE}" in client.get("/sitemap.xml").text
    town = client.get("/staedte?netzwerk=ellernland").text
    assert "Ellernland (1)" in town
    assert client.get("/netzwerk/gibt-es-nicht").status_code == 404


def test_a_deleted_network_as_a_filter_is_said_and_hides_nothing(
    client: FlaskClient, network: Network
) -> None:
    page = client.get("/staedte?netzwerk=gibt-es-nicht-mehr").text
    assert "Dieses Netzwerk gibt es nicht oder nicht mehr." in page
    assert "Lauenfurt" in page


def test_asking_and_confirming_take_one_click_each(
    client: FlaskClient, cast: Cast, network: Network, sign_in: Any
) -> None:
    sign_in(client, cast.stranger)
    assert "Unsere Stadt gehört dazu" in client.get(PAGE).text
    assert post(client, f"{PAGE}/mitmachen", deed="anfragen").location == PAGE
    assert "Lauenfurt hat angefragt." in client.get(PAGE).text
    # A second click, as after going back, is told and does nothing.
    post(client, f"{PAGE}/mitmachen", deed="anfragen")
    assert "Darüber ist schon entschieden." in client.get(PAGE).text
    client.delete_cookie("session")
    assert "Lauenfurt" not in client.get(PAGE).text

    sign_in(client, cast.colleague)
    page = client.get(PAGE).text
    assert "Lauenfurt" not in page and "Netzwerk betreuen" not in page
    sign_in(client, cast.mayor)
    assert "Eine Stadt möchte dazugehören" in client.get(PAGE).text
    decision = f"{PAGE}/staedte/{cast.other_town.ags}"
    assert post(client, decision, deed="herrschen").status_code == 400
    assert post(client, decision, deed="bestaetigen").location == PAGE
    client.delete_cookie("session")
    assert "Lauenfurt" in client.get(PAGE).text
    town_page = f"/stadt/{cast.other_town.slug}-{cast.other_town.ags}"
    assert f'<a href="{PAGE}">Ellernland</a>' in client.get(town_page).text


def test_only_the_contact_s_leads_and_operators_open_the_form(
    client: FlaskClient, cast: Cast, network: Network, sign_in: Any
) -> None:
    for person, status in ((cast.stranger, 404), (cast.colleague, 403), (cast.mayor, 200)):
        sign_in(client, person)
        assert client.get(f"{PAGE}/bearbeiten").status_code == status
        if status != 200:
            assert post(client, f"{PAGE}/bearbeiten", **FORM).status_code == status
            assert post(client, f"{PAGE}/loeschen", sure="y").status_code == status
    sign_in(client, cast.operator)
    page = client.get("/betrieb/netzwerk/ellernland").text
    assert "entscheidet Ellernrode" in page and "Netzwerk übergeben" not in page


def test_what_was_typed_stays_when_it_is_refused_or_overtaken(
    client: FlaskClient, cast: Cast, network: Network, sign_in: Any
) -> None:
    sign_in(client, cast.mayor)
    refused = post(client, f"{PAGE}/bearbeiten", **{**FORM, "website": "kein link", "about": "Mein Text"})
    assert refused.status_code == 422
    assert "Bitte geben Sie eine Internetadresse an" in refused.text and "Mein Text" in refused.text
    assert (
        post(client, f"{PAGE}/bearbeiten", **{**FORM, "about": "<script>alert(1)</script>"}).location == PAGE
    )
    assert "<script>alert" not in client.get(PAGE).text
    late = post(client, f"{PAGE}/bearbeiten", **{**FORM, "about": "Zu spät"})
    assert late.status_code == 409
    assert (
        "Zu spät" in late.text
        and "alert(1)" in late.text
        and 'name="version" type="hidden" value="2"' in late.text
    )
    assert post(client, f"{PAGE}/bearbeiten", **{**FORM, "about": "Zu spät", "version": "2"}).location == PAGE


def test_founding_and_deleting(client: FlaskClient, cast: Cast, network: Network, sign_in: Any) -> None:
    sign_in(client, cast.mayor)
    assert post(client, "/netzwerke/neu", **{**FORM, "kind": "", "name": ""}).status_code == 422
    taken = post(client, "/netzwerke/neu", **{**FORM, "name": "ELLERNLAND"})
    assert taken.status_code == 422 and "gibt es schon" in taken.text
    assert post(client, "/netzwerke/neu", **FORM).location == "/netzwerk/ellernlandnetz"
    assert "Noch gehört keine andere Stadt dazu." in client.get("/netzwerk/ellernlandnetz/bearbeiten").text
    address = "/netzwerk/ellernlandnetz/loeschen"
    assert post(client, address).location == "/netzwerk/ellernlandnetz/bearbeiten"
    assert "Gelöscht ist noch nichts." in client.get("/netzwerk/ellernlandnetz/bearbeiten").text
    assert post(client, address, sure="y").location == "/netzwerke"
    assert db.session.scalars(select(Network.slug)).all() == ["ellernland"]
    sign_in(client, cast.operator)
    assert post(client, "/betrieb/netzwerk/ellernland/loeschen", sure="y").location == "/netzwerke"
    assert db.session.scalar(select(func.count()).select_from(NetworkMember)) == 0
    assert "Noch ist kein Netzwerk eingetragen." in client.get("/netzwerke").text


def test_pages_cost_few_queries_and_the_town_s_page_none_for_its_networks(
    client: FlaskClient, cast: Cast, network: Network, sign_in: Any
) -> None:
    sign_in(client, cast.mayor)
    own = f"/stadt/{cast.town.slug}-{cast.town.ags}"
    cost = {}
    for path in (PAGE, "/netzwerke", f"{PAGE}/bearbeiten", own):
        client.get(path)
        with counted_queries() as statements:
            assert client.get(path).status_code == 200
        cost[path] = len(statements)
        assert not [one for one in statements if path == own and "network" in one]
    # The network's page tells besides what its towns are at: examples, questions and dates.
    assert max(cost.values()) <= 9, cost
