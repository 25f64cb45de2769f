"""The stage itself: a real browser sees the real application, and complaints reach the test."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.support.accessibility import assert_accessible, assert_fits


def test_the_imprint_can_be_read_on_a_desk_and_on_a_telephone(page: Page, telephone: Page) -> None:
    for window in (page, telephone):
        window.goto("/impressum")
        expect(window.locator("h1")).to_be_visible()
        assert_accessible(window)
        assert_fits(window)


def test_two_windows_are_two_people(open_window: Callable[..., Page]) -> None:
    one, other = open_window(), open_window()
    one.goto("/impressum")
    one.context.add_cookies([{"name": "mark", "value": "1", "url": one.url}])

    assert not other.context.cookies()
