"""The Monatsbrief as it would be, seen before it is sent."""

import re
from datetime import date

import pytest
import time_machine
from flask import Flask

from kleinstadt_net.database import db
from kleinstadt_net.mail.letters import Rendered
from kleinstadt_net.models import DigestIssue, DigestItem, Letter, OneTimeLink
from kleinstadt_net.services import digest_preview
from tests.factories import AccountFactory, StanceFactory
from tests.support.digests import count, enqueue, make_reader, only_letter, read, suggest

pytestmark = pytest.mark.usefixtures("on_the_first_tuesday")
TOKEN = re.compile(r"(?<=/antwort/)[\w-]+|(?<=/lesen/)[\w-]+")


def without_tokens(rendered: Rendered) -> Rendered:
    return Rendered(rendered.subject, TOKEN.sub("T", rendered.text), TOKEN.sub("T", rendered.html))


def test_the_preview_is_what_is_sent_but_for_the_random_characters(app: Flask) -> None:
    account = make_reader(salutation="Frau")
    for name in ("Lauenfurt", "Kirchwerlau"):
        StanceFactory(town_id=suggest(account, name).peer_id, sentence="Elf Läden sind wieder vermietet.")
    shown = digest_preview.preview(account.id)
    assert shown is not None
    assert shown.letter is not None
    assert shown.posted_at is None
    enqueue()
    assert without_tokens(shown.letter) == without_tokens(read(only_letter()))


def test_looking_at_the_preview_changes_nothing(app: Flask) -> None:
    account = make_reader()
    suggest(account)
    digest_preview.preview(account.id)
    db.session.commit()
    assert [count(model) for model in (Letter, OneTimeLink, DigestItem, DigestIssue)] == [0, 0, 0, 0]


def test_after_sending_the_preview_shows_the_very_letter(app: Flask) -> None:
    account = make_reader()
    suggest(account)
    enqueue()
    shown = digest_preview.preview(account.id)
    assert shown is not None
    assert shown.letter == read(only_letter())
    assert shown.posted_at is not None


def test_the_preview_of_somebody_without_a_town_is_none(app: Flask) -> None:
    assert digest_preview.preview(AccountFactory().id) is None


def test_the_preview_says_when_the_issue_opens_until_it_does(app: Flask) -> None:
    account = make_reader()
    for day, opens_on in (("2027-01-04", date(2027, 1, 5)), ("2027-01-05", None)):
        with time_machine.travel(day, tick=False):
            shown = digest_preview.preview(account.id)
            assert shown is not None
            assert (shown.letter, shown.opens_on) == (None, opens_on)
