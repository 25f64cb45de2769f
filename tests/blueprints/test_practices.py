"""The pages of examples as visitors, colleagues and mayors use them."""

from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from kleinstadt_net.database import db
from kleinstadt_net.models import Practice
from kleinstadt_net.services import (
    installation,
    practice_editing,
    report_decisions,
    reported_objects,
    typed,
)
from kleinstadt_net.services.report_decisions import REMOVED, Decision
from tests import factories as make
from tests.blueprints.test_sections import HERE, hidden, read
from tests.support.cast import Cast

OWN = "/unsere-stadt/beispiele"
FILLED: dict[str, Any] = {
    "title": "Leere Läden auf Zeit vermieten",
    "problem": "Sechs Läden standen leer.",
    "steps": "1. Eigentümer angerufen.\n\n- Vertrag auf Zeit geschlossen.",
    "topics": "innenstadt",
    "cost_band": "to_50",
    "is_funded": "no",
    "began_on": "5.2023",
    "contact_office": "Wirtschaftsförderung",
}


@pytest.fixture
def editor(client: FlaskClient, cast: Cast, sign_in: Any) -> FlaskClient:
    sign_in(client, cast.colleague)
    return client


def post(client: FlaskClient, address: str, page: str, status: int = 302, /, **given: Any) -> str:
    response = client.post(address, data={**hidden(page), **given}, headers=HERE)
    assert response.status_code == status
    return unescape(response.get_data(as_text=True))


def test_an_example_goes_from_its_title_to_the_collection(
    editor: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    assert "noch kein Beispiel aufgeschrieben" in read(editor, OWN)
    assert "Bitte geben Sie dem Beispiel einen Titel" in post(
        editor, f"{OWN}/neu", read(editor, f"{OWN}/neu"), 422
    )
    post(editor, f"{OWN}/neu", read(editor, f"{OWN}/neu"), title="Läden")
    (draft,) = practice_editing.own(cast.town.id)
    address = f"{OWN}/{draft.practice_id}"
    form = read(editor, address)
    told = post(editor, address, form, 422, **{**FILLED, "contact_office": "", "freigeben": "ja"})
    assert "Bitte nennen Sie das Amt" in told and "Sechs Läden standen leer." in told
    post(editor, address, form, **FILLED, freigeben="ja")
    assert "Wartet auf Freigabe" in read(editor, OWN)
    sign_in(editor, cast.mayor)
    waiting = read(editor, "/unsere-stadt/freigaben")
    assert "Eigentümer angerufen." in waiting
    post(editor, f"/unsere-stadt/freigaben/beispiel/{draft.practice_id}/freigeben", waiting)
    page = read(editor.application.test_client(), f"/beispiel/{draft.practice_id}")
    for words in (
        "<li>Eigentümer angerufen.</li>",
        "seit Mai 2023",
        "5.000 bis 50.000 Euro",
        "Wirtschaftsförderung der Stadt",
    ):
        assert words in page
    assert FILLED["title"] in read(editor, f"/stadt/{cast.town.slug}-{cast.town.ags}")


def test_a_visitors_pages_are_the_same_byte_for_byte_with_and_without_what_did_not_work(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    practice = make.PracticeFactory(town_id=cast.town.id)
    make.PracticeFactory(town_id=cast.other_town.id)
    addresses = ["/beispiele", "/beispiele?suche=Wettbewerb", f"/beispiel/{practice.id}"]
    before = [client.get(address).data for address in addresses]
    one = practice_editing.find(cast.town.id, practice.id)
    content = type(one.content)(**{**vars(one.content), "failures": "Ein Wettbewerb ohne Budget."})
    practice_editing.save(cast.town.id, cast.mayor.id, practice.id, content, one.version, release=False)
    assert [client.get(address).data for address in addresses] == before
    sign_in(client, cast.stranger)
    assert "Ein Wettbewerb ohne Budget." in read(client, addresses[2])


def test_two_colleagues_overwrite_nothing_and_half_typed_text_is_kept(
    editor: FlaskClient, cast: Cast
) -> None:
    practice = make.PracticeFactory(town_id=cast.town.id, state="draft")
    address = f"{OWN}/{practice.id}"
    form = read(editor, address)
    one = practice_editing.find(cast.town.id, practice.id)
    practice_editing.save(cast.town.id, cast.mayor.id, practice.id, one.content, one.version, release=False)
    overtaken = post(editor, address, form, 409, **FILLED)
    assert "inzwischen geändert" in overtaken and "Sechs Läden standen leer." in overtaken
    post(editor, address, overtaken, **FILLED)
    assert db.session.get_one(Practice, practice.id).problem == "Sechs Läden standen leer."
    name = f"practice:{practice.id}"
    assert typed.keep(cast.colleague.id, cast.town.id, name, {"title": ["Halb getippt"], "version": ["3"]})
    assert "Halb getippt" in read(editor, address)
    post(editor, "/unsere-stadt/getippt/verwerfen", form, formular=name)
    assert "Halb getippt" not in read(editor, address)


def test_filters_stand_in_the_address_and_what_is_wrong_is_said(client: FlaskClient, cast: Cast) -> None:
    practice = make.PracticeFactory(town_id=cast.town.id)
    installation.touch_town(cast.town.id)
    db.session.commit()
    page = read(client, "/beispiele?thema=innenstadt&kosten=to_50&sortierung=kosten")
    assert "Ein Beispiel" in page and "Innenstadt (1)" in page and f"/beispiel/{practice.id}" in page
    assert "Auf alle gewählten Filter zusammen passt kein Beispiel" in read(
        client, "/beispiele?thema=innenstadt&kosten=none"
    )
    assert "Diese Auswahl gibt es nicht" in read(client, "/beispiele?thema=quatsch")
    read(client, "/beispiele?seite=2", 404)
    read(client, "/beispiel/99999", 404)


def test_beyond_five_thousand_nothing_is_counted_and_that_is_said(
    client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.PracticeFactory(town_id=cast.town.id)
    monkeypatch.setattr("kleinstadt_net.services.practice_directory.COUNTED_BELOW", 0)
    page = read(client, "/beispiele")
    assert "Bei mehr als 5.000 Beispielen" in page and "Innenstadt (1)" not in page


def test_an_example_taken_out_after_a_report_says_so_and_waits_for_a_change(
    editor: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    cast.town.needs_release = False
    row = make.PracticeFactory(town_id=cast.town.id, changed_by_id=cast.colleague.id)
    report = make.ReportFactory(target_kind="practice", target_id=row.id, town_id=cast.town.id)
    found = reported_objects.of_report(report)
    assert found is not None
    decision = Decision(REMOVED, "Das Beispiel nennt eine Person mit Namen.", stamp=found.stamp)
    assert report_decisions.decide(report.id, cast.operator.id, decision)
    address = f"{OWN}/{row.id}"
    assert "Nach einer Meldung aus der Sammlung genommen" in read(editor, OWN)
    assert "Zur Freigabe vorlegen" in read(editor, address), "although editors release by themselves here"
    sign_in(editor, cast.mayor)
    form = read(editor, address)
    assert (
        "haben wir nach einer Meldung aus der Sammlung genommen" in form and "In die Sammlung stellen" in form
    )
    same = {
        "title": row.title, "problem": row.problem, "steps": "\n".join(row.steps), "topics": "innenstadt",
        "cost_band": "to_50", "duration": "to_12", "instrument": "contract",
        "contact_office": row.contact_office,
    }  # fmt: skip
    refused = post(editor, address, form, 422, **same, freigeben="ja")
    assert "Bitte ändern Sie, was die Begründung nennt" in refused
    post(editor, address, form, **{**same, "problem": "Es standen sechs Läden leer."}, freigeben="ja")
    assert "Nach einer Meldung" not in read(editor, OWN)
