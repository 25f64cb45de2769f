"""The other doors to a letter: the web page of each, and the private feed."""

import re
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

import time_machine
from flask import Flask
from sqlalchemy import select

from kleinstadt_net import clock, territory
from kleinstadt_net.database import db
from kleinstadt_net.documents import atom
from kleinstadt_net.mail.letters import Rendered
from kleinstadt_net.models import Account, Letter
from kleinstadt_net.services import digest_archive, digest_feeds, digests
from tests.factories import (
    AccountFactory,
    MembershipFactory,
    RoundFactory,
    SubscriptionFactory,
    SuggestionFactory,
    TownFactory,
)

TUESDAY = datetime(2026, 12, 1, 9, 0, tzinfo=territory.TIME_ZONE)
ATOM = {"a": atom.NAMESPACE}


def reader_with_a_letter(**chosen: Any) -> Account:
    account = AccountFactory()
    town = TownFactory(name="Ellernrode", taking_part=True)
    MembershipFactory(account=account, town=town)
    SubscriptionFactory(account_id=account.id, **chosen)
    peer = TownFactory(name="Lauenfurt", taking_part=True)
    SuggestionFactory(round=RoundFactory(month="2026-12"), town=town, peer=peer)
    with time_machine.travel(TUESDAY, tick=False):
        assert digests.enqueue_due(clock.now()).enqueued == 1
    made: Account = account
    return made


def the_letter() -> Rendered:
    row = db.session.scalars(select(Letter)).one()
    return digest_archive.rendered(row.subject, row.content)


def test_every_letter_carries_an_address_of_its_own_that_shows_the_very_letter(app: Flask) -> None:
    reader_with_a_letter()
    letter = the_letter()
    tokens = {
        found for body in (letter.text, letter.html) for found in re.findall(r"/brief/lesen/([\w-]+)", body)
    }
    assert len(tokens) == 1
    assert digest_archive.behind(tokens.pop()) == letter
    assert digest_archive.behind("nobody") is None


def test_the_archive_holds_a_persons_own_letters_alone(app: Flask) -> None:
    account = reader_with_a_letter()
    other = AccountFactory()
    assert [(past.month, past.is_failed) for past in digest_archive.list_of(account.id)] == [
        ("2026-12", False)
    ]
    assert digest_archive.of_month(account.id, "2026-12") == the_letter()
    assert digest_archive.of_month(account.id, "2026-11") is None
    assert (digest_archive.list_of(other.id), digest_archive.of_month(other.id, "2026-12")) == ([], None)


def test_a_letter_that_is_kept_no_longer_is_gone_from_all_doors(app: Flask) -> None:
    account = reader_with_a_letter()
    secret = secret_of(digest_feeds.ADDRESS.create(account.id))
    db.session.delete(db.session.scalars(select(Letter)).one())
    db.session.commit()
    assert digest_archive.list_of(account.id) == []
    assert entries(secret) == []


def secret_of(address: str) -> str:
    return address.rsplit("/", 1)[1].removesuffix(".atom")


def entries(secret: str) -> list[ElementTree.Element]:
    content = digest_feeds.read(secret)
    assert content is not None
    return ElementTree.fromstring(content).findall("a:entry", ATOM)


def test_the_feed_holds_the_letters_whether_or_not_they_come_by_mail(app: Flask) -> None:
    account = reader_with_a_letter(by_mail=False)
    assert db.session.scalars(select(Letter.state)).all() == ["kept"]
    (entry,) = entries(secret_of(digest_feeds.ADDRESS.create(account.id)))
    letter = the_letter()
    assert entry.findtext("a:title", "", ATOM) == letter.subject
    assert entry.find("a:link", ATOM).get("href") == "http://localhost:8000/monatsbrief/2026-12"  # type: ignore[union-attr]
    assert "Lauenfurt" in entry.findtext("a:content", "", ATOM)


def test_a_new_address_makes_the_old_one_worthless_and_switching_off_both(app: Flask) -> None:
    account_id = AccountFactory().id
    assert digest_feeds.ADDRESS.status(account_id) is None
    old, new = (secret_of(digest_feeds.ADDRESS.create(account_id)) for _ in range(2))
    assert digest_feeds.read(old) is None
    assert entries(new) == []
    assert digest_feeds.ADDRESS.revoke(account_id)
    assert digest_feeds.read(new) is None
    assert not digest_feeds.ADDRESS.revoke(account_id)


def test_a_feed_is_well_formed_whatever_stands_in_a_letter(app: Flask) -> None:
    nasty = "\x00\x1b<script>&amp;\u202e😀\n\nhttps://netz.example/a?b=1&c=2, und (https://netz.example/d)."
    entry = atom.Entry("tag:x", nasty, TUESDAY, "http://netz.example/", nasty)
    root = ElementTree.fromstring(
        atom.file(atom.Feed("tag:f", "F", "N", "http://n.example/", TUESDAY, [entry]))
    )
    content = root.findtext("a:entry/a:content", "", ATOM)
    assert (
        '<a href="https://netz.example/a?b=1&amp;c=2">https://netz.example/a?b=1&amp;c=2</a>, und' in content
    )
    assert '(<a href="https://netz.example/d">https://netz.example/d</a>).' in content
    assert "<script>" not in content
    assert root.findtext("a:entry/a:updated", "", ATOM) == "2026-12-01T09:00:00+01:00"
