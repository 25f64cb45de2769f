"""Every route says who may use it, and holds everybody to it."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule as UrlRule
from werkzeug.test import TestResponse

from kleinstadt_net.extensions import csrf
from kleinstadt_net.security.access import Policy, Rule, access, acting, rule_of
from tests.house.world import ROLES, World, routes
from tests.support.client import ProofReadingClient

SIGN_IN_PATH = "/anmelden"
SIGN_IN, FORBIDDEN, NOT_FOUND, ALLOWED = "sign in", "forbidden", "not found", "allowed"
# Mail programs post here without a form (RFC 8058); the random characters are the permission.
WITHOUT_CSRF_TOKEN = {"kleinstadt_net.blueprints.digests.by_link.unsubscribe"}
# A page of one's own town that the policy opens to others finds nothing of theirs behind this id.
MEMBERS = {"editor", "lead"}


@pytest.fixture(autouse=True)
def _failures_are_answers(app: Flask) -> None:
    """One page that fails must not hide the others: it is counted as its visitor sees it."""
    app.config["PROPAGATE_EXCEPTIONS"] = False


def without_policy(app: Flask) -> list[str]:
    return [endpoint for endpoint in app.view_functions if rule_of(app, endpoint) is None]


def expected(rule: Rule, role: str) -> str:
    """What the policy promises this role."""
    if rule.policy in {Policy.PUBLIC, Policy.BY_LINK}:
        return ALLOWED
    if rule.policy is Policy.DEVELOPMENT:
        return NOT_FOUND
    if rule.policy is Policy.OPERATOR:
        return ALLOWED if role == "operator" else NOT_FOUND
    if role == "anonymous":
        return SIGN_IN
    if rule.policy is Policy.SIGNED_IN:
        return ALLOWED
    if rule.policy is Policy.VERIFIED or rule.town is acting:
        allowed = {"stranger", "editor", "lead"}
        denial = FORBIDDEN
    else:
        # The town is named in the URL: whoever is not of it learns nothing, not even that it exists.
        allowed = MEMBERS
        denial = NOT_FOUND
    if role not in allowed:
        return denial
    return FORBIDDEN if rule.policy is Policy.LEAD and role == "editor" else ALLOWED


def outcome(response: TestResponse) -> str:
    if 300 <= response.status_code < 400 and (response.location or "").partition("?")[0] == SIGN_IN_PATH:
        return SIGN_IN
    if response.status_code >= 500:
        return f"failure {response.status_code}"
    return {403: FORBIDDEN, 404: NOT_FOUND}.get(response.status_code, ALLOWED)


def test_every_route_names_its_policy(app: Flask) -> None:
    assert without_policy(app) == []


def test_a_route_that_names_no_policy_is_noticed_and_closed(app: Flask, client: ProofReadingClient) -> None:
    app.add_url_rule("/vergessen", "planted", lambda: "open to all")

    assert without_policy(app) == ["planted"]
    assert client.get("/vergessen").status_code == 404


def test_editor_and_lead_cannot_be_asked_for_without_naming_a_town() -> None:
    with pytest.raises(ValueError, match="name a town"):
        access(Policy.EDITOR)
    with pytest.raises(ValueError, match="name a town"):
        access(Policy.PUBLIC, town=acting)


@pytest.mark.parametrize("role", ROLES)
def test_every_page_opens_to_whom_its_policy_says(
    role: str, app: Flask, client: ProofReadingClient, world: World, sign_in: Callable[..., Any]
) -> None:
    wrong = []
    for route in routes(app, "GET"):
        rule = rule_of(app, route.endpoint)
        assert rule is not None
        response = knock(client, "GET", route, role, world, sign_in)
        wanted, got = expected(rule, role), outcome(response)
        # The link may be another's, the object another town's: then there is nothing, whatever the policy.
        may_find_nothing = wanted == ALLOWED and role not in MEMBERS and rule.policy not in {Policy.PUBLIC}
        if got != wanted and not (may_find_nothing and got == NOT_FOUND):
            wrong.append(f"{route.rule}: {wanted} promised, {got} ({response.status_code}) given")
    assert not wrong


@pytest.mark.parametrize("role", ROLES)
def test_every_form_is_taken_from_whom_its_policy_says(
    role: str, app: Flask, client: ProofReadingClient, world: World, sign_in: Callable[..., Any]
) -> None:
    # Without its token no form goes further than to its view, so the world stays as it is for the next.
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    wrong = []
    for route in routes(app, "POST"):
        rule = rule_of(app, route.endpoint)
        assert rule is not None
        response = knock(client, "POST", route, role, world, sign_in)
        wanted, got = expected(rule, role), outcome(response)
        # An empty form may well speak of nothing; only a refusal would be wrong.
        if got != wanted and not (wanted == ALLOWED and got == NOT_FOUND):
            wrong.append(f"{route.rule}: {wanted} promised, {got} ({response.status_code}) given")
    assert not wrong


@pytest.mark.parametrize("role", ["anonymous", "lead", "operator"])
def test_no_form_is_taken_without_its_token(
    role: str, app: Flask, client: ProofReadingClient, world: World, sign_in: Callable[..., Any]
) -> None:
    taken = []
    for route in routes(app, "POST"):
        view = app.view_functions[route.endpoint]
        if f"{view.__module__}.{view.__name__}" in WITHOUT_CSRF_TOKEN:
            continue
        response = knock(client, "POST", route, role, world, sign_in, data={"csrf_token": "forged"})
        if response.status_code != 400:
            taken.append(f"{route.rule}: {response.status_code}")
    assert not taken


def test_only_listed_views_do_without_a_token(app: Flask) -> None:
    assert csrf._exempt_views == WITHOUT_CSRF_TOKEN
    assert not csrf._exempt_blueprints


def knock(
    client: ProofReadingClient,
    method: str,
    route: UrlRule,
    role: str,
    world: World,
    sign_in: Callable[..., Any],
    **given: Any,
) -> TestResponse:
    """One request by a person of this role; signed in afresh, since a form before may have signed her out."""
    client.delete_cookie("session")
    account = world.account(role)
    if account is not None:
        sign_in(client, account)
    return client.open(world.url(client.application, route), method=method, **given)
