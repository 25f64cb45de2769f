"""A test client that behaves like a browser far away and proof-reads every page it is given."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from typing import Any

from flask import Flask, session
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Account, AccountSession
from kleinstadt_net.security import headers, identity
from kleinstadt_net.security.tokens import new_token, token_hash
from tests.support.proofreading import faults


class ProofReadingClient(FlaskClient):
    """Each request runs in a context of its own: nothing of the test's session or user leaks into it."""

    proof_reading = True

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        # What the test has prepared is committed, what it holds is read afresh afterwards.
        db.session.commit()
        response: TestResponse = Context().run(super().open, *args, **kwargs)
        if self.proof_reading:
            _proof_read(response)
        return response

    def __enter__(self) -> "ProofReadingClient":
        raise RuntimeError("requests run in their own context; nothing of them can be kept open")

    @contextmanager
    def unread(self) -> Iterator["ProofReadingClient"]:
        """For a view planted by a test, whose page is no page."""
        self.proof_reading = False
        try:
            yield self
        finally:
            self.proof_reading = True


def _proof_read(response: TestResponse) -> None:
    if response.mimetype != "text/html" or not response.data or 300 <= response.status_code < 400:
        return
    # A letter shown in the browser is held to the rules of mail programs, by its own tests.
    if response.headers.get("Content-Security-Policy") == headers.LETTER_POLICY:
        return
    is_fragment = "HX-Request" in response.request.headers
    found = faults(response.get_data(as_text=True), fragment=is_fragment)
    assert not found, f"{response.request.path} ({response.status_code}): " + "; ".join(found)


def sign_in(client: FlaskClient, account: Account) -> AccountSession:
    """Sign the account in as the sign-in page does, without the cost of a password."""
    now, today, key = clock.now(), clock.today(), new_token()
    row = AccountSession(
        account_id=account.id,
        key_hash=token_hash(key),
        created_at=now,
        seen_on=today,
        reauthenticated_at=now,
    )
    db.session.add(row)
    db.session.commit()
    cookie = Context().run(_session_of, client.application, key, client.environ_base)
    with client.session_transaction() as browser:
        browser.clear()
        browser.update(cookie)
    return row


def _session_of(app: Flask, key: str, environ: dict[str, Any]) -> dict[str, Any]:
    """What Flask-Login writes into the cookie for this session key."""
    with app.test_request_context(environ_base=environ):
        person = identity.load(key)
        assert person is not None
        identity.enter(person)
        return dict(session)
