"""What a page costs before it begins: knowing who is there, for which town, and what the frame shows of it."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from kleinstadt_net.security.access import Policy, rule_of
from tests.house.world import World, routes
from tests.support.client import ProofReadingClient
from tests.support.statements import counted_queries

FRAME = 2


@pytest.mark.parametrize("role", ["unverified", "editor", "lead", "operator"])
def test_session_account_towns_and_frame_cost_at_most_two_queries_on_every_page(
    role: str, app: Flask, client: ProofReadingClient, world: World, sign_in: Callable[..., Any]
) -> None:
    account = world.account(role)
    assert account is not None
    sign_in(client, account)
    costly = {}
    for route in routes(app, "GET"):
        rule = rule_of(app, route.endpoint)
        if rule is None or rule.policy is Policy.DEVELOPMENT or route.endpoint == "static":
            continue
        # The view itself is taken out: what is left is what every page pays for.
        view, app.view_functions[route.endpoint] = app.view_functions[route.endpoint], bare(rule)
        try:
            with counted_queries() as queries:
                answer = client.get(world.url(app, route))
        finally:
            app.view_functions[route.endpoint] = view
        if answer.status_code == 200 and len(queries) > FRAME:
            costly[route.rule] = queries
    assert not costly


def bare(rule: Any) -> Callable[..., str]:
    """A page with nothing in it but its frame, under the same policy."""
    from flask import render_template_string

    from kleinstadt_net.security.access import MARK

    def view(**arguments: Any) -> str:
        return render_template_string(
            '{% extends "layouts/page.html" %}{% block title %}Leer{% endblock %}'
            "{% block main %}<h1>Leer</h1>{% endblock %}"
        )

    setattr(view, MARK, rule)
    return view
