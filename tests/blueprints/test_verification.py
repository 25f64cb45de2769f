"""The person's own page and the operator's pages of verification."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.documents import pdf
from kleinstadt_net.models import Account, Letter, LetterCode, Membership, Town, TownAddress, TownDomain
from kleinstadt_net.services import verification
from tests.factories import (
    AccountFactory,
    RoundFactory,
    TownAddressFactory,
    TownDomainFactory,
    TownFactory,
    TownFigureFactory,
)
from tests.house.world import World, make_world, routes
from tests.support.client import ProofReadingClient

DESK, STATUS, DOMAINS = "/betrieb/pruefungen", "/stadt-bestaetigen", "/betrieb/domains"


@pytest.fixture
def operator(client: ProofReadingClient, sign_in: Any) -> Account:
    account: Account = AccountFactory(email="operator@netz.example", is_operator=True)
    sign_in(client, account)
    return account


def asks(email: str = "karla@ellernrode.example", town: Town | None = None) -> Membership:
    town = town or TownFactory(name="Ellernrode")
    TownFigureFactory(town=town, population=8_345)
    person = AccountFactory(email=email, first_name="Karla", last_name="Brandtner")
    begin_writing(db.session)
    membership = verification.claim(person, town, "Bürgermeisterin")
    db.session.commit()
    return membership


def text(client: ProofReadingClient, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return " ".join(re.sub(r"<[^>]+>", " ", response.get_data(as_text=True)).split())


def post(client: ProofReadingClient, page: str, address: str, **data: str) -> Any:
    found = client.get(page).get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', found)
    assert token
    return client.post(address, data={"csrf_token": token[1], **data})


def test_the_desk_shows_all_one_needs_and_one_click_decides(
    client: ProofReadingClient, operator: Account
) -> None:
    membership = asks()
    page = text(client, DESK)
    for words in (
        "Eine Person wartet auf Ihre Entscheidung.",
        "Karla Brandtner für Ellernrode",
        "Bürgermeisterin",
        "karla@ellernrode.example",
        "ellernrode.example ist für Ellernrode nicht eingetragen.",
        "Ellernkreis , Hessen, 8.345 Einwohner".replace(" ,", ","),
        "niemand",
        "Anschrift unbekannt",
        f"seit {clock.today():%d.%m.%Y}",
    ):
        assert words in page, words
    done = post(client, DESK, f"{DESK}/{membership.id}/bestaetigen", role="lead", remember_domain="y")
    assert done.location == DESK
    page = text(client, DESK)
    assert "Bestätigt: Profilverantwortung." in page and "Niemand wartet." in page
    assert "Rathäuser, die noch nicht Bescheid wissen" in page
    assert db.session.scalars(select(TownDomain.domain)).all() == ["ellernrode.example"]
    # A second click, or a colleague's, changes nothing.
    client.post(f"{DESK}/{membership.id}/ablehnen", data={"reason": "x"})
    again = post(client, DOMAINS, f"{DESK}/{membership.id}/bestaetigen", role="editor")
    assert again.location == DESK and "schon entschieden" in text(client, DESK)
    db.session.refresh(membership)
    assert (membership.state, membership.role) == ("confirmed", "lead")


def test_a_refusal_needs_a_reason_and_keeps_what_was_typed(
    client: ProofReadingClient, operator: Account
) -> None:
    membership = asks()
    empty = post(client, DESK, f"{DESK}/{membership.id}/ablehnen", reason=" ")
    assert empty.status_code == 422 and "Bitte begründen Sie" in empty.get_data(as_text=True)
    long = post(client, DESK, f"{DESK}/{membership.id}/ablehnen", reason="x" * 501)
    assert long.status_code == 422 and "x" * 501 in long.get_data(as_text=True)
    post(client, DESK, f"{DESK}/{membership.id}/ablehnen", reason="Unbekannt <im> Rathaus")
    letter = db.session.scalars(select(Letter).where(Letter.kind == "membership_refused")).one()
    html = message_from_bytes(letter.content, policy=policy.default).get_body(("html",))
    assert html is not None and "Unbekannt &lt;im&gt; Rathaus" in html.get_content()
    bad_role = post(client, DOMAINS, f"{DESK}/{membership.id}/bestaetigen", role="operator")
    assert bad_role.status_code == 400


def test_the_letter_needs_an_address_and_comes_as_pdf_or_as_a_page_to_print(
    client: ProofReadingClient, operator: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    membership = asks()
    address = f"/betrieb/staedte/{membership.town.ags}/anschrift"
    assert post(client, DESK, f"{DESK}/{membership.id}/brief").location == address
    typed = {"recipient": "Stadt Ellernrode", "street": "Markt 1", "postcode": "9999", "place": "Ellernrode"}
    bad = post(client, address, address, **typed, email="kein")
    assert bad.status_code == 422
    for words in ("fünf Ziffern", "lässt sich nicht schreiben", "Stadt Ellernrode"):
        assert words in bad.get_data(as_text=True)
    post(client, address, address, **{**typed, "postcode": "99998"}, email="Rathaus@Ellernrode.example")
    assert db.session.scalars(select(TownAddress.email)).one() == "rathaus@ellernrode.example"

    monkeypatch.setattr(pdf, "is_available", lambda: False)
    page = post(client, DESK, f"{DESK}/{membership.id}/brief")
    assert "keine PDF-Dateien" in page.get_data(as_text=True)
    assert re.search(r'class="kn-code">[A-Z0-9]{5}-[A-Z0-9]{5}<', page.get_data(as_text=True))
    monkeypatch.undo()
    monkeypatch.setattr(pdf, "is_available", lambda: True)
    monkeypatch.setattr(pdf, "render", lambda name, context: b"%PDF-" + context["code"].encode())
    paper = post(client, DESK, f"{DESK}/{membership.id}/brief")
    assert paper.mimetype == "application/pdf" and paper.headers["Cache-Control"] == "no-store"
    assert paper.headers["Content-Disposition"] == f'attachment; filename="brief-{membership.town.ags}.pdf"'
    assert "Ein Brief mit Code ist gedruckt" in text(client, DESK)
    assert db.session.query(LetterCode).count() == 1


def test_the_person_sees_how_it_stands_enters_the_code_and_acts(
    client: ProofReadingClient, sign_in: Any, operator: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    membership = asks()
    TownAddressFactory(town=membership.town)
    monkeypatch.setattr(pdf, "is_available", lambda: False)
    letter = post(client, DESK, f"{DESK}/{membership.id}/brief").get_data(as_text=True)
    found = re.search(r'class="kn-code">([A-Z0-9-]+)<', letter)
    assert found
    sign_in(client, membership.account)
    assert "Städte ansehen, die schon dabei sind" in text(client, STATUS)
    for page, status in (("/konto", 200), ("/konto/zugaenge", 200), ("/uebersicht", 403)):
        assert "der Code aus dem Brief" in text(client, page, status), page
    assert "Ein Brief mit einem Code geht mit der Post an Ihr Rathaus." in text(client, STATUS)
    wrong = post(client, STATUS, STATUS, code="AAAAA-AAAAA")
    assert wrong.status_code == 422 and "Dieser Code gilt nicht" in wrong.get_data(as_text=True)
    right = post(client, STATUS, STATUS, code=found[1].lower())
    assert right.location == "/uebersicht"
    assert "Sie tragen jetzt die Verantwortung" in text(client, right.location)


def test_a_claim_is_taken_back_by_its_owner_only(
    client: ProofReadingClient, sign_in: Any, operator: Account
) -> None:
    membership = asks()
    assert post(client, DESK, f"{STATUS}/{membership.id}/zurueckziehen").status_code == 404
    assert "Keine Anfrage von Ihnen ist offen." in text(client, STATUS)
    sign_in(client, membership.account)
    assert "Wir prüfen, ob Sie für Ellernrode sprechen." in text(client, STATUS)
    assert post(client, STATUS, f"{STATUS}/{membership.id}/zurueckziehen").location == STATUS
    assert "Ellernrode: ohne Bestätigung beendet am" in text(client, STATUS)


def test_domains_are_listed_added_found_and_struck_out(client: ProofReadingClient, operator: Account) -> None:
    town = TownFactory(name="Mühlenqualm")
    assert "Noch ist keine Domain eingetragen." in text(client, DOMAINS)
    for domain, words in (
        ("web.de", "Er beweist nichts"),
        ("x", "Das ist keine Domain."),
        ("amt.example", ""),
    ):
        answer = post(client, DOMAINS, DOMAINS, ags=town.ags, domain=domain)
        assert words in answer.get_data(as_text=True)
    unknown = post(client, DOMAINS, DOMAINS, ags="00000000", domain="amt.example")
    assert "Eine Stadt mit diesem Schlüssel gibt es nicht." in unknown.get_data(as_text=True)
    post(client, DOMAINS, DOMAINS, ags=town.ags, domain="mühlenqualm.example")
    page = text(client, f"{DOMAINS}?q=mühl")
    assert "mühlenqualm.example" in page and "2 Einträge zu „mühl“" in page
    assert "ist nichts eingetragen" in text(client, f"{DOMAINS}?q=%22%3Cb%3E")
    row_id = db.session.scalars(select(TownDomain.id).where(TownDomain.domain == "amt.example")).one()
    assert post(client, DOMAINS, f"{DOMAINS}/{row_id}/entfernen").location == DOMAINS
    assert post(client, DOMAINS, f"{DOMAINS}/{row_id}/entfernen").status_code == 404


def test_the_desk_costs_the_same_however_many_wait(client: ProofReadingClient, operator: Account) -> None:
    def queries() -> int:
        seen: list[str] = []
        event.listen(db.engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
        client.get(DESK)
        return len(seen)

    asks("a@eins.example")
    first = queries()
    for n in range(3):
        town = TownFactory()
        TownDomainFactory(town=town, domain=f"stadt{n}.example")
        asks(f"b@stadt{n}.example", town)
    assert queries() == first


def test_who_was_let_in_before_her_town_takes_part_can_open_every_page(
    app: Flask, client: ProofReadingClient, sign_in: Any
) -> None:
    world: World = make_world()
    RoundFactory(month=(clock.today() - timedelta(days=40)).strftime("%Y-%m"))
    town = TownFactory(name="Oberdallen")
    TownDomainFactory(town=town, domain="oberdallen.example")
    membership = asks("jonas@oberdallen.example", town)
    assert membership.state == "confirmed" and town.joined_on is None
    sign_in(client, membership.account)
    for route in routes(app, "GET"):
        assert client.get(world.url(app, route)).status_code < 500, route.rule
    assert "nimmt noch nicht teil" in text(client, "/vorschlaege")
    assert "Ihre Adresse gehört zur Verwaltung." in text(client, STATUS)


def test_somebody_admitted_by_the_domain_reads_what_is_still_missing_and_what_can_be_done(
    client: ProofReadingClient, sign_in: Any
) -> None:
    town = TownFactory(name="Ellernrode", joined_on=None)
    TownDomainFactory(town=town, domain="ellernrode.example")
    RoundFactory()
    sign_in(client, asks(town=town).account)
    overview = text(client, "/uebersicht")
    assert "Ellernrode ist noch nicht dabei: Wir prüfen noch" in overview
    assert "Noch gibt es keine Vorschläge für Ellernrode." in overview and "nichts mehr offen" not in overview
    town.joined_on = clock.today()
    assert "Sobald Sie etwas angegeben haben, schreiben wir Ihnen innerhalb eines Werktags" in text(
        client, "/uebersicht"
    )
    town.joined_on = None
    assert "Angaben zu Ellernrode vorbereiten" in text(client, STATUS)
    assert "die Stadt ist noch nicht dabei" in text(client, "/konto")
