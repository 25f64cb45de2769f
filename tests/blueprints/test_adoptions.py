"""Pages: repeating an example, asking about it, and the paper for the council."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from kleinstadt_net.models import Practice
from tests.blueprints.test_accounts import token as form_token
from tests.factories import AdoptionFactory, PracticeFactory
from tests.support.cast import Cast


@pytest.fixture
def practice(cast: Cast) -> Practice:
    made: Practice = PracticeFactory(town=cast.other_town, failures="Der Wettbewerb.")
    return made


@pytest.fixture
def mayor(client: FlaskClient, cast: Cast, sign_in: Any) -> FlaskClient:
    sign_in(client, cast.mayor)
    return client


def post(client: FlaskClient, address: str, **data: Any) -> Any:
    return client.post(address, data={**data, "csrf_token": form_token(client, "/konto")})


def test_a_mayor_enters_that_her_town_repeats_an_example(mayor: FlaskClient, practice: Practice) -> None:
    address = f"/beispiel/{practice.id}"
    assert "Das setzen wir bei uns um" in mayor.get(address).text
    response = post(mayor, f"{address}/umsetzen", state="running", changed="Nur zwei Läden.", version="0")
    assert response.status_code == 302 and response.location == address
    page = mayor.get(address).text
    assert "Eine Stadt setzt das auch um" in page and "Nur zwei Läden." in page
    assert "Ihre Stadt ist dabei" in page and "Eintrag ändern" in page
    post(mayor, f"{address}/nicht-umsetzen")
    assert "Nur zwei Läden." not in mayor.get(address).text


def test_giving_up_is_for_those_who_have_begun_and_is_not_counted_among_those_who_do_it(
    mayor: FlaskClient, practice: Practice
) -> None:
    address = f"/beispiel/{practice.id}/umsetzen"
    assert "Wir verfolgen es nicht weiter." not in mayor.get(address).text
    assert post(mayor, address, state="given_up", version="0").status_code == 422
    post(mayor, address, state="planned", version="0")
    assert "Wir verfolgen es nicht weiter." in mayor.get(address).text
    post(mayor, address, state="given_up", version="1")
    page = mayor.get(f"/beispiel/{practice.id}").text
    assert "Wer es versucht hat" in page and "verfolgt es nicht weiter." in page


def test_a_visitor_reads_who_repeats_it_but_not_why(
    client: FlaskClient, practice: Practice, cast: Cast
) -> None:
    AdoptionFactory(practice_id=practice.id, town=cast.town, changed="Nur zwei.", why="Die Kasse ist leer.")
    page = client.get(f"/beispiel/{practice.id}").text
    assert "Nur zwei." in page and "Die Kasse ist leer." not in page
    assert "Das setzen wir bei uns um" not in page


def test_what_was_typed_survives_errors_and_a_colleague_s_change(
    mayor: FlaskClient, practice: Practice, cast: Cast
) -> None:
    address = f"/beispiel/{practice.id}/umsetzen"
    refused = post(mayor, address, state="irgendwie", changed="Mein langer Text.", version="0")
    assert refused.status_code == 422 and "Mein langer Text." in refused.text
    AdoptionFactory(practice_id=practice.id, town=cast.town, changed="Fassung der Kollegin.")
    stale = post(mayor, address, state="done", changed="Mein langer Text.", version="0")
    assert stale.status_code == 409
    assert "Mein langer Text." in stale.text and "Fassung der Kollegin." in stale.text


def test_own_and_unknown_examples_cannot_be_repeated(mayor: FlaskClient, cast: Cast) -> None:
    own = PracticeFactory(town=cast.town)
    assert mayor.get(f"/beispiel/{own.id}/umsetzen").location == f"/beispiel/{own.id}"
    for wrong in (PracticeFactory(state="draft").id, 999999):
        for page in ("umsetzen", "frage", "vorlage"):
            assert mayor.get(f"/beispiel/{wrong}/{page}").status_code == 404


def test_a_question_becomes_a_request_and_a_second_one_is_led_to_it(
    mayor: FlaskClient, practice: Practice
) -> None:
    address = f"/beispiel/{practice.id}/frage"
    assert post(mayor, address, form="telephone").status_code == 422
    sent = post(mayor, address, frage="Was steht im Vertrag?", form="telephone")
    assert sent.status_code == 302 and sent.location.startswith("/gespraeche/")
    again = post(mayor, address, frage="Noch eine Frage.", form="telephone")
    assert again.status_code == 409
    assert "Noch eine Frage." in again.text and "Zum Gespräch mit Lauenfurt" in again.text


def test_the_paper_is_looked_at_and_taken_along_without_being_stored(
    mayor: FlaskClient, practice: Practice
) -> None:
    address = f"/beispiel/{practice.id}/vorlage"
    assert "Der Wettbewerb." not in mayor.get(address).text
    seen = post(mayor, address, situation="Bei uns auch.", with_failures="y", als="vorschau").text
    assert "Bei uns auch." in seen and "Der Wettbewerb." in seen
    for kind in ("odt", "docx", "pdf"):
        file = post(mayor, address, situation="Bei uns auch.", als=kind)
        assert file.headers["Content-Disposition"].endswith(f'vorlage-{practice.id}.{kind}"') and file.data
    assert "Vorschau" in post(mayor, address, als="exe").text
    assert post(mayor, address, situation="x" * 3001, als="docx").status_code == 422
    assert "Bei uns auch." not in mayor.get(address).text
