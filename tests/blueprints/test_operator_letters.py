"""Letters at the operator's desk: what comes when, what failed, halting them, and a letter to oneself."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from kleinstadt_net import clock, territory
from kleinstadt_net.database import db
from kleinstadt_net.mail.suppressions import suppress
from kleinstadt_net.models import AuditEntry, Installation, Letter
from kleinstadt_net.security.headers import LETTER_POLICY
from kleinstadt_net.services import digests, sending
from kleinstadt_net.services.digest_preview import PREVIEW
from tests.factories import (
    AccountFactory,
    DigestIssueFactory,
    LetterFactory,
    MembershipFactory,
    OperatorAlertFactory,
    RoundFactory,
    SubscriptionFactory,
    SuggestionFactory,
    TownFactory,
)
from tests.support.cast import Cast
from tests.support.letters import text_of
from tests.support.statements import counted_queries

DESK = "/betrieb/briefe"
UNDELIVERED = f"{DESK}/nicht-zugestellt"
MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=territory.TIME_ZONE)


@pytest.fixture(autouse=True)
def _before_the_first_tuesday() -> Iterator[None]:
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture
def desk(client: FlaskClient, cast: Cast, sign_in: Any) -> FlaskClient:
    """The operator's browser."""
    sign_in(client, cast.operator)
    return client


def page(client: FlaskClient, address: str = DESK) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return " ".join(answer.get_data(as_text=True).split())


def submit(client: FlaskClient, address: str, opened: str = DESK, **data: str) -> Any:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page(client, opened))
    assert found
    return client.post(address, data={"csrf_token": found[1], **data})


def deeds() -> list[tuple[str, dict[str, Any]]]:
    rows = db.session.execute(select(AuditEntry.action, AuditEntry.detail).order_by(AuditEntry.id))
    return [(action, detail) for action, detail in rows if action != "account.signed_in"]


def subscribe(land: str = "06", **given: Any) -> None:
    town = TownFactory(taking_part=True, land=land)
    SubscriptionFactory(account_id=MembershipFactory(town=town).account_id, **given)


def test_the_page_says_what_comes_when_and_how_far_the_month_is(desk: FlaskClient) -> None:
    for _ in range(3):
        subscribe()
    shown = page(desk)
    assert "Der Monatsbrief für November 2026" in shown
    assert re.search(r"03\.11\.2026, 08:00 Uhr</th><td>alle</td><td[^>]*>3<", shown)
    assert re.search(r"01\.12\.2026, 08:00 Uhr</th><td>alle</td><td[^>]*>3<", shown)
    for state in ("sent", "sent", "pending", "failed"):
        LetterFactory(kind="digest", period="2026-11", state=state)
    LetterFactory(kind="digest", period="2026-10", state="sent")
    DigestIssueFactory(period="2026-11")
    shown = page(desk)
    assert "3 von 4 geschriebenen Briefen sind erledigt" in shown
    assert re.search(r"noch zu schreiben</dt><dd>3<.*nichts Neues, also kein Brief</dt><dd>1<", shown)


def test_without_readers_it_says_so_and_trouble_stands_above_everything(desk: FlaskClient) -> None:
    OperatorAlertFactory(code="no_round")
    shown = page(desk)
    assert "Es ist nichts vorgesehen." in shown
    assert shown.index("noch keine Vorschläge") < shown.index("Der Monatsbrief für")


def test_all_letters_are_halted_and_go_on_with_who_did_it_in_the_trail(desk: FlaskClient, cast: Cast) -> None:
    LetterFactory()
    assert submit(desk, f"{DESK}/anhalten").location == DESK
    shown = page(desk)
    assert "Es geht kein Brief hinaus" in shown and "Zurzeit wartet ein Brief." in shown
    assert "Versand aller Briefe anhalten" not in shown
    halted = sending.halted()
    assert halted is not None and halted.since == clock.now()
    submit(desk, f"{DESK}/anhalten")
    assert submit(desk, f"{DESK}/fortsetzen").location == DESK
    submit(desk, f"{DESK}/fortsetzen")
    assert sending.halted() is None
    assert [action for action, _ in deeds()] == ["letter.halted", "letter.resumed"]


def test_the_usual_day_is_changed_within_what_makes_sense(desk: FlaskClient) -> None:
    subscribe()
    subscribe(weekday=1, hour=8)
    assert submit(desk, f"{DESK}/zeit", weekday="3", hour="10").location == DESK
    shown = page(desk)
    assert "05.11.2026, 10:00 Uhr" in shown and "03.11.2026, 08:00 Uhr" in shown
    assert deeds() == [("digest.opening_set", {"weekday": 3, "hour": 10})]
    for weekday, hour in (("6", "10"), ("1", "3"), ("", ""), ("x", "8")):
        answer = submit(desk, f"{DESK}/zeit", weekday=weekday, hour=hour)
        assert answer.status_code == 422
    row = db.session.execute(select(Installation.digest_weekday, Installation.digest_hour)).one()
    assert tuple(row) == (3, 10)


def test_a_test_letter_goes_to_the_operator_herself(desk: FlaskClient, cast: Cast) -> None:
    assert submit(desk, f"{DESK}/probe").location == DESK
    letter = db.session.scalars(select(Letter)).one()
    assert (letter.kind, letter.recipient, letter.state) == ("test", cast.operator.email, "pending")
    submit(desk, f"{DESK}/anhalten")
    submit(desk, f"{DESK}/probe")
    assert "bleibt dort, solange der Versand angehalten ist" in page(desk)


def test_what_failed_is_listed_with_its_reason_and_tried_again(desk: FlaskClient) -> None:
    mended = LetterFactory(state="failed", attempts=8, error="450 4.2.1 come back later")
    held = LetterFactory(state="failed", error="address suppressed: mail server answered 550 5.1.1")
    refused = LetterFactory(state="failed", error="550 5.1.1 no such user")
    for letter in (held, refused):
        suppress(letter.recipient, "mail server answered 550 5.1.1")
    db.session.commit()
    assert "3 Briefe sind" in page(desk)
    shown = page(desk, UNDELIVERED)
    assert "8 Versuche" in shown and "come back later" in shown and "Die Adresse ist gesperrt" in shown
    assert shown.count("Noch einmal verschicken<") == 1 and shown.count("Sperre aufheben<") == 2
    submit(desk, f"{UNDELIVERED}/{held.id}/sperre-aufheben", UNDELIVERED)
    shown = page(desk, UNDELIVERED)
    assert "Die Adresse war gesperrt" in shown and shown.count("Noch einmal verschicken<") == 2

    assert submit(desk, f"{UNDELIVERED}/{mended.id}", UNDELIVERED).location == UNDELIVERED
    submit(desk, f"{UNDELIVERED}/{mended.id}", UNDELIVERED)
    submit(desk, f"{UNDELIVERED}/{refused.id}", UNDELIVERED)
    states = db.session.execute(select(Letter.state, Letter.attempts).order_by(Letter.id)).all()
    assert [tuple(row) for row in states] == [("pending", 0), ("failed", 0), ("failed", 0)]
    assert deeds() == [
        ("letter.block_lifted", {"letter": held.id}),
        ("letter.retried", {"letter": mended.id}),
    ]


def test_all_that_is_still_news_is_tried_again_at_once(desk: FlaskClient) -> None:
    assert "Es gibt nichts nachzuholen." in page(desk, UNDELIVERED)
    for days in (1, 2, 8):
        LetterFactory(state="failed", created_at=clock.now() - timedelta(days=days))
    submit(desk, UNDELIVERED, UNDELIVERED)
    assert "2 Briefe gehen noch einmal hinaus" in page(desk)
    assert deeds() == [("letter.retried", {"letters": 2})]


def test_more_letters_and_people_cost_no_more_queries(desk: FlaskClient) -> None:
    def grow() -> None:
        for state in ("failed", "pending", "sent"):
            LetterFactory(kind="digest", period="2026-11", state=state)
        subscribe()

    for address in (DESK, UNDELIVERED):
        grow()
        page(desk, address)
        with counted_queries() as few:
            page(desk, address)
        grow()
        page(desk, address)
        with counted_queries() as more:
            page(desk, address)
        assert len(more) == len(few)


def test_the_letter_of_a_person_is_seen_only_after_it_was_written_down(
    desk: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    SubscriptionFactory(account_id=cast.mayor.id)
    SuggestionFactory(round=RoundFactory(), town=cast.town, peer=cast.other_town)
    address = f"{DESK}/vorschau"
    assert submit(desk, address, address, email="").status_code == 422
    assert submit(desk, address, address, email="niemand@rathaus.example").status_code == 404
    assert deeds() == []
    opened = submit(desk, address, address, email=cast.mayor.email.upper()).location
    assert deeds() == [("digest.previewed", {"person": cast.mayor.id})]
    assert cast.mayor.email not in opened
    shown = page(desk, opened)
    assert "Dieser Blick steht im Protokoll" in shown and cast.other_town.name in shown
    letter = desk.get(f"{opened}/ansicht")
    assert letter.status_code == 200 and letter.headers["Content-Security-Policy"] == LETTER_POLICY
    assert db.session.scalars(select(Letter)).all() == []

    other = AccountFactory(is_operator=True)
    sign_in(desk, other)
    assert desk.get(opened).status_code == 404
    sign_in(desk, cast.operator)
    with time_machine.travel(MONDAY + timedelta(minutes=16), tick=False):
        assert desk.get(opened).status_code == 404
    assert desk.get(f"{opened}x").status_code == 404


def test_a_letter_that_was_sent_is_shown_without_what_opens_its_readers_answers(
    desk: FlaskClient, cast: Cast
) -> None:
    subscription = SubscriptionFactory(account_id=cast.mayor.id)
    SuggestionFactory(round=RoundFactory(), town=cast.town, peer=cast.other_town)
    digests.enqueue_due(clock.now(), any_day=True)
    sent = db.session.scalars(select(Letter)).one()
    tokens = {*re.findall(r"/antwort/([\w-]+)", text_of(sent)), subscription.token}
    assert len(tokens) == 2
    opened = submit(desk, f"{DESK}/vorschau", f"{DESK}/vorschau", email=cast.mayor.email).location
    for address in (opened, f"{opened}/ansicht"):
        shown = page(desk, address)
        assert PREVIEW in shown and cast.other_town.slug in shown
        assert not [token for token in tokens if token in shown]


def test_of_who_reads_no_letter_the_page_says_so(desk: FlaskClient, cast: Cast) -> None:
    address = f"{DESK}/vorschau"
    opened = submit(desk, address, address, email=cast.mayor.email).location
    assert "Diese Person bekommt keinen Monatsbrief" in page(desk, opened)
    SubscriptionFactory(account_id=cast.mayor.id)
    assert "noch nichts Neues" in page(desk, opened)
    assert desk.get(f"{opened}/ansicht").status_code == 404
