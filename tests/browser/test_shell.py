"""The frame around every page in a real browser: menu, keyboard, paper, a dark system."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.support.accessibility import assert_accessible, assert_fits

# Pages no route stands for; the others are held by test_every_page.py.
STATES = [
    "/staedte?suche=x&land=09&thema=waerme&umkreis=10&sortierung=entfernung",
    "/gibt-es-nicht",
]


def test_an_empty_list_and_an_error_are_accessible_and_fit(page: Page, telephone: Page) -> None:
    for address in STATES:
        page.goto(address)
        assert_accessible(page)
        telephone.goto(address)
        assert_fits(telephone)


def test_the_menu_of_a_telephone_opens_by_keyboard_and_closes_with_escape(telephone: Page) -> None:
    telephone.goto("/thesen")
    summary = telephone.locator(".kn-menu > summary")
    summary.focus()
    summary.press("Enter")
    entry = telephone.locator(".kn-menu").get_by_role("link", name="Thesen")
    expect(entry).to_be_visible()
    assert_accessible(telephone)
    assert_fits(telephone)

    telephone.keyboard.press("Escape")
    expect(entry).to_be_hidden()
    expect(summary).to_be_focused()


def test_the_menu_opens_without_any_script(open_window: Callable[..., Page]) -> None:
    window = open_window({"width": 320, "height": 640}, java_script_enabled=False)
    window.goto("/thesen")
    window.locator(".kn-menu > summary").click()
    expect(window.locator(".kn-menu").get_by_role("link", name="Anmelden")).to_be_visible()


def test_the_first_tab_leads_past_the_navigation(page: Page) -> None:
    page.goto("/thesen")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Zum Inhalt springen")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_paper_shows_the_text_and_not_the_frame(page: Page) -> None:
    page.goto("/thesen/t05")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for hidden in (".kn-header", ".kn-footer", ".kn-breadcrumb"):
        expect(page.locator(hidden)).to_be_hidden()


def test_a_dark_system_does_not_darken_half_the_page(open_window: Callable[..., Page]) -> None:
    window = open_window(color_scheme="dark")
    window.goto("/thesen")
    assert window.evaluate("getComputedStyle(document.body).backgroundColor") in (
        "rgb(255, 255, 255)",
        "oklch(1 0 0)",
    )
    assert_accessible(window)
