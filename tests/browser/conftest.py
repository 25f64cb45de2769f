"""The journeys' stage: the real application on loopback and a real browser, wide and narrow."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect

from kleinstadt_net.database import db
from tests.conftest import missing
from tests.support import browser, server
from tests.support.server import LiveServer

DESKTOP: ViewportSize = {"width": 1280, "height": 900}
TELEPHONE: ViewportSize = {"width": 320, "height": 640}
# Milliseconds: long enough for a machine that does other work beside the tests; nothing waits longer than it must.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    path = browser.path()
    if path is None:
        missing("REQUIRE_BROWSER", browser.MISSING)
    return {**browser_type_launch_args, "executable_path": path, "args": browser.arguments()}


@pytest.fixture
def live_server(make_app: Callable[..., Flask]) -> Iterator[LiveServer]:
    """The application as it is served, at ``live_server.url``; the test's factories share its database.

    PUBLIC_URL is the address of the server, so the links in letters can be opened.
    """
    bound = server.bind()
    app = make_app("development", public_url=bound.url)
    bound.start(app)
    with app.app_context():
        yield bound
        db.session.rollback()
    bound.stop()


@pytest.fixture
def open_window(
    new_context: Callable[..., BrowserContext], live_server: LiveServer
) -> Iterator[Callable[..., Page]]:
    """``open_window(TELEPHONE)``: the browser of one person, with no cookies yet.

    A page that asks another host for anything, breaks the content policy or raises in its script fails the test.
    """
    complaints: list[str] = []

    def open_(viewport: ViewportSize = DESKTOP, **given: Any) -> Page:
        context = new_context(base_url=live_server.url, viewport=viewport, locale="de-DE", **given)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("request", lambda request: complaints.extend(_elsewhere(request.url, live_server.url)))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.extend(_blocked(message.text)))
        return page

    yield open_
    assert not complaints


@pytest.fixture
def page(open_window: Callable[..., Page]) -> Page:
    """A window on a desk, 1280 px wide."""
    return open_window(DESKTOP)


@pytest.fixture
def telephone(open_window: Callable[..., Page]) -> Page:
    """A window on a small telephone, 320 px wide."""
    return open_window(TELEPHONE)


def _elsewhere(url: str, home: str) -> list[str]:
    return [] if url.startswith((home, "data:", "about:")) else [f"asked {url}"]


def _blocked(text: str) -> list[str]:
    return [text] if "Content Security Policy" in text else []
