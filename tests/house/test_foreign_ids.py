"""An id in an address opens nothing to people it is none of the business of, and tells them nothing either.

Every route with an id is walked, so a new one cannot be forgotten. Whoever may do it does it last, with the same form:
that shows the refusals before were about the person and not about the form.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule as UrlRule
from werkzeug.test import TestResponse

from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Membership, Town
from kleinstadt_net.security.access import Policy, rule_of
from tests.house.test_reading import everything
from tests.house.world import World, routes
from tests.support.client import ProofReadingClient

NOBODYS = 987_654
# What a person would send along, where a form says more than which button it was.
FORMS: dict[str, dict[str, str]] = {
    "memberships.change_role": {"role": "editor"},
    "appointments.step": {"schritt": "decline"},
    "circles.answer": {"antwort": "ja"},
    "exchanges.mute": {"stumm": "ja"},
    "exchanges.write": {"nachricht": "Passt Ihnen Dienstag?"},
    "peer_reviews.answer": {"antwort": "ja"},
    "circles.meeting": {"ort": "Rathaus", "version": "1"},
    "suggestions.answer": {"answer": "contact"},
    "suggestions.give_reason": {"grund": "too_far"},
    "stances.release": {"version": "0"},
    "verification.approve": {"role": "editor"},
    "operations.decide_report": {"outcome": "kept", "reason": "Der Inhalt ist nicht zu beanstanden."},
}


# Routes for what is one's own, which is not the mayor's in this world.
OWNERS = {
    "sections.withdraw": "colleague",
    "stances.withdraw_draft": "colleague",
    "verification.withdraw": "unverified",
}


# Every confirmed town may read a question and answer it, and come to what somebody invites to.
EVERYBODYS = {
    "questions.show",
    "questions.answer",
    "events.show",
    "events.calendar",
    "events.register",
    "events.unregister",
}
# Released examples are everybody's; a draft is its town's alone, whatever is done with it.
OF_EXAMPLES = "/beispiel/"


def ids(rule: UrlRule) -> list[str]:
    return [name for name in rule.arguments if name.endswith("_id")]


def with_ids(app: Flask) -> list[tuple[UrlRule, str]]:
    """Every route with an id, once for each way it is asked."""
    return [
        (rule, method)
        for method in ("GET", "POST")
        for rule in routes(app, method)
        if ids(rule) and rule.endpoint not in EVERYBODYS
    ]


def ask(
    client: ProofReadingClient, world: World, rule: UrlRule, method: str, *, nobodys: bool | None = None
) -> TestResponse:
    address = world.url(client.application, rule)
    hides = nobodys is False and rule.rule.startswith(OF_EXAMPLES)
    if nobodys or hides:
        asked = world.practice_ids["draft"] if hides else NOBODYS
        address = client.application.url_map.bind("localhost").build(
            rule.endpoint,
            {name: asked if name in ids(rule) else world.arguments[name] for name in rule.arguments},
            method=method,
        )
    data = FORMS.get(rule.endpoint, {}) if method == "POST" else None
    return client.open(address, method=method, data=data)


def ask_afresh(
    client: ProofReadingClient,
    world: World,
    rule: UrlRule,
    method: str,
    person: Account,
    sign_in: Callable[..., Any],
    **given: Any,
) -> TestResponse:
    """The same signed in anew, so that no message of an earlier answer waits for this one."""
    client.delete_cookie("session")
    sign_in(client, person)
    return ask(client, world, rule, method, **given)


def strangers(app: Flask, world: World, rule: UrlRule) -> list[Account]:
    """People who may use such a route, but not for this id; where none may, those who would like to."""
    found = rule_of(app, rule.endpoint)
    assert found is not None
    if found.policy is Policy.LEAD:
        return [world.cast.stranger, world.cast.colleague]
    return [world.cast.stranger, *([world.cast.mayor] if rule.endpoint in OWNERS else [])]


@pytest.fixture(autouse=True)
def _forms_without_tokens(app: Flask, client: ProofReadingClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    # Pages shown without their tokens are no pages to be proof-read.
    client.proof_reading = False


def test_what_belongs_to_another_looks_like_what_does_not_exist(
    app: Flask, client: ProofReadingClient, world: World, sign_in: Callable[..., Any]
) -> None:
    before, told = everything(), []
    for rule, method in with_ids(app):
        for person in strangers(app, world, rule):
            theirs, nobodys = (
                seen(ask_afresh(client, world, rule, method, person, sign_in, nobodys=n))
                for n in (False, True)
            )
            if theirs != nobodys or theirs[0] == 200:
                told.append(f"{method} {rule.rule}: {theirs[:2]}, {nobodys[:2]} for no id")
    assert not told
    assert without_sessions(everything()) == without_sessions(before)


def seen(response: TestResponse) -> tuple[int, str, str]:
    """What a person learns from an answer: its own address, which it may name, left out."""
    if response.location:
        return response.status_code, re.sub(r"\d+$", "", response.location), ""
    page = re.sub(r'name="csrf_token"[^>]*value="[^"]*"', "", response.text)
    return response.status_code, "", page.replace(response.request.path, "")


def without_sessions(tables: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
    """Signing in to ask leaves its own row; nothing else may change."""
    return {name: rows for name, rows in tables.items() if name != "account_sessions"}


def test_whoever_it_belongs_to_gets_through_with_the_same_form(
    app: Flask, client: ProofReadingClient, world: World, sign_in: Callable[..., Any]
) -> None:
    refused = []
    for rule, method in with_ids(app):
        found = rule_of(app, rule.endpoint)
        assert found is not None
        # Each in the same world: what was decided once is gone for the next.
        with as_it_was():
            client.delete_cookie("session")
            owner = "operator" if found.policy is Policy.OPERATOR else OWNERS.get(rule.endpoint, "mayor")
            sign_in(client, getattr(world.cast, owner))
            response = ask(client, world, rule, method)
        if response.status_code in (400, 403, 404):
            refused.append(f"{method} {rule.rule} ({rule.endpoint}): {response.status_code}")
    assert not refused, "\n".join(refused)


@contextmanager
def as_it_was() -> Iterator[None]:
    """Afterwards the database holds again what it held before."""
    db.session.commit()
    kept = sqlite3.connect(":memory:")
    with closing(db.engine.raw_connection()) as connection:
        connection.driver_connection.backup(kept)  # type: ignore[union-attr]
    try:
        yield
    finally:
        db.session.rollback()
        with closing(db.engine.raw_connection()) as connection:
            kept.backup(connection.driver_connection)  # type: ignore[arg-type]
        kept.close()
        db.session.expire_all()


def test_a_planted_route_that_looks_at_no_owner_is_noticed(app: Flask) -> None:
    app.add_url_rule("/geplant/<int:draft_id>", "planted", lambda draft_id: "offen")
    assert [rule.endpoint for rule, _ in with_ids(app) if rule.endpoint == "planted"] == ["planted"]


# Names of columns that say what somebody may do, as an attacker would guess them.
WISHES = {
    "role": "lead", "is_operator": "1", "operator": "1", "state": "confirmed", "confirmed_at": "2026-01-01",
    "town_id": "1", "account_id": "1", "membership_id": "1", "joined_on": "2026-01-01", "is_home": "1",
    "suspended_at": "", "needs_release": "", "version": "0",
}  # fmt: skip


def powers() -> set[tuple[Any, ...]]:
    """Everything that lets somebody do more than another."""
    leads = select(Membership.account_id, Membership.town_id, Membership.role).where(
        Membership.state == "confirmed"
    )
    operators = select(Account.id).where(Account.is_operator)
    taking_part = select(Town.id).where(Town.joined_on.is_not(None), Town.suspended_at.is_(None))
    return {
        *(("member", *row) for row in db.session.execute(leads)),
        *(("operator", number) for number in db.session.scalars(operators)),
        *(("town", number) for number in db.session.scalars(taking_part)),
    }


@pytest.mark.parametrize("role", ["anonymous", "unverified", "editor"])
def test_no_form_makes_anybody_more_than_she_is(
    role: str, app: Flask, client: ProofReadingClient, world: World, sign_in: Callable[..., Any]
) -> None:
    person, before = world.account(role), powers()
    invited = {("member", None, world.cast.town.id, "editor")}
    gained: dict[str, set[tuple[Any, ...]]] = {}
    for rule in routes(app, "POST"):
        client.delete_cookie("session")
        if person is not None:
            sign_in(client, person)
        client.open(world.url(app, rule), method="POST", data={**WISHES, **FORMS.get(rule.endpoint, {})})
        db.session.expire_all()
        if more := powers() - before - invited:
            gained[rule.endpoint] = more
    assert not gained
