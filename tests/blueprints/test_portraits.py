"""The portrait of a town on one page."""

import re
import zlib
from typing import Any

import pytest
from flask.testing import FlaskClient

from kleinstadt_net.documents import pdf
from kleinstadt_net.services import portraits
from tests.factories import FocusFactory, SectionFactory, StanceFactory
from tests.support.cast import Cast


def address(cast: Cast, name: str = "portraet") -> str:
    return f"/stadt/{cast.town.slug}-{cast.town.ags}/{name}"


def pages(document: bytes) -> int:
    """WeasyPrint puts the objects of a document, its pages among them, into compressed streams."""
    packed = re.findall(rb"<<[^<>]*/ObjStm[^<>]*>>\s*stream\r?\n(.*?)\r?\nendstream", document, re.DOTALL)
    return sum(len(re.findall(rb"/Type\s*/Page\b", zlib.decompress(one))) for one in packed)


def test_the_portrait_holds_what_everybody_may_read_even_for_its_own_people(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    StanceFactory(town_id=cast.town.id, subject="innenstadt", sentence="Der Markt ist wieder voll.")
    visitor = client.get(address(cast)).text
    assert "Der Markt ist wieder voll." in visitor
    StanceFactory(town_id=cast.town.id, subject="waerme", state="seeking", sentence="Wer hat ein Netz?")
    SectionFactory(
        town_id=cast.town.id, thesis="t07", fields={"vision": "Im Kreis vorn."}, visibility="verified"
    )
    assert client.get(address(cast)).text == visitor
    sign_in(client, cast.mayor)
    page = client.get(address(cast)).text
    assert "Wer hat ein Netz?" not in page and "Im Kreis vorn." not in page


def test_an_old_name_moves_and_a_town_not_taking_part_has_no_portrait(
    client: FlaskClient, cast: Cast
) -> None:
    moved = client.get(f"/stadt/alter-name-{cast.town.ags}/portraet")
    assert moved.status_code == 301 and moved.location == address(cast)
    quiet = cast.suspended_town
    assert client.get(f"/stadt/{quiet.slug}-{quiet.ags}/portraet").status_code == 404
    assert client.get("/stadt/x-99999999/portraet.pdf").status_code == 404


def test_the_file_is_one_page_however_much_a_town_has_written(client: FlaskClient, cast: Cast) -> None:
    short = client.get(address(cast, "portraet.pdf"))
    assert short.mimetype == "application/pdf" and pages(short.data) == 1
    long = "Wort " * 36
    for key in ("t01", "t02", "t03"):
        FocusFactory(town_id=cast.town.id, thesis=key)
    for subject in ("innenstadt", "waerme", "wohnen", "digitales", "mobilitaet", "ehrenamt", "t02", "t03"):
        StanceFactory(town_id=cast.town.id, subject=subject, sentence=long.strip())
    rows = [{"text": long.strip()} for _ in range(10)]
    SectionFactory(town_id=cast.town.id, thesis="t01", fields={"strengths": rows}, visibility="public")
    plans = [{"title": long.strip()[:120], "state": "running", "result": long.strip()} for _ in range(5)]
    SectionFactory(
        town_id=cast.town.id,
        thesis="t07",
        fields={"vision": long.strip(), "projects": plans},
        visibility="public",
    )
    assert pages(client.get(address(cast, "portraet.pdf")).data) == 1


def test_while_others_are_drawn_the_page_to_print_takes_its_place(
    client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portraits, "WAIT_SECONDS", 0.01)
    with portraits._drawing:
        refused = client.get(address(cast, "portraet.pdf"))
    assert refused.status_code == 503 and "sehr viele nach Porträts" in refused.text
    assert "Stadtporträt Ellernrode" in refused.text
    assert client.get(address(cast, "portraet.pdf")).status_code == 200


def test_without_pango_the_page_to_print_takes_its_place(
    client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "is_available", lambda: False)
    assert client.get(address(cast, "portraet.pdf")).location == address(cast)
    assert "Drucken Sie einfach diese Seite" in client.get(address(cast)).text
