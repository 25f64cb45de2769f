"""What a Monatsbrief says, in both bodies, its subject and its headers."""

import re
from datetime import date
from email import message_from_bytes, policy

import pytest
from flask import Flask
from sqlalchemy import select, update

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.mail.letters import Rendered
from kleinstadt_net.models import Account, DigestItem, Installation, Subscription
from kleinstadt_net.services import digest_preview, digests
from tests.factories import (
    CircleFactory,
    CircleTownFactory,
    ExchangeFactory,
    PeerReviewFactory,
    RoundFactory,
    SavedSearchFactory,
    StanceFactory,
    SuggestionFactory,
    TownFactory,
)
from tests.support.digests import ask_for, enqueue, home_of, make_reader, only_letter, read, suggest
from tests.support.letters import bodies

pytestmark = pytest.mark.usefixtures("on_the_first_tuesday")
ADDRESS = re.compile(r"http://[^\s\"<>]+")


def _full_letter(account: Account) -> Rendered:
    for name in ("Lauenfurt", "Kirchwerlau", "Mühlenqualm", "Hohenwispel", "Steinbracken"):
        peer_id = suggest(account, name).peer_id
        StanceFactory(town_id=peer_id, sentence="Elf Läden sind wieder vermietet.")
    ask_for(account, "Oberdallen")
    StanceFactory(
        town_id=home_of(account).id, subject="waerme", state="seeking", confirmed_on=date(2025, 3, 1)
    )
    SavedSearchFactory(town_id=home_of(account).id, name="Städte in Hessen", known=[], query='{"land": "06"}')
    enqueue()
    return read(only_letter())


def test_what_a_saved_search_found_stands_in_both_bodies_and_is_told_once(app: Flask) -> None:
    account = make_reader()
    letter = _full_letter(account)
    for body in (letter.text, letter.html):
        assert "Neu in Ihren gespeicherten Suchen" in body and "Städte in Hessen" in body
        assert " weitere Städte" in body
    keys = set(db.session.scalars(select(DigestItem.item_key).where(DigestItem.account_id == account.id)))
    assert len([key for key in keys if key.startswith("found:")]) >= 6


def test_a_free_place_in_a_circle_stands_in_both_bodies_and_names_no_town(app: Flask) -> None:
    circle = CircleFactory(subject="waerme", state="running")
    for place in range(1, 6):
        CircleTownFactory(circle_id=circle.id, position=place, answer="yes")
    letter = _full_letter(make_reader())
    for body in (letter.text, letter.html):
        said = " ".join(body.split())
        assert "Fünf Städte beginnen einen Lernkreis zur Wärmewende. Ein Platz ist frei." in said
        assert f"/lernkreis/{circle.id}" in said
    assert "Lernkreis" not in letter.subject


def test_requests_that_wait_and_a_peer_review_stand_in_both_bodies_without_what_they_are_about(
    app: Flask,
) -> None:
    reader = make_reader()
    home = home_of(reader)
    SuggestionFactory(round=RoundFactory(), town=home)
    asking, asked = (
        TownFactory(name="Lauenfurt", taking_part=True),
        TownFactory(name="Ahornitz", taking_part=True),
    )
    ExchangeFactory(town=asking, peer=home)
    ExchangeFactory(town=home, peer=asked, query="Wie viele?")
    ExchangeFactory(town=home, peer=TownFactory(taking_part=True))
    suspended = TownFactory(name="Verschwiegenhausen", taking_part=True, suspended_at=clock.now())
    ExchangeFactory(town=suspended, peer=home)
    PeerReviewFactory(host_id=asking.id, guests=[home.id])
    digests.enqueue_due(clock.now())
    for body in (" ".join(one.split()) for one in bodies(only_letter())):
        assert "Lauenfurt bittet Ellernrode um ein Gespräch und wartet seit dem 1. Dezember 2026" in body
        assert "Ahornitz hat eine Rückfrage zur Anfrage von Ellernrode" in body
        assert "Lauenfurt lädt Ellernrode zu einer kollegialen Beratung ein." in body
        assert "Verschwiegenhausen" not in body and "Wie viele?" not in body and "Langen Straße" not in body
    told = set(db.session.scalars(select(DigestItem.item_key)))
    assert {key.split(":")[0] for key in told} >= {"request", "peer_review"}


def test_both_bodies_hold_the_same_links(app: Flask) -> None:
    letter = _full_letter(make_reader())
    in_text = {link.rstrip(".,") for link in ADDRESS.findall(letter.text)}
    in_html = {link.rstrip(".,") for link in ADDRESS.findall(letter.html)}
    assert in_text == in_html
    assert len([link for link in in_text if "/antwort/" in link]) == 15


def test_a_full_letter_stays_far_below_what_mail_programs_clip(app: Flask) -> None:
    _full_letter(make_reader())
    assert len(only_letter().content) < 102 * 1024


def test_the_letter_loads_nothing_from_elsewhere(app: Flask) -> None:
    html = _full_letter(make_reader()).html
    assert "<img" not in html
    assert "url(" not in html
    assert "<script" not in html


@pytest.mark.parametrize("state", ["strength", "in_progress", None])
def test_no_need_of_anybody_stands_in_subject_or_preheader(app: Flask, state: str | None) -> None:
    account = make_reader()
    learn = {"code": "learn", "subject": "innenstadt", "month": "2026-03", "own_state": "seeking"}
    suggestion = suggest(account, reasons=[{**learn, "own_focus": False}])
    if state:
        StanceFactory(town_id=suggestion.peer_id, subject="ehrenamt", state=state)
    subjects = []
    for need in ("innenstadt", "waerme"):
        stance = StanceFactory(town_id=home_of(account).id, subject=need, state="seeking")
        other = StanceFactory(town_id=suggestion.peer_id, subject=need, state="seeking")
        shown = digest_preview.preview(account.id)
        assert shown is not None
        assert shown.letter is not None
        assert "Sie suchen Rat zur Innenstadt" in shown.letter.text
        preheader = re.search(r'<div class="preheader"[^>]*>(.*?)</div>', shown.letter.html, re.S)
        assert preheader is not None
        subjects.append((shown.letter.subject, preheader.group(1)))
        db.session.delete(stance)
        db.session.delete(other)
        db.session.commit()
    assert subjects[0] == subjects[1]
    assert not re.search("Innenstadt|Wärme|Rat ", " ".join(subjects[0]))


def test_several_towns_waiting_are_counted_in_the_subject(app: Flask) -> None:
    account = make_reader()
    for name in ("Lauenfurt", "Kirchwerlau"):
        ask_for(account, name)
    enqueue()
    assert only_letter().subject == "Zwei Städte möchten mit Ihnen sprechen"


@pytest.mark.parametrize(
    ("names", "greeting"),
    [
        ({"salutation": "Frau", "last_name": "Sommer"}, "Guten Tag, Frau Sommer,"),
        ({"first_name": "Kim", "last_name": "Sommer"}, "Guten Tag, Kim Sommer,"),
        ({"first_name": "", "last_name": ""}, "Guten Tag,"),
    ],
)
def test_the_greeting_never_guesses_how_to_address_a_person(
    app: Flask, names: dict[str, str], greeting: str
) -> None:
    suggest(make_reader(**names))
    enqueue()
    letter = read(only_letter())
    assert greeting in letter.text.splitlines()
    assert greeting in letter.html


def test_a_demonstration_says_so_in_subject_and_body(app: Flask) -> None:
    db.session.execute(update(Installation).values(kind="demonstration"))
    db.session.commit()
    suggest(make_reader())
    enqueue()
    letter = read(only_letter())
    assert letter.subject.startswith("[Vorführung] ")
    for body in (letter.text, letter.html):
        assert "Vorführdaten: Diese Städte und ihre Angaben sind erfunden." in body


def test_the_letter_can_be_left_with_one_click(app: Flask) -> None:
    suggest(make_reader())
    enqueue()
    message = message_from_bytes(only_letter().content, policy=policy.default)
    token = db.session.scalars(select(Subscription.token)).one()
    assert message["List-Unsubscribe"] == f"<http://localhost:8000/brief/{token}/abmelden>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
