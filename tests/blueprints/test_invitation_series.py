"""The operator's series on the web: from filters in the address to letters on paper, and a town hall's objection."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.documents import pdf
from kleinstadt_net.models import InvitationObjection, InvitationSeries, Letter, SeriesLetter, Town
from kleinstadt_net.services import installation
from tests.blueprints.test_accounts import send
from tests.factories import SeriesLetterFactory, TownAddressFactory, TownFactory, TownFigureFactory
from tests.support.cast import Cast, make_cast

NEW = "/betrieb/einladungen/neu"
LONG = "Ober-Mühlenqualm an der Großen Wispel (Ellernwald)"
OPERATOR = {
    "operator_name": "Verein zur Förderung des Austauschs unter kleinen Städten e. V.",
    "operator_address": "Bürgermeister-Mustermann-Platz 17 a|99998 Ellernrode",
    "operator_phone": "09999 123456-78",
    "operator_email": "post@kleinstadtnetz.example",
    "operator_representative": "Renate Muster-Beispielhausen und Karl-Friedrich Exempel",
}


def stored(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def guests() -> list[Town]:
    """One town with everything as long as it may be, one without an address, and six that take part."""
    names = ["Uhlen", "Vahlen", "Wahlen", "Xahlen", "Yahlen", "Zahlen"]
    here = [TownFactory(name=f"{name} an der Großen Wispel", joined_on=clock.today()) for name in names]
    away: list[Town] = [
        TownFactory(name=name, slug=f"gast-{n}", land="09") for n, name in enumerate((LONG, "Lauenwispel"))
    ]
    for n, town in enumerate([*here, *away]):
        TownFigureFactory(town=town, population=8_000 + n)
    installation.touch_towns([town.id for town in away])
    db.session.commit()
    TownAddressFactory(
        town=away[0],
        recipient=f"Stadt {LONG}, Rathaus",
        street="Bürgermeister-Hermann-Beispiel-Platz 17 a",
        place=LONG,
        source="Impressum der Stadt unter https://www.ober-muehlenqualm-an-der-grossen-wispel.example/"
        + "x" * 100,
    )
    return away


def pages(paper: bytes, folder: Path) -> list[str]:
    """The words of each page, and those in the window of the envelope, as poppler reads them."""
    if shutil.which("pdftotext") is None:
        pytest.skip("poppler is missing")
    (folder / "paper.pdf").write_bytes(paper)
    window = ["-r", "254", "-x", "200", "-y", "627", "-W", "850", "-H", "273"]
    read = [
        subprocess.run(
            ["pdftotext", *options, str(folder / "paper.pdf"), "-"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for options in ([], window)
    ]
    return [" ".join(page.split()) for text in read for page in text.split("\f")[:-1]]


@pytest.mark.usefixtures("drawn")
def test_from_filters_in_the_address_to_one_page_for_each_town(
    make_app: Any, sign_in: Any, tmp_path: Path
) -> None:
    app: Flask = make_app(**OPERATOR)
    with app.app_context():
        client, cast = app.test_client(), make_cast()
        named = guests()
        sign_in(client, cast.operator)
        shown = client.get(f"{NEW}?land=09&von=5.000&bis=20000&ohne_anschrift=y").text
        assert "2 Städte bekommen einen Brief" in shown and LONG in shown
        assert "Eine Stadt bekommt einen Brief" in client.get(f"{NEW}?land=09").text
        made = send(client, f"{NEW}?land=09&ohne_anschrift=y", title="Bayern, im November")
        assert made.status_code == 302 and stored(Letter) == 0
        page = client.get(made.location).text
        assert "2 Briefe als PDF herunterladen" in page and "fehlt, wer schreibt" not in page
        assert "Bei einem Brief fehlt die Anschrift" in page
        assert f"/betrieb/staedte/{named[1].ags}/anschrift" in page
        letters = client.get(f"{made.location}/briefe")
        assert letters.mimetype == "application/pdf"
        rows = db.session.scalars(select(SeriesLetter).join(Town).order_by(Town.sort_key)).all()
        first, second, *windows = pages(letters.data, tmp_path)
        if "Lauenwispel:" in first:
            first, second, windows = second, first, windows[::-1]
        assert len(windows) == 2 and len(rows) == 2
        assert windows[0].startswith(f"Stadt {LONG}, Rathaus Bürgermeister") and windows[0].endswith(
            f"99998 {LONG}"
        )
        assert windows[1] == "Lauenwispel, Stadt Rathaus Lauenwispel"
        for text in (first, second):
            assert text.count("km entfernt") == 5 and "Mit freundlichen Grüßen" in text
            assert OPERATOR["operator_phone"] in text and "Mustermann-Platz 17 a" in text
        code = re.search(r"Ihr Code: (\S+)", first)
        assert code is not None and first.count(code[1]) == 3 and f"/widerspruch/{code[1]}" in first
        assert "Impressum der Stadt unter https://www.ober-muehlenqualm" in first
        assert "haben wir nicht gespeichert" in second and "Erfundenes Verzeichnis" in second


def test_without_pango_the_letters_are_a_page_to_print(
    client: FlaskClient, cast: Cast, sign_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "is_available", lambda: False)
    guests()
    sign_in(client, cast.operator)
    made = send(client, f"{NEW}?land=09&ohne_anschrift=y", title="Bayern")
    page = client.get(made.location).text
    assert "2 Briefe drucken" in page and "PDF ist auf diesem Server nicht eingerichtet" in page
    assert "fehlt, wer schreibt" in page
    letters = client.get(f"{made.location}/briefe")
    assert letters.mimetype == "text/html" and letters.text.count('class="kn-paper kn-paper--full"') == 2
    assert letters.text.count("km entfernt") == 10 and letters.text.count("/widerspruch/") == 2
    for letter in db.session.scalars(select(SeriesLetter)):
        send(client, f"/widerspruch/{letter.code}")
    assert client.get(f"{made.location}/briefe").status_code == 404
    assert "nichts mehr zu drucken" in client.get(made.location).text


@pytest.mark.parametrize(
    ("asked", "said", "kept"),
    [
        ("von=9000&bis=8000", "kleiner als die bei „Einwohner von“", ('value="9000"', 'value="8000"')),
        ("anzahl=201", "höchstens 200 Briefe", ('value="201"',)),
        ("anzahl=0&von=3", "mindestens einen", ('value="0"', 'value="3"')),
        ("von=viele&bis=12000", "ganze Zahl", ('value="viele"', 'value="12000"')),
        ("land=zz&von=7000", "Diese Auswahl gibt es nicht", ('value="7000"',)),
    ],
)
def test_filters_that_make_no_sense_are_named_and_nothing_typed_is_lost(
    client: FlaskClient, cast: Cast, sign_in: Any, asked: str, said: str, kept: tuple[str, ...]
) -> None:
    guests()
    sign_in(client, cast.operator)
    page = client.get(f"{NEW}?{asked}&ohne_anschrift=y")
    assert page.status_code == 200
    refused = send(client, f"{NEW}?{asked}&ohne_anschrift=y", title="Zum Trotz")
    assert refused.status_code == 422 and stored(InvitationSeries) == 0 and "Zum Trotz" in refused.text
    for text in (page.text, refused.text):
        assert said in text and all(value in text for value in kept)
        assert re.search(r'name="ohne_anschrift"[^>]*checked|checked[^>]*name="ohne_anschrift"', text)


def test_a_series_needs_a_name_and_somebody_to_write_to(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    sign_in(client, cast.operator)
    assert "Zu dieser Auswahl passt keine Stadt" in client.get(NEW).text
    guests()
    for title, said in (("", "einen Namen"), ("x" * 121, "höchstens 120 Zeichen")):
        refused = send(client, f"{NEW}?land=09", title=title)
        assert refused.status_code == 422 and said in refused.text and title in refused.text
    csrf = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(f"{NEW}?land=09").text)
    assert csrf is not None
    nobody = client.post(f"{NEW}?land=01", data={"csrf_token": csrf[1], "title": "Niemand"})
    assert nobody.status_code == 422 and "passt keine Stadt" in nobody.text
    assert 'name="titel" value="Niemand"' in nobody.text
    assert 'value="Niemand"' in client.get(f"{NEW}?land=09&titel=Niemand").text
    assert stored(InvitationSeries) == 0


def test_the_operator_finds_a_letter_by_its_code_and_strangers_find_no_series(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    letter = SeriesLetterFactory(code="ACDEFGHJKM")
    town = db.session.get_one(Town, letter.town_id)
    series = f"/betrieb/einladungen/{letter.series_id}"
    for account in (cast.mayor, cast.suspended):
        sign_in(client, account)
        for address in ("/betrieb/einladungen", NEW, series, f"{series}/briefe"):
            assert client.get(address).status_code in (403, 404)
    sign_in(client, cast.operator)
    found = client.get("/betrieb/einladungen?code=acdef+ghjkm")
    assert (
        found.location == f"{series}#stadt-{town.ags}" and f'id="stadt-{town.ags}"' in client.get(series).text
    )
    for code in ("ACDEFGHJKN", "x" * 300):
        page = client.get(f"/betrieb/einladungen?code={code}")
        assert page.status_code == 200 and "Bitte prüfen Sie Ihre Angaben" in page.text and code in page.text
    assert client.get("/betrieb/einladungen/999").status_code == 404


def test_a_town_hall_objects_with_a_click_and_opening_the_page_changes_nothing(
    client: FlaskClient, app: Flask
) -> None:
    letter = SeriesLetterFactory(code="ACDEFGHJKM", town_id=TownFactory(name="Mühlenqualm").id)
    for _ in range(2):
        page = client.get("/widerspruch/acdef-ghjkm")
        assert page.status_code == 200 and "Keine Post mehr an Mühlenqualm" in page.text
    assert stored(InvitationObjection) == 0
    assert client.post("/widerspruch/ACDEF-GHJKM").status_code == 400 and stored(InvitationObjection) == 0
    for _ in range(2):
        assert "Mühlenqualm bekommt keine Post mehr von uns" in send(client, "/widerspruch/ACDEF-GHJKM").text
    assert db.session.scalars(select(InvitationObjection.town_id)).all() == [letter.town_id]
    unknown = client.get("/widerspruch/ACDEF-GHJKN")
    assert unknown.status_code == 404 and "Diesen Code kennen wir nicht" in unknown.text
    assert "vergleichen Sie die Adresse" in unknown.text and "/impressum" in unknown.text
