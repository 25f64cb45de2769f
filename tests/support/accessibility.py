"""WCAG 2.2 AA as far as a machine can see it, by axe-core inside the real browser."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def assert_accessible(page: Page) -> None:
    """No violation on the page as it stands now; the report names element and remedy."""
    results = Axe().run(
        page, options={"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": STANDARD}}
    )
    assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"


def assert_fits(page: Page) -> None:
    """Nothing makes the page wider than the window: nobody scrolls sideways on a telephone."""
    wide, window = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert wide <= window, f"{page.url} is {wide} px wide in a window of {window} px"
