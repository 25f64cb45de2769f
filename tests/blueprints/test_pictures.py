"""The page of a town's picture, and the addresses of pictures."""

import io
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kleinstadt_net import settings
from kleinstadt_net.services import pictures
from tests.blueprints.test_accounts import token
from tests.files import samples
from tests.support.cast import Cast

PAGE = "/unsere-stadt/bild"
WORDS = {
    "alternative_text": "Der Marktplatz am Markttag.",
    "photographer": "Stadt Ellernrode",
    "right_of_use": "eigenes Bild der Stadt",
}


@pytest.fixture(autouse=True)
def _own_directory(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bound = settings.current().model_copy(update={"data_dir": tmp_path})
    monkeypatch.setitem(app.config, settings.SETTINGS_KEY, bound)


def send(client: FlaskClient, data: bytes | None, **words: str) -> Any:
    form: dict[str, Any] = {"csrf_token": token(client, PAGE), **WORDS, **words}
    if data is not None:
        form["picture"] = (io.BytesIO(data), "markt.jpg")
    return client.post(PAGE, data=form, content_type="multipart/form-data")


def test_a_picture_is_uploaded_shown_described_and_removed(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    sign_in(client, cast.mayor)
    # Larger than any other request may be.
    heavy = samples.picture(1500, 1000, kind="PNG", compress_level=0)
    assert len(heavy) > 2 * 1024 * 1024 and send(client, heavy).status_code == 302
    row = pictures.of_town(cast.town.id, verified=False)
    assert row is not None
    page = client.get(f"/stadt/{cast.town.slug}-{cast.town.ags}").text
    assert f"/bild/{row.token}/1500.jpg" in page and 'alt="Der Marktplatz am Markttag."' in page
    assert "Bild: Stadt Ellernrode (eigenes Bild der Stadt)" in page
    shown = client.get(f"/bild/{row.token}/400.jpg")
    assert shown.mimetype == "image/jpeg" and shown.headers["X-Content-Type-Options"] == "nosniff"
    words = f"{PAGE}/{row.picture_id}/angaben"
    csrf = {"csrf_token": token(client, words)}
    assert client.post(words, data={**WORDS, "photographer": "", **csrf}).status_code == 422
    assert client.post(words, data={**WORDS, "photographer": "<b>Karla</b>", **csrf}).status_code == 302
    assert "&lt;b&gt;Karla" in client.get(PAGE).text
    assert client.post(f"{PAGE}/{row.picture_id}/entfernen", data=csrf).status_code == 302
    assert client.get(f"/bild/{row.token}/400.jpg").status_code == 404


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (None, "Bitte wählen Sie ein Bild aus"),
        (samples.SVG, "im Format JPEG, PNG oder WebP"),
        (samples.huge_on_paper(), "40 Millionen Bildpunkte"),
        (samples.picture()[:9_000], "beschädigt oder unvollständig"),
    ],
)
def test_a_picture_that_cannot_be_taken_costs_none_of_the_words(
    client: FlaskClient, cast: Cast, sign_in: Any, data: bytes | None, says: str
) -> None:
    sign_in(client, cast.mayor)
    answer = send(client, data, alternative_text="Mit viel Mühe beschrieben.")
    assert answer.status_code == 422 and says in answer.text and "Mit viel Mühe beschrieben." in answer.text


def test_more_than_the_limit_is_not_even_read(client: FlaskClient, cast: Cast, sign_in: Any) -> None:
    sign_in(client, cast.mayor)
    assert send(client, b"\0" * (17 * 1024 * 1024)).status_code == 413


def test_an_editor_reads_that_it_waits_and_a_lead_releases_it(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    sign_in(client, cast.colleague)
    assert send(client, samples.picture()).status_code == 302
    page = client.get(PAGE).text
    assert "Wartet auf Freigabe" in page and "Bild freigeben" not in page
    waiting = pictures.own(cast.town.id).waiting
    assert waiting is not None
    sign_in(client, cast.mayor)
    assert "Bild freigeben" in client.get(PAGE).text
    csrf = {"csrf_token": token(client, PAGE)}
    assert client.post(f"{PAGE}/{waiting.picture_id}/freigeben", data=csrf).status_code == 302
    assert "Bild freigeben" not in client.get(PAGE).text
    sign_in(client, cast.colleague)
    for address in (f"{PAGE}/{waiting.picture_id}/angaben", f"{PAGE}/{waiting.picture_id}/entfernen"):
        method = "GET" if address.endswith("angaben") else "POST"
        csrf = {"csrf_token": token(client, PAGE)}
        assert client.open(address, method=method, data=csrf).location == PAGE
        assert "ändern die Personen, die das Profil verantworten" in client.get(PAGE).text
    assert pictures.own(cast.town.id).shown is not None
