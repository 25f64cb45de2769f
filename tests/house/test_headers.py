"""Headers that hold on every page, and the few pages that deviate."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from kleinstadt_net.security import headers
from tests.house.world import World, routes
from tests.support.client import ProofReadingClient

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
# Shows a letter as it was sent, with its own inlined styles / shows such a page inside a frame.
DEVIATING = {
    "digests.show": headers.EMBEDDING_POLICY,
    "digests.letter": headers.LETTER_POLICY,
    "digests.past": headers.LETTER_POLICY,
    "digests.read": headers.LETTER_POLICY,
    "operations.mailbox_letter": headers.EMBEDDING_POLICY,
    "operations.mailbox_view": headers.LETTER_POLICY,
    "operations.previewed_letter": headers.EMBEDDING_POLICY,
    "operations.previewed_view": headers.LETTER_POLICY,
}


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """As in development, where all pages open."""
    app = make_app("development")
    with app.app_context():
        yield app


def faults(response: TestResponse, policy: str) -> list[str]:
    wanted = {**headers.FIXED, "Content-Security-Policy": policy}
    if "frame-ancestors 'none'" in policy:
        wanted["X-Frame-Options"] = "DENY"
    found = [
        f"{name}: {response.headers.get(name)!r}"
        for name, value in wanted.items()
        if response.headers.get(name) != value
    ]
    return found + ([] if response.headers.get("X-Request-ID") else ["no X-Request-ID"])


@pytest.mark.parametrize("role", ["anonymous", "lead", "operator"])
def test_every_page_carries_the_headers(
    role: str, app: Flask, client: ProofReadingClient, world: World, sign_in: Callable[..., Any]
) -> None:
    account = world.account(role)
    if account is not None:
        sign_in(client, account)
    wrong = {}
    for route in routes(app, "GET"):
        response = client.get(world.url(app, route))
        shown = response.status_code == 200
        policy = DEVIATING.get(route.endpoint, headers.CONTENT_POLICY) if shown else headers.CONTENT_POLICY
        if found := faults(response, policy):
            wrong[route.endpoint] = found
        if (
            account is not None
            and route.endpoint != "static"
            and response.headers.get("Cache-Control") != "no-store"
        ):
            wrong.setdefault(route.endpoint, []).append("may be kept by a cache")
    assert not wrong


def test_the_list_of_deviating_pages_names_only_pages_there_are(app: Flask) -> None:
    assert set(DEVIATING) <= set(app.view_functions)


def test_error_pages_carry_them_too(client: ProofReadingClient) -> None:
    response = client.get("/gibt-es-nicht")

    assert response.status_code == 404
    assert not faults(response, headers.CONTENT_POLICY)


def test_the_policy_lets_no_inline_code_and_no_other_host_in() -> None:
    assert "unsafe" not in headers.CONTENT_POLICY
    assert "http" not in headers.CONTENT_POLICY
    assert "script-src" not in headers.LETTER_POLICY
    assert headers.LETTER_POLICY.startswith("default-src 'none'")
    assert "allow-scripts" not in headers.LETTER_POLICY


def test_a_letter_in_a_frame_is_held_no_closer_than_on_a_page_of_its_own() -> None:
    allowed = headers.LETTER_POLICY.partition("sandbox ")[2]
    frames = [
        frame
        for path in TEMPLATES.rglob("*.html")
        for frame in re.findall(r"<iframe[^>]*>", path.read_text())
    ]
    assert frames and all(f'sandbox="{allowed}"' in frame for frame in frames if "sandbox" in frame)


def test_another_host_name_is_refused(client: ProofReadingClient) -> None:
    assert client.get("/", headers={"Host": "elsewhere.example"}).status_code == 400
