"""Every page there is, as visitor, lead and operator see it: accessible on a desk, and no wider than a telephone."""

from collections.abc import Callable

import pytest
from flask import Flask, current_app
from playwright.sync_api import Page

from kleinstadt_net.database import db
from kleinstadt_net.security.access import Policy, rule_of
from kleinstadt_net.security.passwords import hash_password
from tests.browser.conftest import DESKTOP, TELEPHONE
from tests.browser.navigators import PASSWORD, Navigator
from tests.house.world import make_world, routes
from tests.support.accessibility import assert_accessible, assert_fits
from tests.support.server import LiveServer

# Whose pages are looked at with whose eyes; what members see of these public pages differs from what visitors do.
POLICIES = {
    "anonymous": {Policy.PUBLIC, Policy.BY_LINK},
    "lead": {Policy.SIGNED_IN, Policy.VERIFIED, Policy.EDITOR, Policy.LEAD},
    "operator": {Policy.OPERATOR, Policy.DEVELOPMENT},
}
ALSO_AS_LEAD = {
    "towns.index",
    "towns.show",
    "towns.map_of_hits",
    "pages.thesis",
    "comparison.show",
    "networks.show",
}


@pytest.mark.parametrize("role", POLICIES)
def test_every_page_is_accessible_and_fits_a_telephone(
    role: str, live_server: LiveServer, open_window: Callable[..., Page]
) -> None:
    world = make_world()
    account = world.account(role)
    page = open_window()
    if account is not None:
        account.password_hash = hash_password(PASSWORD)
        db.session.commit()
        Navigator(page).sign_in(account.email, "Betrieb" if role == "operator" else "Guten Tag")
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    seen = 0
    for route in routes(app, "GET"):
        address = world.url(app, route)
        if not _is_looked_at(app, role, route.endpoint) or not _is_page(page, address):
            continue
        page.set_viewport_size(DESKTOP)
        page.goto(address)
        assert_accessible(page)
        page.set_viewport_size(TELEPHONE)
        assert_fits(page)
        seen += 1
    assert seen > 10


def _is_looked_at(app: Flask, role: str, endpoint: str) -> bool:
    rule = rule_of(app, endpoint)
    if rule is None:
        return False
    return rule.policy in POLICIES[role] or (role == "lead" and endpoint in ALSO_AS_LEAD)


def _is_page(page: Page, address: str) -> bool:
    """Neither a file nor a redirect nor a letter, and open to whoever asks.

    Letters are held elsewhere as letters are. They run no script, not even one that would look at them.
    """
    answer = page.request.get(address, max_redirects=0, fail_on_status_code=False)
    is_letter = "sandbox" in answer.headers["content-security-policy"]
    return answer.status == 200 and answer.headers["content-type"].startswith("text/html") and not is_letter
