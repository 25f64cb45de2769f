"""Documents of examples on the pages: added, waiting, released, handed over, removed."""

import io
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kleinstadt_net import clock, formats, settings
from kleinstadt_net.services import attachments
from kleinstadt_net.services.attachments import AttachmentRow
from tests import factories as make
from tests.blueprints.test_accounts import token
from tests.blueprints.test_sections import read
from tests.files import documents, samples
from tests.support import clamd
from tests.support.cast import Cast
from tests.support.statements import counted_queries

RELEASES = "/unsere-stadt/freigaben"
CONTRACT = ("Straßen & <b>Läden.docx", documents.text())
PHOTO = ("Laden.JPG", samples.picture(60, 40))


@pytest.fixture(autouse=True)
def _own_directory(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bound = settings.current().model_copy(update={"data_dir": tmp_path})
    monkeypatch.setitem(app.config, settings.SETTINGS_KEY, bound)


@pytest.fixture
def example(cast: Cast) -> int:
    made: int = make.PracticeFactory(town_id=cast.town.id).id
    return made


def page_of(example: int) -> str:
    return f"/unsere-stadt/beispiele/{example}/dokumente"


def rows(example: int) -> tuple[AttachmentRow, ...]:
    return attachments.of_practices([example], with_waiting=True).get(example, ())


def send(client: FlaskClient, example: int, *files: tuple[str, bytes]) -> Any:
    form: dict[str, Any] = {
        "csrf_token": token(client, page_of(example)),
        "documents": [(io.BytesIO(data), name) for name, data in files],
    }
    return client.post(page_of(example), data=form, content_type="multipart/form-data")


def press(client: FlaskClient, example: int, row: AttachmentRow, deed: str, status: int = 302) -> Any:
    form = {"csrf_token": token(client, page_of(example))}
    answer = client.post(f"{page_of(example)}/{row.attachment_id}/{deed}", data=form)
    assert answer.status_code == status
    return answer


def test_documents_stand_on_the_examples_page_and_are_saved_under_their_names(
    client: FlaskClient, cast: Cast, sign_in: Any, example: int
) -> None:
    visitor = client.application.test_client()
    before = visitor.get(f"/beispiel/{example}").data
    sign_in(client, cast.mayor)
    assert send(client, example, CONTRACT, PHOTO).status_code == 302
    assert "Gespeichert." in read(client, page_of(example))
    contract, photo = rows(example)
    page = read(visitor, f"/beispiel/{example}")
    assert "Straßen &amp; _b_Läden.docx" in visitor.get(f"/beispiel/{example}").text
    assert f"(Word-Dokument, {formats.file_size(contract.size)})" in page
    assert "Laden.jpg" in page and "Bild (JPEG)" in page
    answer = visitor.get(f"/beispiel/{example}/dokument/{contract.token}")
    assert answer.data == CONTRACT[1] and answer.mimetype == attachments.MEDIA_TYPES["docx"]
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=strassen-b-laeden.docx;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"
    for row in (contract, photo):
        press(client, example, row, "entfernen")
        assert visitor.get(f"/beispiel/{example}/dokument/{row.token}").status_code == 404
    assert visitor.get(f"/beispiel/{example}").data == before


def test_an_editor_reads_that_it_waits_and_visitors_do_not_learn_of_it(
    client: FlaskClient, cast: Cast, sign_in: Any, example: int
) -> None:
    visitor = client.application.test_client()
    before = visitor.get(f"/beispiel/{example}").data
    sign_in(client, cast.colleague)
    send(client, example, PHOTO)
    assert "Sichtbar wird es, sobald es freigegeben ist" in read(client, page_of(example))
    (row,) = rows(example)
    assert visitor.get(f"/beispiel/{example}").data == before
    assert visitor.get(f"/beispiel/{example}/dokument/{row.token}").status_code == 404
    assert client.get(f"/beispiel/{example}/dokument/{row.token}").status_code == 200
    assert "Wartet auf Freigabe" in read(client, f"/beispiel/{example}")
    assert "Ein Dokument wartet auf Freigabe" in read(client, "/unsere-stadt/beispiele")
    assert "/freigeben" not in read(client, page_of(example))
    press(client, example, row, "freigeben", 403)
    sign_in(client, cast.stranger)
    assert client.get(f"/beispiel/{example}/dokument/{row.token}").status_code == 404
    sign_in(client, cast.mayor)
    assert "Laden.jpg" in read(client, RELEASES) and RELEASES in read(client, "/unsere-stadt/beispiele")
    assert press(client, example, row, "freigeben").location == RELEASES
    assert "Laden.jpg" not in read(client, RELEASES)
    assert "Laden.jpg" in read(visitor, f"/beispiel/{example}")
    sign_in(client, cast.colleague)
    assert "/entfernen" not in read(client, page_of(example))
    press(client, example, row, "entfernen")
    assert "entfernen die Personen, die das Profil verantworten" in read(client, page_of(example))
    assert rows(example)


def test_a_submitted_draft_is_released_with_the_documents_its_page_shows(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    example = make.PracticeFactory(
        town_id=cast.town.id, state="draft", submitted_at=clock.now(), changed_by_id=cast.colleague.id
    ).id
    sign_in(client, cast.colleague)
    send(client, example, PHOTO)
    (row,) = rows(example)
    sign_in(client, cast.mayor)
    page = read(client, RELEASES)
    assert (
        "Was davon noch wartet, geben Sie mit frei" in page
        and f'name="dokument" value="{row.attachment_id}"' in page
    )
    form = {"csrf_token": token(client, RELEASES), "version": "1", "dokument": [row.attachment_id, "x"]}
    assert client.post(f"{RELEASES}/beispiel/{example}/freigeben", data=form).status_code == 302
    assert "Laden.jpg" in read(client.application.test_client(), f"/beispiel/{example}")


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ([], "Bitte wählen Sie mindestens eine Datei aus."),
        ([("leer.pdf", b"")], "„leer.pdf“ ist leer."),
        (
            [("../../etc/passwd.pdf", documents.HTML)],
            "„passwd.pdf“ enthält etwas anderes, als die Endung sagt.",
        ),
        ([("wappen.svg", samples.SVG)], "„wappen.svg“ hat ein Format, das wir nicht annehmen."),
        ([("plan.pdf", documents.pdf()[:200])], "„plan.pdf“ ist beschädigt oder unvollständig."),
        ([("plan.docx", documents.text_with_macros())], "„plan.docx“ enthält Makros, Programme"),
        ([("plan.docx", documents.unfolding(60))], "würde sich beim Öffnen auf ein Vielfaches"),
        ([("plan.pdf", b"%PDF-1.7" + b"\0" * 11 * 1024 * 1024)], "„plan.pdf“ ist größer als 10 MB."),
        ([PHOTO] * 6, "Es sind höchstens 5 Dateien möglich."),
        ([PHOTO, ("a.exe", documents.PROGRAM)], "„a.exe“ hat ein Format"),
    ],
)
def test_what_is_not_taken_is_said_at_the_field_and_nothing_is_stored(
    client: FlaskClient, cast: Cast, sign_in: Any, example: int, files: list[tuple[str, bytes]], says: str
) -> None:
    sign_in(client, cast.mayor)
    answer = send(client, example, *files)
    assert answer.status_code == 422 and says in unescape(answer.text) and rows(example) == ()


def test_a_hundred_megabytes_are_not_even_read(
    client: FlaskClient, cast: Cast, sign_in: Any, example: int
) -> None:
    sign_in(client, cast.mayor)
    answer = send(client, example, ("plan.pdf", b"\0" * (100 * 1024 * 1024)))
    assert answer.status_code == 413 and "größer, als wir annehmen" in answer.text


def test_a_scanner_without_an_answer_stops_the_upload_and_says_so(
    app: Flask,
    client: FlaskClient,
    cast: Cast,
    sign_in: Any,
    example: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sign_in(client, cast.mayor)
    with clamd.scanner() as running:
        bound = settings.current().model_copy(update={"clamd_address": running.address})
        monkeypatch.setitem(app.config, settings.SETTINGS_KEY, bound)
        running.answer = clamd.TOO_LARGE
        assert "konnte gerade nicht auf Schadsoftware geprüft werden" in send(client, example, PHOTO).text
        running.answer = clamd.INFECTED
        assert "hat der Virenscanner Schadsoftware gefunden" in send(client, example, PHOTO).text
        assert rows(example) == ()
        running.answer = clamd.CLEAN
        assert send(client, example, PHOTO).status_code == 302


def test_an_example_in_the_archive_takes_no_more_and_a_full_one_says_why(
    client: FlaskClient, cast: Cast, sign_in: Any, example: int
) -> None:
    sign_in(client, cast.mayor)
    archived = make.PracticeFactory(town_id=cast.town.id, state="archived").id
    assert "Holen Sie es zurück" in read(client, page_of(archived))
    form = {"csrf_token": token(client, page_of(example)), "documents": (io.BytesIO(PHOTO[1]), PHOTO[0])}
    answer = client.post(page_of(archived), data=form, content_type="multipart/form-data")
    assert answer.status_code == 404
    send(client, example, *[PHOTO] * 5)
    page = read(client, page_of(example))
    assert "Mehr als fünf Dokumente hat ein Beispiel nicht" in page and 'type="file"' not in page


def test_the_pages_cost_the_same_with_one_document_and_with_five(
    client: FlaskClient, cast: Cast, sign_in: Any, example: int
) -> None:
    other = make.PracticeFactory(town_id=cast.town.id).id
    sign_in(client, cast.colleague)
    send(client, example, PHOTO)
    addresses = [f"/beispiel/{example}", page_of(example), "/unsere-stadt/beispiele", RELEASES]
    sign_in(client, cast.mayor)
    before = [costs(client, address) for address in addresses]
    sign_in(client, cast.colleague)
    send(client, example, *[PHOTO] * 4)
    send(client, other, *[PHOTO] * 5)
    sign_in(client, cast.mayor)
    assert [costs(client, address) for address in addresses] == before


def costs(client: FlaskClient, address: str) -> int:
    read(client, address)
    with counted_queries() as queries:
        read(client, address)
    return len(queries)
