"""How a town comes to take part and changes hands, in a real browser, with real letters and a code on paper."""

import re
import shutil
import subprocess
from collections.abc import Callable

import pytest
from flask import current_app
from playwright.sync_api import Page, expect
from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Membership, Stance, Town
from tests.browser.navigators import PASSWORD, Navigator
from tests.factories import AccountFactory, MembershipFactory, TownFactory, TownFigureFactory
from tests.support.server import LiveServer
from tests.support.smtp import PostOffice

OpenWindow = Callable[..., Page]


def make_town(**given: object) -> Town:
    town: Town = TownFactory(name="Ellernrode", **given)
    TownFigureFactory(town=town)
    return town


def make_operator() -> Account:
    operator: Account = AccountFactory(
        email="sommerfeld@netz.example",
        first_name="Ute",
        last_name="Sommerfeld",
        password=PASSWORD,
        is_operator=True,
    )
    return operator


def link_to(smtp: PostOffice, address: str, path: str) -> str:
    """Deliver what is due; the link below ``path`` in the last letter to this address."""
    db.session.rollback()
    result = current_app.test_cli_runner().invoke(args=["letters", "deliver"])
    assert result.exit_code == 0, result.output
    letters = [message for message in smtp.messages if address in str(message["To"])]
    assert letters, f"no letter to {address}"
    body = letters[-1].get_body(("plain",))
    assert body is not None
    found = re.search(rf"https?://\S+{path}\S*", body.get_content())
    assert found is not None, body.get_content()
    return found[0]


def sign_up_and_confirm(she: Navigator, town: Town, smtp: PostOffice, address: str) -> None:
    page = she.page
    page.goto(f"/registrieren?stadt={town.ags}")
    page.get_by_label("Vorname").fill("Karla")
    page.get_by_label("Nachname").fill("Brandtner")
    page.get_by_label("Amt oder Funktion").fill("Bürgermeisterin")
    page.get_by_label("Dienstliche E-Mail-Adresse").fill(address)
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_label("Ich habe die Hausregeln gelesen").check()
    she.press("Registrieren")
    she.sees_heading("Wir haben Ihnen geschrieben")
    page.goto(link_to(smtp, address, "/registrieren/bestaetigen/"))
    page.get_by_label("Ihr Passwort").fill(PASSWORD)
    she.press("Bestätigen")
    she.sees_heading("Ihre Adresse ist bestätigt")


def sign_in(she: Navigator, email: str, path: str) -> None:
    she.page.goto(f"/anmelden?weiter={path}")
    she.page.get_by_label("E-Mail-Adresse").fill(email)
    she.page.get_by_label("Passwort").fill(PASSWORD)
    she.press("Anmelden")


def test_from_signing_up_over_the_operators_click_to_the_first_statement(
    live_server: LiveServer, open_window: OpenWindow, smtp: PostOffice
) -> None:
    town, address = make_town(), "karla.brandtner@ellernrode.example"
    she, operator = Navigator(open_window()), Navigator(open_window())
    sign_up_and_confirm(she, town, smtp, address)

    sign_in(operator, make_operator().email, "/betrieb/pruefungen")
    operator.sees("Karla Brandtner für Ellernrode")
    operator.finds_the_page_usable()
    operator.page.get_by_role("button", name="Als Profilverantwortung bestätigen").click()
    operator.sees("Niemand wartet.")
    link_to(smtp, address, "/")

    she.open_stance("Innenstadt")
    she.say("Wir suchen Rat", "Drei Läden in der Hauptstraße stehen leer.")
    she.sees("Wir suchen Rat")
    db.session.rollback()
    assert db.session.scalars(select(Stance.state)).all() == ["seeking"]
    assert db.session.scalars(select(Town.joined_on)).one() is not None


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) reads the letter")
def test_a_code_from_the_letter_to_the_town_hall_makes_the_lead(
    live_server: LiveServer, open_window: OpenWindow, smtp: PostOffice
) -> None:
    town, address = make_town(), "karla.brandtner@web.de.example"
    she, operator = Navigator(open_window()), Navigator(open_window())
    sign_up_and_confirm(she, town, smtp, address)

    sign_in(operator, make_operator().email, f"/betrieb/staedte/{town.ags}/anschrift")
    for label, value in {
        "Name des Rathauses": "Stadt Ellernrode, Rathaus",
        "Straße": "Marktplatz 1",
        "Postleitzahl": "00999",
        "Ort": "Ellernrode",
        "Woher Sie die Anschrift": "Impressum der Stadt",
    }.items():
        operator.page.get_by_label(label, exact=False).fill(value)
    operator.press("Anschrift speichern")
    operator.page.goto("/betrieb/pruefungen")
    with operator.page.expect_download() as download:
        operator.page.get_by_role("button", name="Brief mit Code drucken").click()
    paper = subprocess.run(
        ["pdftotext", "-layout", str(download.value.path()), "-"], capture_output=True, text=True, check=True
    ).stdout
    code = re.search(r"\b[A-Z0-9]{5}-[A-Z0-9]{5}\b", paper)
    assert code is not None and "Marktplatz 1" in paper and address not in paper, paper

    she.page.goto("/stadt-bestaetigen")
    she.finds_the_page_usable()
    she.page.get_by_label("Code").fill("AAAAA-AAAAA")
    she.press("Code einlösen")
    she.sees("Dieser Code gilt nicht")
    she.page.get_by_label("Code").fill(code[0].lower())
    she.press("Code einlösen")
    she.sees_heading("Guten Tag")
    db.session.rollback()
    assert db.session.scalars(select(Membership.role)).one() == "lead"


def test_after_an_election_the_lead_passes_to_the_successor(
    live_server: LiveServer, open_window: OpenWindow, smtp: PostOffice
) -> None:
    town, address = make_town(taking_part=True), "falk@ellernrode.example"
    mayor = AccountFactory(email="karla.brandtner@ellernrode.example", password=PASSWORD)
    MembershipFactory(account=mayor, town=town)
    she, successor = Navigator(open_window()), Navigator(open_window())
    she.sign_in(mayor.email)
    she.page.goto("/unsere-stadt/uebergabe")
    she.finds_the_page_usable()
    she.page.get_by_label("E-Mail-Adresse", exact=False).fill(address)
    she.press("Einladung zur Übergabe schicken")

    successor.page.goto(link_to(smtp, address, "/einladung/"))
    successor.finds_the_page_usable()
    successor.page.get_by_label("Vorname").fill("Henrik")
    successor.page.get_by_label("Nachname").fill("Falk")
    successor.page.get_by_label("Passwort", exact=False).first.fill(PASSWORD)
    successor.page.get_by_label("Passwort wiederholen").fill(PASSWORD)
    successor.page.get_by_label("Hausregeln", exact=False).check()
    successor.press("Einladung annehmen")
    successor.sign_in(address)
    successor.page.goto("/unsere-stadt/zugaenge")
    successor.sees("Henrik Falk")
    successor.does_not_see("brandtner")
    she.page.goto("/unsere-stadt/zugaenge")
    expect(she.page.get_by_role("heading", level=1)).not_to_contain_text("Wer für Ellernrode handelt")
