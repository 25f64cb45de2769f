"""Beginning as a mayor with five minutes does, and answering whether something still holds."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from kleinstadt_net import clock
from kleinstadt_net.services import stance_drafts, stances
from tests.factories import MembershipFactory, StanceFactory
from tests.support.cast import Cast
from tests.support.statements import counted_queries

ADDRESS = "/unsere-stadt/beginnen"
HERE = {"Origin": "http://localhost"}


@pytest.fixture
def mayor(client: FlaskClient, cast: Cast, sign_in: Any) -> FlaskClient:
    sign_in(client, cast.mayor)
    return client


def read(client: FlaskClient, address: str = ADDRESS) -> str:
    return client.get(address).get_data(as_text=True)


def hidden(client: FlaskClient, address: str = ADDRESS) -> dict[str, str]:
    page = read(client, address)
    return dict(re.findall(r'type="hidden" name="(csrf_token|stadt)" value="([^"]*)"', page)) | {
        "csrf_token": re.findall(r'name="csrf_token"[^>]*value="([^"]*)"', page)[-1]
    }


def old(cast: Cast, subject: str, state: str, days: int = 400) -> None:
    confirmed_on = clock.today() - timedelta(days=days)
    StanceFactory(town_id=cast.town.id, subject=subject, state=state, confirmed_on=confirmed_on)


def test_a_focus_and_one_thing_sought_suffice_and_the_next_steps_are_told(
    mayor: FlaskClient, cast: Cast
) -> None:
    for page in ("/uebersicht", "/unsere-stadt"):
        assert f'href="{ADDRESS}"' in read(mayor, page)
    response = mayor.post(ADDRESS, data={**hidden(mayor), "focus": "t07", "sought": "innenstadt"})
    assert response.location == f"{ADDRESS}/danach"
    page = read(mayor, response.location)
    assert "Innerhalb eines Werktags" in page and "/monatsbrief" in page
    assert stances.sheet(cast.town.id).focus == ("t07",)
    assert mayor.get(ADDRESS).location == "/unsere-stadt"
    for page in ("/uebersicht", "/unsere-stadt"):
        assert f'href="{ADDRESS}"' not in read(mayor, page)


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"sought": "innenstadt"}, "wählen Sie eine These"),
        ({"focus": "t07"}, "wählen Sie eine Sache"),
        ({"focus": "t99", "sought": "innenstadt"}, "Auswahl|gültig"),
        ({"focus": "t07", "sought": "unsinn"}, "Auswahl|gültig"),
        ({"focus": "t07", "sought": "wohnen", "strength": "wohnen"}, "Dazu suchen Sie schon Rat"),
        ({"focus": "t07", "sought": "wohnen", "strength_sentence": "Ja"}, "um welche Stärke es geht"),
        ({"focus": "t07", "sought": "wohnen", "sought_sentence": "x" * 201}, "zu lang"),
    ],
)
def test_bad_input_is_told_and_nothing_typed_is_lost(
    mayor: FlaskClient, cast: Cast, sent: dict[str, str], message: str
) -> None:
    typed_here = {"sought_sentence": "Wer füllt leere Läden?", **sent}
    response = mayor.post(ADDRESS, data={**hidden(mayor), **typed_here})
    page = response.get_data(as_text=True)
    assert response.status_code == 422 and re.search(message, page)
    assert typed_here["sought_sentence"] in page
    assert not stances.sheet(cast.town.id).given


def test_an_editor_chooses_no_focus_and_what_she_writes_waits(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    sign_in(client, cast.colleague)
    assert 'name="focus"' not in read(client)
    sent = {**hidden(client), "focus": "t07", "sought": "innenstadt"}
    page = read(client, client.post(ADDRESS, data=sent).location)
    assert "Sobald er freigegeben ist" in page
    assert list(stance_drafts.waiting(cast.town.id)) == ["innenstadt"]
    assert not stances.sheet(cast.town.id).focus


def test_a_colleague_s_statement_is_named_and_the_form_keeps_what_was_typed(
    mayor: FlaskClient, cast: Cast
) -> None:
    sent = {**hidden(mayor), "focus": "t07", "sought": "innenstadt", "sought_sentence": "Mein Satz"}
    StanceFactory(town_id=cast.town.id, subject="innenstadt", state="strength")
    response = mayor.post(ADDRESS, data=sent)
    page = response.get_data(as_text=True)
    assert response.status_code == 409 and "Mein Satz" in page
    assert "hat jemand aus Ihrem Rathaus gerade etwas angegeben" in page


def test_a_form_opened_for_one_town_is_not_saved_for_another(
    mayor: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    opened = hidden(mayor)
    MembershipFactory(account=cast.mayor, town=cast.other_town, role="lead", is_home=False)
    sign_in(mayor, cast.mayor)
    token = {"csrf_token": hidden(mayor)["csrf_token"]}
    mayor.post("/stadt-wechseln", data={**token, "ags": cast.other_town.ags})
    sent = {**opened, **token, "focus": "t07", "sought": "innenstadt", "sought_sentence": "Mein Satz"}
    response = mayor.post(ADDRESS, data=sent)
    assert response.status_code == 409 and "Mein Satz" in response.get_data(as_text=True)
    assert not stances.sheet(cast.other_town.id).given


def test_a_closed_tab_and_an_ended_session_lose_nothing(mayor: FlaskClient, cast: Cast, sign_in: Any) -> None:
    half = {**hidden(mayor), "focus": "t04", "sought": "wohnen", "sought_sentence": "Halber Satz"}
    assert mayor.post("/unsere-stadt/getippt", data={**half, "formular": "start"}).status_code == 204
    page = read(mayor)
    assert "Halber Satz" in page and "schon etwas geschrieben" in page
    assert re.search(r'<input[^>]*checked[^>]*value="t04"', page)
    assert re.search(r'<option selected value="wohnen"', page)
    sign_in(mayor, cast.mayor)
    response = mayor.post(ADDRESS, data=half, headers=HERE)
    page = response.get_data(as_text=True)
    assert response.status_code == 400 and "Halber Satz" in page and "Noch nicht gespeichert" in page
    dropped = mayor.post("/unsere-stadt/getippt/verwerfen", data={**hidden(mayor), "formular": "start"})
    assert dropped.location == ADDRESS and "Halber Satz" not in read(mayor)


def test_an_old_statement_is_asked_about_with_three_answers_five_at_a_time(
    mayor: FlaskClient, cast: Cast
) -> None:
    for number, subject in enumerate(("wohnen", "waerme", "klima", "kultur", "sport", "bauen", "finanzen")):
        old(cast, subject, "strength", 400 + number)
    for page in (read(mayor, "/uebersicht"), read(mayor, "/unsere-stadt")):
        assert page.count('formaction="/unsere-stadt/angaben/') == 5
        assert "2 weitere Angaben kommen danach." in page and "zuletzt bestätigt im" in page
    answer = {**hidden(mayor, "/uebersicht"), "version": "1", "zurueck": "uebersicht"}
    response = mayor.post("/unsere-stadt/angaben/finanzen/bestaetigen", data=answer)
    assert response.location == "/uebersicht#wartet"
    assert not stances.find(cast.town.id, "finanzen").is_stale
    assert "Eine weitere Angabe kommt danach." in read(mayor, "/uebersicht")


def test_a_finished_task_is_taken_back_and_may_become_a_strength(mayor: FlaskClient, cast: Cast) -> None:
    old(cast, "wohnen", "seeking")
    old(cast, "sport", "strength")
    answer = {**hidden(mayor, "/unsere-stadt"), "version": "1", "zurueck": "unsere-stadt"}
    response = mayor.post("/unsere-stadt/angaben/wohnen/erledigt", data=answer)
    page = read(mayor, response.location)
    assert "Haben Sie jetzt Erfahrung damit?" in page
    assert re.search(r'<input[^>]*checked[^>]*value="strength"', page)
    assert stances.find(cast.town.id, "wohnen").state is None
    response = mayor.post("/unsere-stadt/angaben/sport/erledigt", data=answer)
    assert response.location == "/unsere-stadt#stimmt-noch"
    assert stances.find(cast.town.id, "sport").state is None


def test_an_answer_to_an_older_version_changes_nothing_and_an_editor_s_waits(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    old(cast, "wohnen", "seeking")
    sign_in(client, cast.colleague)
    answer = {**hidden(client, "/unsere-stadt"), "version": "7", "zurueck": "uebersicht"}
    response = client.post("/unsere-stadt/angaben/wohnen/erledigt", data=answer)
    assert response.location == "/unsere-stadt/angaben/wohnen"
    response = client.post("/unsere-stadt/angaben/wohnen/erledigt", data={**answer, "version": "1"})
    assert response.location == "/uebersicht#wartet"
    assert stances.find(cast.town.id, "wohnen").state == "seeking"
    assert stance_drafts.waiting(cast.town.id)["wohnen"][0].state is None
    assert client.post("/unsere-stadt/angaben/unsinn/erledigt", data=answer).status_code == 404


def test_the_pages_cost_a_constant_number_of_queries(mayor: FlaskClient, cast: Cast) -> None:
    for address in (ADDRESS, f"{ADDRESS}/danach", "/unsere-stadt", "/unsere-stadt/angaben/wohnen"):
        read(mayor, address)
        with counted_queries() as queries:
            read(mayor, address)
        assert len(queries) <= 8, address
