"""Writing sections as a person at the town hall does: with rows, previews, colleagues and lost sessions."""

import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kleinstadt_net.services import section_drafts, sections, typed
from kleinstadt_net.vocabulary import THESES
from tests.factories import MembershipFactory, SectionDraftFactory, SectionFactory, SectionVersionFactory
from tests.support.cast import Cast
from tests.support.statements import counted_queries

ADDRESS = "/unsere-stadt/abschnitte/{}"
HERE = {"Origin": "http://localhost"}


@pytest.fixture
def editor(client: FlaskClient, cast: Cast, sign_in: Any) -> FlaskClient:
    """A colleague in a town that does without release."""
    cast.town.needs_release = False
    sign_in(client, cast.colleague)
    return client


@pytest.fixture
def mayor(client: FlaskClient, cast: Cast, sign_in: Any) -> FlaskClient:
    sign_in(client, cast.mayor)
    return client


def read(client: FlaskClient, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return unescape(response.get_data(as_text=True))


def hidden(page: str) -> dict[str, str]:
    """What the last form of a page brings along by itself."""
    names = ("csrf_token", "version", "stadt")
    found = {name: re.findall(rf'name="{name}"[^>]*value="([^"]*)"', page) for name in names}
    return {name: values[0] for name, values in found.items() if values}


def send(client: FlaskClient, thesis: str, status: int, **given: Any) -> str:
    """Fill the form in as it opens and send it."""
    base = hidden(read(client, ADDRESS.format(thesis)))
    names = {name.replace("__", "-"): value for name, value in given.items()}
    response = client.post(ADDRESS.format(thesis), data={**base, "visibility": "public", **names})
    assert response.status_code == status
    return unescape(response.get_data(as_text=True))


def test_every_section_opens_with_its_fields_and_says_what_it_adds(editor: FlaskClient) -> None:
    sheet = read(editor, "/unsere-stadt")
    assert "0 von 10 Abschnitten" in sheet
    for thesis in THESES:
        page = read(editor, ADDRESS.format(thesis))
        assert "freiwillig" in page and "Speichern" in page
        assert 'name="projects-0-title"' in page or thesis not in ("t07", "t08")
    assert editor.get(ADDRESS.format("t11")).status_code == 404


def test_a_section_is_written_and_read_by_everybody(editor: FlaskClient, cast: Cast) -> None:
    send(
        editor,
        "t07",
        302,
        vision="Kurze Wege",
        projects__0__title="Markt",
        projects__0__begins="2025-03",
        projects__0__result_month="10.2026",
        projects__0__quick="y",
        text="# Mehr\n\n- **eins**\n- <script>alert(1)</script>",
    )
    assert "1 von 10 Abschnitten" in read(editor, "/unsere-stadt")
    visitor = editor.application.test_client()
    page = read(visitor, f"/stadt/{cast.town.slug}-{cast.town.ags}")
    for words in ("Kurze Wege", "schneller Erfolg", "Beginn März 2025, Ergebnis sichtbar Oktober 2026"):
        assert words in page
    raw = visitor.get(f"/stadt/{cast.town.slug}-{cast.town.ags}").get_data(as_text=True)
    assert "<h4>Mehr</h4>" in raw and "<strong>eins</strong>" in raw and "<script>alert" not in raw


def test_a_row_more_and_a_preview_change_nothing_and_lose_nothing(editor: FlaskClient, cast: Cast) -> None:
    typed_here = {"formats__0__format": "Bürgerrat", "formats__0__outcome": "Ein Beschluss", "text": "Ja"}
    page = send(editor, "t03", 200, mehr="formats", **typed_here)
    assert "Bürgerrat" in page and 'name="formats-1-format"' in page and "data-kn-unsaved" in page
    assert 'name="wetter-1' not in send(editor, "t03", 200, mehr="wetter", **typed_here)
    page = send(editor, "t03", 200, vorschau="ja", **typed_here)
    assert "Vorschau" in page and "<strong>Bürgerrat</strong>: Ein Beschluss" in page
    assert "vier Ziffern" in send(editor, "t03", 422, vorschau="ja", formats__0__year="24")
    assert sections.find(cast.town.id, "t03").version == 0


@pytest.mark.parametrize(
    ("thesis", "given", "says"),
    [
        ("t07", {"vision": "Satz " * 80}, "399 von 200"),
        ("t07", {"vision": "a\x00b"}, "nicht speichern"),
        ("t07", {"projects__0__begins": "bald", "projects__0__title": "Markt"}, "Monat so an: 03.2026"),
        ("t07", {"projects__0__aim": "Titel vergessen"}, "auch „Titel“ aus"),
        ("t07", {f"projects__{n}__title": f"Projekt {n}" for n in range(6)}, "Platz für 5 Einträge"),
        ("t05", {"office": "Frau Muster, 01234 56789"}, "nur die Stelle"),
        ("t01", {"visibility": "leads", "unmistakable": "Der Turm"}, "alle oder nur bestätigte"),
        ("t01", {"text": "x" * 3_001}, "3.001 von 3.000"),
    ],
)
def test_bad_input_is_told_changes_nothing_and_stays_in_the_form(
    editor: FlaskClient, cast: Cast, thesis: str, given: dict[str, str], says: str
) -> None:
    page = send(editor, thesis, 422, **given)
    assert says in page
    for text in given.values():
        assert text.strip() in page or text == "leads" or "\x00" in text
    assert sections.find(cast.town.id, thesis).version == 0


def test_ten_megabytes_are_refused_with_a_page(editor: FlaskClient, cast: Cast) -> None:
    base = hidden(read(editor, ADDRESS.format("t02")))
    response = editor.post(ADDRESS.format("t02"), data={**base, "text": "x" * 10_000_000})
    assert response.status_code == 413 and "zu groß" in response.get_data(as_text=True)
    assert sections.find(cast.town.id, "t02").version == 0


def test_a_colleague_s_change_is_shown_and_nobody_loses_a_word(editor: FlaskClient, cast: Cast) -> None:
    mine = {**hidden(read(editor, ADDRESS.format("t01"))), "visibility": "public", "text": "Meine Worte"}
    sections.save(
        cast.town.id,
        cast.mayor.id,
        "t01",
        fields={"strengths": [{"text": "Ihre Stärke"}]},
        text="",
        visibility="public",
        version=0,
    )
    response = editor.post(ADDRESS.format("t01"), data=mine)
    page = response.get_data(as_text=True)
    assert response.status_code == 409 and "Meine Worte" in page and "Ihre Stärke" in page
    assert editor.post(ADDRESS.format("t01"), data={**mine, **hidden(page)}).status_code == 302
    assert sections.find(cast.town.id, "t01").text == "Meine Worte"
    history = read(editor, ADDRESS.format("t01") + "/verlauf")
    assert "gestrichen: " in history and "Ihre Stärke" in history and "Fassung 2, die jetzige" in history
    base = {**hidden(history), "version": "2"}
    assert editor.post(ADDRESS.format("t01") + "/verlauf/1", data=base).status_code == 302
    assert sections.find(cast.town.id, "t01").fields == {"strengths": [{"text": "Ihre Stärke"}]}
    assert editor.post(ADDRESS.format("t01") + "/verlauf/99", data=base).status_code == 404
    assert "gerade geändert" in read(
        editor, editor.post(ADDRESS.format("t01") + "/verlauf/2", data=base).location
    )


def test_a_lead_releases_gives_back_and_sees_what_would_change(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    sign_in(client, cast.colleague)
    assert "Zur Freigabe vorlegen" in read(client, ADDRESS.format("t03"))
    send(client, "t03", 302, formats__0__format="Bürgerrat")
    send(client, "t04", 302, text="Zweiter")
    assert "Entwurf wartet auf Freigabe" in read(client, "/unsere-stadt")
    assert "Bürgerrat" in read(client, ADDRESS.format("t03")), "one's own draft opens again"
    sign_in(client, cast.mayor)
    page = read(client, "/unsere-stadt/freigaben")
    base = hidden(page)
    assert "neu: </span>Bürgerrat" in page
    actions = re.findall(r'action="(/unsere-stadt/freigaben/abschnitt/[^"]+)"', page)
    assert client.post(actions[0], data=base).status_code == 302
    assert client.post(actions[0], data=base).status_code == 404
    assert client.post(actions[3], data={**base, "remark": "Bitte kürzer"}).status_code == 302
    assert sections.find(cast.town.id, "t03").version == 1 and not section_drafts.waiting(cast.town.id)
    sign_in(client, cast.colleague)
    assert "Zweiter" in read(client, ADDRESS.format("t04")), "what was given back waits in the form"


def test_an_author_takes_her_draft_back_and_an_old_version_is_not_released(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    mine = SectionDraftFactory(town_id=cast.town.id, author_id=cast.colleague.id).id
    sign_in(client, cast.mayor)
    base = hidden(read(client, "/unsere-stadt/freigaben"))
    address = f"/unsere-stadt/freigaben/abschnitt/{mine}/"
    response = client.post(f"{address}freigeben", data={**base, "version": "3"})
    assert f"#entwurf-{mine}" in response.location
    assert "inzwischen geändert" in read(client, "/unsere-stadt/freigaben")
    assert client.post(f"{address}zurueckziehen", data=base).status_code == 404
    sign_in(client, cast.colleague)
    base = {"csrf_token": hidden(read(client, ADDRESS.format("t03")))["csrf_token"]}
    assert client.post(f"{address}zurueckziehen", data=base).status_code == 302
    assert not section_drafts.waiting(cast.town.id)


def test_a_form_opened_for_one_town_is_not_saved_for_another(
    editor: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    opened = {**hidden(read(editor, ADDRESS.format("t03"))), "visibility": "public", "text": "Ellernrode"}
    MembershipFactory(account=cast.colleague, town=cast.other_town, is_home=False)
    sign_in(editor, cast.colleague)
    opened["csrf_token"] = hidden(read(editor, ADDRESS.format("t03")))["csrf_token"]
    switch = {"csrf_token": opened["csrf_token"], "ags": cast.other_town.ags}
    assert editor.post("/stadt-wechseln", data=switch).status_code == 302
    response = editor.post(ADDRESS.format("t03"), data=opened)
    page = response.get_data(as_text=True)
    assert response.status_code == 409 and "inzwischen für Lauenfurt" in page and "Ellernrode" in page
    assert sections.find(cast.other_town.id, "t03").version == 0


def test_what_is_half_typed_is_offered_again_and_thrown_away_on_request(
    editor: FlaskClient, cast: Cast
) -> None:
    base = hidden(read(editor, ADDRESS.format("t03")))
    sent = {**base, "stadt": cast.town.ags, "formular": "section:t03", "formats-4-format": "Halbs"}
    assert editor.post("/unsere-stadt/getippt", data=sent).status_code == 204
    statement = {**sent, "formular": "stance:innenstadt", "sentence": "Halber Satz", "state": "strength"}
    assert editor.post("/unsere-stadt/getippt", data=statement).status_code == 204
    assert editor.post("/unsere-stadt/getippt", data={**sent, "formular": "x"}).status_code == 400
    assert editor.post("/unsere-stadt/getippt", data={**sent, "stadt": "99999999"}).status_code == 404
    page = read(editor, ADDRESS.format("t03"))
    assert 'value="Halbs"' in page and "Sie hatten hier schon etwas geschrieben, am " in page
    page = read(editor, "/unsere-stadt/angaben/innenstadt")
    assert "Halber Satz" in page and "schon etwas geschrieben" in page
    editor.post("/unsere-stadt/angaben/innenstadt", data={**base, "state": "strength"})
    assert "schon etwas" not in read(editor, "/unsere-stadt/angaben/innenstadt")
    drop = {**base, "formular": "section:t03"}
    assert editor.post("/unsere-stadt/getippt/verwerfen", data=drop).location == ADDRESS.format("t03")
    assert "Halbs" not in read(editor, ADDRESS.format("t03"))
    assert editor.post("/unsere-stadt/getippt/verwerfen", data={**base, "formular": "x"}).status_code == 404


def test_what_is_half_typed_on_an_old_version_meets_the_newer_one(editor: FlaskClient, cast: Cast) -> None:
    typed.keep(cast.colleague.id, cast.town.id, "section:t03", {"text": ["Alt"], "version": ["0"]})
    SectionFactory(town_id=cast.town.id, text="Neu")
    assert "Neu" in send(editor, "t03", 409, text="Alt")


@pytest.mark.parametrize("is_signed_out", [True, False])
def test_a_form_sent_after_the_session_ended_gives_every_word_back(
    is_signed_out: bool, client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    sign_in(client, cast.mayor)
    mine = {**hidden(read(client, ADDRESS.format("t03"))), "visibility": "public"}
    mine |= {"formats-0-format": "Bürgerrat", "text": "\nZwei Zeilen\n<b>Text</b>"}
    if is_signed_out:
        client.post("/abmelden", data=mine)
    else:
        sign_in(client, cast.mayor)
    response = client.post(ADDRESS.format("t03"), data=mine, headers=HERE)
    page = response.get_data(as_text=True)
    assert response.status_code == 400 and "Noch nicht gespeichert" in page
    assert "&lt;b&gt;Text&lt;/b&gt;" in page and response.headers["Cache-Control"] == "no-store"
    assert ("nicht mehr angemeldet" in page) is is_signed_out
    fields = re.findall(r'<textarea name="([^"]+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    assert {name: unescape(text) for name, text in fields} == {
        name: text for name, text in mine.items() if name != "csrf_token"
    }
    if not is_signed_out:
        token = re.findall(r'name="csrf_token" value="([^"]*)"', page)[-1]
        assert client.post(ADDRESS.format("t03"), data={**mine, "csrf_token": token}).status_code == 302
        assert sections.find(cast.town.id, "t03").text == "Zwei Zeilen\n<b>Text</b>"


def test_an_idle_session_hands_the_text_back_too_but_nothing_from_elsewhere(
    app: Flask, client: FlaskClient
) -> None:
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    address = "/unsere-stadt/angaben/innenstadt"
    response = client.post(address, data={"sentence": "Mein Satz"}, headers=HERE)
    assert response.status_code == 401 and "Mein Satz" in response.get_data(as_text=True)
    for headers in ({}, {"Origin": "https://boese.example"}, {"Origin": "null"}):
        response = client.post(address, data={"sentence": "Untergeschoben"}, headers=headers)
        assert response.location == "/anmelden" and "Untergeschoben" not in response.get_data(as_text=True)


def test_pages_of_sections_cost_a_constant_number_of_queries(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    def queries(address: str) -> int:
        with counted_queries() as statements:
            read(client, address)
        return len(statements)

    town = f"/stadt/{cast.town.slug}-{cast.town.ags}"
    pages = ("/unsere-stadt", ADDRESS.format("t03"), ADDRESS.format("t03") + "/verlauf", town)
    release = "/unsere-stadt/freigaben"
    sign_in(client, cast.colleague)
    SectionFactory(town_id=cast.town.id)
    # The first pages of a process read the picture of all towns, and who belongs to which network.
    queries(pages[0]), queries(town)
    first = [queries(page) for page in pages]
    for thesis in ("t01", "t02", "t05"):
        SectionFactory(town_id=cast.town.id, thesis=thesis, fields={})
        SectionDraftFactory(town_id=cast.town.id, thesis=thesis, fields={}, author_id=cast.mayor.id)
        SectionVersionFactory(town_id=cast.town.id, version=len(thesis) + int(thesis[1:]))
    assert [queries(page) for page in pages] == first
    assert max(first[:3]) <= 9
    sign_in(client, cast.mayor)
    assert queries(release) <= 8 and queries("/unsere-stadt") <= 9
