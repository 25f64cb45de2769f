"""A link that acts once acts once: sent again it changes nothing, whoever sends it."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, url_for

from kleinstadt_net.database import db
from kleinstadt_net.security.access import Policy, rule_of
from tests.house.test_reading import everything
from tests.house.world import World, methods
from tests.support.client import ProofReadingClient

PASSWORD = "Wochenmarkt am Sonnabend"
PERSON = {
    "first_name": "Renate",
    "last_name": "Muster",
    "password": PASSWORD,
    "repeated": PASSWORD,
    "house_rules": "y",
}
# What a person would fill in behind each link that is used up by acting.
ONCE: dict[str, dict[str, str]] = {
    "accounts.set_password": {"password": PASSWORD, "repeated": PASSWORD},
    "accounts.confirm_email": {},
    "accounts.reachable_again": {},
    "memberships.accept_invitation": PERSON,
    "privacy.stay": {},
    "outreach.object_by_code": {},
    "circles.give": {"antwort": "ja"},
    "digests.act_on_confirmation": {},
    "digests.give_answer": {"answer": "later"},
    "digests.confirm_still_true": {"version": "1"},
    "exchanges.answer_by_link": {"schritt": "accept"},
    "exchanges.revoke_by_link": {},
    "digests.give_reason": {"reason": "too_far"},
    "outcomes.answer": {"antwort": "running"},
    "reports.complain": {"text": "Ich sehe das anders und erkläre hier auch, warum."},
    "reports.complain_for_town": {"text": "Wir sehen das anders und erklären hier auch, warum."},
}
# Preferences may be changed as often as one likes; signing up needs the password too and has its own test.
AS_OFTEN_AS_ONE_LIKES = {"digests.save_preferences", "digests.unsubscribe"}
ELSEWHERE = {"sign_up.act_on_confirmation"}


def test_every_link_that_acts_is_listed(app: Flask) -> None:
    acting = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in methods(rule)
        and (found := rule_of(app, rule.endpoint))
        and found.policy is Policy.BY_LINK
    }
    assert acting == ONCE.keys() | AS_OFTEN_AS_ONE_LIKES | ELSEWHERE


@pytest.mark.parametrize("endpoint", sorted(ONCE))
def test_a_link_used_once_changes_nothing_the_second_time(
    endpoint: str, app: Flask, client: ProofReadingClient, world: World, sign_in: Callable[..., Any]
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    token = world.arguments[f"{endpoint}:token"]
    with app.test_request_context():
        address = url_for(endpoint, token=token)
    before = everything()
    # Pages shown without their tokens are no pages to be proof-read.
    client.proof_reading = False
    first = client.post(address, data=ONCE[endpoint])
    assert first.status_code in (200, 302), first.text
    after = everything()
    assert after != before, "the first time it should have acted"

    again = client.post(address, data=ONCE[endpoint])
    db.session.expire_all()
    assert everything() == after
    assert again.status_code in (200, 302, 404, 409, 422)
