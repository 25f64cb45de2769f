"""No contact datum of a person leaves her town before both towns have agreed: every page and letter is looked at."""

from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Exchange, Letter, Message
from kleinstadt_net.security.access import Policy, rule_of
from kleinstadt_net.services import exchange_answers, exchange_letters, exchange_requests
from tests import factories as make
from tests.house.world import World, routes
from tests.support.client import ProofReadingClient

NAME, ADDRESS, OFFICE = "Verschwiegenhausen", "vertraulich@ellernrode.example", "Stabsstelle Stillschweigen"
WORDS = ("In Ellernrode fragt man sich Unsagbares.", "Wir brauchen etwas Unaussprechliches.")


@pytest.fixture
def person(world: World) -> Account:
    """The mayor, with a name, an address and an office that stand nowhere else."""
    mayor = world.cast.mayor
    mayor.last_name, mayor.email, mayor.memberships[0].office = NAME, ADDRESS, OFFICE
    world.cast.town.requests_a_month = 20
    db.session.commit()
    return mayor


@pytest.fixture
def exchange_id(world: World, person: Account) -> int:
    """The mayor's town has been asked by the stranger's, and has not answered."""
    cast = world.cast
    return exchange_requests.ask(
        cast.other_town.id, cast.town.id, cast.stranger.id, "innenstadt", "telephone", *WORDS
    )


def pages(app: Flask, client: FlaskClient, world: World, *more: str) -> Iterator[tuple[str, Any, str]]:
    """Every page that opens, with its policy and what it says; files are looked at byte by byte."""
    rules = [rule for rule in routes(app, "GET") if rule.endpoint != "static"]
    found = [(rule.endpoint, rule_of(app, rule.endpoint), world.url(app, rule)) for rule in rules]
    for endpoint, rule, address in (*found, *(("more", None, one) for one in more)):
        response = client.get(address)
        if response.status_code == 200:
            yield endpoint, rule.policy if rule else None, unescape(response.data.decode("utf-8", "replace"))


def addresses(world: World, exchange_id: int) -> tuple[str, ...]:
    """Pages about the mayor's town that stand under the stranger's own addresses."""
    town = world.cast.town
    return (
        f"/stadt/{town.slug}-{town.ags}",
        f"/gespraech-anfragen/{town.ags}",
        "/gespraeche",
        "/gespraeche?stand=angefragt",
        f"/gespraeche/{exchange_id}",
    )


def hidden(world: World, endpoint: str, rule: Any, who: str) -> tuple[str, ...]:
    """What must not stand on a page for this reader."""
    asker = world.cast.stranger
    others = () if who == "stranger" else (asker.email, asker.last_name)
    if rule is not Policy.BY_LINK:
        return ADDRESS, OFFICE, NAME, *others
    # The links in this world are the mayor's own: those of her account speak to her, those of an exchange may be
    # forwarded and name her and nothing else.
    return (ADDRESS, OFFICE, *others) if endpoint.startswith("exchanges.") else others


@pytest.mark.parametrize("who", ["anonymous", "third", "stranger", "unverified"])
def test_no_page_shows_a_contact_to_strangers_or_to_the_town_that_asks(
    who: str,
    app: Flask,
    client: ProofReadingClient,
    world: World,
    exchange_id: int,
    person: Account,
    sign_in: Callable[..., Any],
) -> None:
    if who != "anonymous":
        reader = make.MembershipFactory().account if who == "third" else world.account(who)
        sign_in(client, reader)
    client.proof_reading = False
    written = select(Message.text).where(Message.exchange_id == world.exchange_id)
    said = set(db.session.scalars(written))
    seen = 0
    for endpoint, rule, text in pages(app, client, world, *addresses(world, exchange_id)):
        seen += 1
        for secret in hidden(world, endpoint, rule, who):
            assert secret not in text, f"{endpoint} tells {who} {secret!r}"
        assert not any(one in text for one in said), f"{endpoint} tells {who} what two other towns write"
        if rule is Policy.BY_LINK or who in ("anonymous", "third", "unverified"):
            assert not any(one in text for one in WORDS), f"{endpoint} tells {who} what was written"
    assert seen > 20


def test_no_letter_holds_a_contact_before_consent_and_only_the_two_that_agree_do_after(
    world: World, exchange_id: int, person: Account
) -> None:
    cast = world.cast
    before = told(cast.stranger)
    assert not any(secret in text for text in before.values() for secret in (NAME, ADDRESS, OFFICE))
    asked = {kind: text for (kind, _), text in letters().items() if kind == "exchange_requested"}
    assert asked and not any(cast.stranger.email in text for text in asked.values())
    exchange_answers.act(exchange_id, cast.town.id, person.id, "accept")
    after = {kind for kind, text in told(cast.stranger).items() if ADDRESS in text}
    assert after == {"exchange_agreed"}
    third = [text for (_, account), text in letters().items() if account not in both_sides(world)]
    assert not any(ADDRESS in text or cast.stranger.email in text for text in third)


def test_a_forwarded_link_shows_no_contact_after_consent_either(
    client: ProofReadingClient, world: World, exchange_id: int, person: Account
) -> None:
    exchange = db.session.get_one(Exchange, exchange_id)
    link = exchange_letters.answer_url(exchange, person)
    db.session.commit()
    exchange_answers.act(exchange_id, world.cast.town.id, person.id, "accept")
    page = unescape(client.get(link[link.index("/gespraechs-anfrage/") :]).text)
    assert "hat schon zugestimmt" in page
    for secret in (ADDRESS, OFFICE, world.cast.stranger.email, world.cast.stranger.last_name, *WORDS):
        assert secret not in page


def letters() -> dict[tuple[str, int | None], str]:
    rows = db.session.execute(select(Letter.kind, Letter.account_id, Letter.content))
    return {(kind, account_id): _text(content) for kind, account_id, content in rows}


def told(account: Account) -> dict[str, str]:
    return {kind: text for (kind, account_id), text in letters().items() if account_id == account.id}


def both_sides(world: World) -> set[int]:
    return {world.cast.mayor.id, world.cast.colleague.id, world.cast.stranger.id}


def _text(content: bytes) -> str:
    message = message_from_bytes(content, policy=policy.default)
    return " ".join(str(part.get_content()) for part in message.walk() if not part.is_multipart())
