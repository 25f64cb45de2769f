"""Leaving from a mail program (RFC 8058): the letter as it arrived, and a client that knows nothing of us."""

from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.mail.delivery import deliver_due
from kleinstadt_net.models import Account, Round, Subscription
from kleinstadt_net.services import digests
from tests.factories import (
    MembershipFactory,
    RoundFactory,
    SubscriptionFactory,
    SuggestionFactory,
    TownFactory,
)
from tests.support.server import bind
from tests.support.smtp import PostOffice

ONE_CLICK = b"List-Unsubscribe=One-Click"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def served(make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """The application behind a port of its own, which its letters name."""
    server = bind()
    app = make_app(public_url=server.url, trusted_hosts="localhost")
    server.start(app)
    with app.app_context():
        yield app
    server.stop()


def make_reader(round_: Round) -> Account:
    town = TownFactory(taking_part=True)
    account: Account = MembershipFactory(town=town).account
    SubscriptionFactory(account_id=account.id)
    SuggestionFactory(round=round_, town=town)
    return account


def frequencies() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Subscription.frequency).order_by(Subscription.id)))


def ask(method: str, address: str, body: bytes | None = None) -> tuple[HTTPResponse, bytes]:
    """One request on a line of its own: no cookie, no redirect followed, no header but what HTTP wants."""
    parts = urlsplit(address)
    assert parts.hostname is not None
    line = HTTPConnection(parts.hostname, parts.port, timeout=30)
    line.request(method, parts.path, body, {"Content-Type": FORM} if body else {})
    answer = line.getresponse()
    text = answer.read()
    line.close()
    return answer, text


def test_the_address_in_the_header_of_a_delivered_letter_unsubscribes_its_reader_with_one_post(
    served: Flask, smtp: PostOffice
) -> None:
    present = RoundFactory()
    leaver, _ = make_reader(present), make_reader(present)
    digests.enqueue_due(clock.now(), any_day=True)
    deliver_due()
    (letter,) = smtp.to(leaver.email)
    assert letter["List-Unsubscribe-Post"] == ONE_CLICK.decode()
    address = letter["List-Unsubscribe"].removeprefix("<").removesuffix(">")

    # A gateway that opens every link takes nobody's letter away.
    for method in ("GET", "HEAD"):
        assert ask(method, address)[0].status == 200
    assert frequencies() == ["monthly", "monthly"]

    for _ in range(2):
        answer, _ = ask("POST", address, ONE_CLICK)
        assert answer.status == 200
        assert answer.headers["Set-Cookie"] is None and answer.headers["Location"] is None
        assert frequencies() == ["off", "monthly"]

    known = urlsplit(address).path.split("/")[2]
    other, text = ask("POST", address.replace(known, "x" * len(known)), ONE_CLICK)
    assert other.status == 200
    assert text.replace(b"x" * len(known), known.encode()) == ask("POST", address, ONE_CLICK)[1]
