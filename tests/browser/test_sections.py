"""Telling of one's town in a real browser: nothing typed is lost, and it works without any script."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from kleinstadt_net.models import Account, Town
from tests.browser.conftest import DESKTOP, TELEPHONE
from tests.browser.navigators import PASSWORD, Navigator
from tests.factories import (
    AccountFactory,
    MembershipFactory,
    SectionDraftFactory,
    SectionFactory,
    SectionVersionFactory,
    TownFactory,
)
from tests.support.accessibility import assert_fits
from tests.support.server import LiveServer

OpenWindow = Callable[..., Page]
FORM = "/unsere-stadt/abschnitte/t03"
# The browser sends what was typed last beside the next page; the form is opened when it has arrived.
OPENED = f"fetch('{FORM}').then((answer) => answer.text())"
COPIES = "Object.keys(localStorage).filter((key) => key.startsWith('kn-getippt:')).length"


def mayor_of(town: Town) -> Account:
    person: Account = AccountFactory(email=f"lead@{town.slug}.example", password=PASSWORD)
    MembershipFactory(account=person, town=town)
    return person


def test_what_one_types_outlives_a_closed_tab_and_an_ended_session(
    live_server: LiveServer, open_window: OpenWindow
) -> None:
    home = TownFactory(name="Ellernrode", taking_part=True)
    email = mayor_of(home).email
    page = open_window()
    she = Navigator(page)
    she.sign_in(email)
    page.goto(FORM)
    with page.expect_response("**/unsere-stadt/getippt") as kept:
        page.get_by_label("Mehr dazu").fill("Halb geschrieben")
    assert kept.value.status == 204

    # Left without saving, a moment before the next pause: what stands there goes along.
    page.get_by_label("Mehr dazu").fill("Halb geschrieben, und mehr")
    page.goto("/uebersicht")
    page.wait_for_function(
        f"{OPENED}.then((text) => text.includes('Halb geschrieben, und mehr'))", polling=200
    )
    page.goto(FORM)
    she.sees("Sie hatten hier schon etwas geschrieben")
    expect(page.get_by_label("Mehr dazu")).to_have_value("Halb geschrieben, und mehr")
    she.finds_the_page_usable()

    # The session ends while the page stands open; the copy waits in this browser.
    page.context.clear_cookies()
    with page.expect_response("**/unsere-stadt/getippt"):
        page.get_by_label("Mehr dazu").fill("Nach dem Ende der Sitzung")
    page.wait_for_function(f"{COPIES} === 1")
    she.press("Speichern")
    she.sees_heading("Noch nicht gespeichert")
    she.sees("Nach dem Ende der Sitzung")
    she.finds_the_page_usable()
    she.sign_in(email)
    page.goto(FORM)
    she.press("In das Formular einsetzen")
    expect(page.get_by_label("Mehr dazu")).to_have_value("Nach dem Ende der Sitzung")
    assert page.evaluate(COPIES) == 0
    she.press("Speichern")
    she.sees("Der Abschnitt ist gespeichert.")
    page.goto(FORM)
    she.does_not_see("schon etwas geschrieben")

    # Signing out leaves nothing behind.
    page.evaluate("localStorage.setItem('kn-getippt:99:section:t03', '[]')")
    page.locator("form[action='/abmelden'] button").first.evaluate("button => button.click()")
    page.wait_for_url("**/")
    assert page.evaluate(COPIES) == 0


def test_a_section_is_written_on_a_telephone_without_any_script(
    live_server: LiveServer, open_window: OpenWindow
) -> None:
    home = TownFactory(name="Ellernrode", taking_part=True)
    page = open_window(TELEPHONE, java_script_enabled=False)
    she = Navigator(page, has_script=False)
    she.sign_in(mayor_of(home).email)
    page.goto("/unsere-stadt/abschnitte/t07")
    page.get_by_label("Titel").fill("Markt")
    she.page.get_by_role("button", name="Weiteren Eintrag hinzufügen").click()
    expect(page.get_by_label("Titel")).to_have_count(2)
    page.get_by_label("Titel").nth(1).fill("Brauerei")
    page.get_by_label("Beginn").nth(1).fill("2025-03")
    she.finds_the_page_usable()
    she.press("Vorschau")
    she.sees("Gespeichert ist er noch nicht.")
    she.finds_the_page_usable()
    # Enter in a field saves; it does not add a row.
    page.get_by_label("Titel").nth(1).press("Enter")
    she.sees("Der Abschnitt ist gespeichert.")
    page.goto(f"/stadt/{home.slug}-{home.ags}")
    she.sees("Brauerei")
    she.finds_the_page_usable()


def test_every_page_of_sections_is_usable_by_everybody(
    live_server: LiveServer, open_window: OpenWindow
) -> None:
    home = TownFactory(name="Ellernrode", taking_part=True)
    email = mayor_of(home).email
    project = {"title": "Markt", "begins": "2025-03", "result_month": "2026-10", "quick": True, "aim": "Mehr"}
    SectionFactory(town_id=home.id, thesis="t08", fields={"projects": [project]})
    SectionFactory(town_id=home.id, version=2, visibility="verified")
    SectionVersionFactory(town_id=home.id, text="Einmal im Jahr, x" + "x" * 200)
    SectionVersionFactory(town_id=home.id, version=2)
    SectionDraftFactory(town_id=home.id)
    pages = (
        "/unsere-stadt",
        FORM,
        f"{FORM}/verlauf",
        "/unsere-stadt/freigaben",
        f"/stadt/{home.slug}-{home.ags}",
    )
    she = Navigator(open_window())
    she.sign_in(email)
    for address in pages:
        she.page.set_viewport_size(DESKTOP)
        she.page.goto(address)
        she.finds_the_page_usable()
        she.page.set_viewport_size(TELEPHONE)
        assert_fits(she.page)
