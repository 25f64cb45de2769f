"""A mayor signs up in a real browser: with the list that renews itself, by keyboard, and without any script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from kleinstadt_net.database import db
from kleinstadt_net.services import town_names
from tests.browser.conftest import DESKTOP, TELEPHONE
from tests.browser.navigators import PASSWORD, Navigator
from tests.factories import TownFactory
from tests.services.test_sign_up import last_letter, token_in
from tests.support.server import LiveServer


@pytest.mark.parametrize(
    ("viewport", "has_script"),
    [(DESKTOP, True), (TELEPHONE, False)],
    ids=["by keyboard", "without any script"],
)
def test_a_mayor_finds_her_town_and_signs_up(
    live_server: LiveServer,
    open_window: Callable[..., Page],
    viewport: dict[str, int],
    has_script: bool,
) -> None:
    for name in ("Mühlenqualm", "Lauenfurt", "St. Wispel-Rot"):
        TownFactory(**town_names.columns(name, "Ellernkreis"))
    page = open_window(viewport, java_script_enabled=has_script)
    she = Navigator(page, has_script)
    page.goto("/")
    page.get_by_role("link", name="Mitmachen").click()
    she.sees_heading("Für welche Stadt möchten Sie mitmachen?")
    field = page.get_by_label("Name Ihrer Stadt")
    if has_script:
        field.press_sequentially("muhlnqual")
        expect(page.get_by_role("status")).to_have_text("Eine Stadt oder Gemeinde passt.")
        she.finds_the_page_usable()
        field.press("ArrowDown")
        expect(page.get_by_role("link", name="Mühlenqualm")).to_be_focused()
        page.keyboard.press("Escape")
        expect(field).to_be_focused()
        field.press("ArrowDown")
        page.keyboard.press("Enter")
    else:
        field.fill("muhlnqual")
        page.get_by_role("button", name="Suchen").click()
        page.get_by_role("link", name="Mühlenqualm").click()
    she.sees_heading("Mitmachen für Mühlenqualm")
    she.finds_the_page_usable()
    she.press("Registrieren")
    she.sees("Bitte geben Sie Ihren Vornamen ein.")
    she.finds_the_page_usable()

    page.get_by_label("Vorname").fill("Renate")
    page.get_by_label("Nachname").fill("Brandtner")
    page.get_by_label("Amt oder Funktion").fill("Bürgermeisterin")
    page.get_by_label("Dienstliche E-Mail-Adresse").fill("brandtner@rathaus.example")
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_label("Ich habe die Hausregeln gelesen").check()
    she.press("Registrieren")
    she.sees_heading("Wir haben Ihnen geschrieben")

    db.session.rollback()
    page.goto(f"/registrieren/bestaetigen/{token_in(last_letter())}")
    she.finds_the_page_usable()
    page.get_by_label("Ihr Passwort").fill(PASSWORD)
    she.press("Bestätigen")
    she.sees_heading("Ihre Adresse ist bestätigt")
    she.finds_the_page_usable()
