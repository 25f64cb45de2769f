from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.mail.delivery import deliver_due
from kleinstadt_net.mail.suppressions import refusals, suppress, suppression_reason
from kleinstadt_net.models import Account, Bounce, Letter
from kleinstadt_net.services import bounces, subscriptions
from tests.factories import AccountFactory, LetterFactory, MembershipFactory, SubscriptionFactory, TownFactory
from tests.support import returned
from tests.support.smtp import PostOffice

pytestmark = pytest.mark.both_databases
ANNA = "anna@rathaus.example"
# What the e-mail package itself gives up on.
NESTED = b"".join(
    b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(1200)
)
ENDLESS = b"Content-Type: text/plain; name*" + b"9" * 5000 + b"=x\r\n\r\n"


def sent(number: int, address: str = ANNA, **given: object) -> Letter:
    """A letter that left some days ago."""
    letter: Letter = LetterFactory(
        recipient=address, state="sent", sent_at=clock.now(), bounce_token=f"{number:032x}", **given
    )
    return letter


def report(letter: Letter, status: str, number: int = 1) -> bytes:
    return returned.report(str(letter.bounce_token), status, number=number)


def test_an_address_that_does_not_exist_is_suppressed_at_once_and_each_report_counts_once(app: Flask) -> None:
    raw = report(sent(1), "5.1.1")
    assert bounces.take(raw) == "suppressed"
    assert bounces.take(raw) == "known"
    assert suppression_reason(ANNA) == "report 5.1.1"
    assert db.session.scalar(select(func.count(Bounce.id))) == 1


def test_three_letters_that_fail_in_a_row_suppress_and_reports_on_one_letter_count_once(app: Flask) -> None:
    first = sent(1)
    assert bounces.take(report(first, "5.2.2")) == bounces.take(report(first, "4.4.7", 2)) == "noted"
    assert bounces.take(report(sent(2), "4.4.7")) == "noted"
    assert bounces.take(report(sent(3), "5.7.1")) == "suppressed"
    assert refusals([ANNA])[ANNA].kind == "soft"


def test_a_letter_that_arrived_in_between_forgives_what_was_before(app: Flask) -> None:
    for number in (1, 2):
        bounces.take(report(sent(number), "4.4.7"))
    for bounce in db.session.scalars(select(Bounce)):
        bounce.at -= timedelta(days=30)
    sent(3).sent_at = clock.now() - timedelta(days=5)
    db.session.commit()
    assert bounces.take(report(sent(4), "4.4.7")) == "noted"


def test_who_complained_gets_no_more_letters_she_did_not_ask_for(app: Flask) -> None:
    assert bounces.take(returned.complaint(str(sent(1).bounce_token))) == "suppressed"
    assert refusals([ANNA])[ANNA].kind == "complaint"


def test_who_complained_has_left_the_monatsbrief_and_may_order_it_again(app: Flask) -> None:
    account = AccountFactory(email=ANNA)
    row = SubscriptionFactory(account_id=account.id)
    bounces.take(returned.complaint(str(sent(1, account_id=account.id).bounce_token)))
    db.session.refresh(row)
    assert row.frequency == "off"
    subscriptions.set_preferences(account.id, subscriptions.Choices("monthly"), "Ja, bitte.")
    assert refusals([ANNA]) == {}
    suppress(ANNA, "report 5.1.1")
    for frequency in ("off", "monthly"):
        subscriptions.set_preferences(account.id, subscriptions.Choices(frequency), "Ja, bitte.")
    assert refusals([ANNA])[ANNA].kind == "hard"


@pytest.mark.parametrize(
    "raw", [returned.report("f" * 32, "5.1.1"), returned.answer("<x@y.example>", ANNA), b"nonsense", b""]
)
def test_what_names_none_of_our_letters_changes_nothing(app: Flask, raw: bytes) -> None:
    sent(1)
    assert bounces.take(raw) == "ignored"
    assert suppression_reason(ANNA) is None


@pytest.mark.parametrize("raw", [NESTED, ENDLESS], ids=["nested", "endless"])
def test_a_message_nobody_can_read_is_logged_and_holds_up_no_other(
    app: Flask, caplog: pytest.LogCaptureFixture, raw: bytes
) -> None:
    letter = sent(1)
    assert bounces.take(raw) == "unreadable"
    assert caplog.text.count("message cannot be taken in") == 1
    assert bounces.take(report(letter, "5.1.1")) == "suppressed"


@pytest.mark.parametrize("odd", [b"\0", "ü".encode(), b"\xff"])
def test_what_no_text_in_the_database_may_hold_names_no_letter(app: Flask, odd: bytes) -> None:
    """Headers of a message that is enclosed come to us as they are."""
    enclosed = b"Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <a" + odd + b"@rathaus.example>\r\n"
    report = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n" + enclosed + b"--x--\r\n"
    assert bounces.take(b"In-Reply-To: <a" + odd + b"@rathaus.example>\r\n" + report) == "ignored"


def test_a_person_who_answers_is_told_once_a_month_how_to_reach_somebody(
    app: Flask, smtp: PostOffice
) -> None:
    letter = sent(1)
    raw = returned.answer(letter.message_id, ANNA)
    assert (bounces.take(raw), bounces.take(raw)) == ("hinted", "known")
    deliver_due()
    (hint,) = smtp.deliveries
    assert (hint.sender, hint.recipients) == ("<>", (ANNA,))
    assert hint.message["Auto-Submitted"] == "auto-replied"
    # What a machine answers to the hint, and what another than the reader writes, gets none.
    hint_id = str(hint.message["Message-ID"])
    assert bounces.take(returned.answer(hint_id, ANNA, Auto_Submitted="auto-replied")) == "ignored"
    assert bounces.take(returned.answer(letter.message_id, "fremd@anderswo.example")) == "ignored"


def colleagues() -> tuple[Account, Account]:
    town = TownFactory()
    made: list[Account] = [AccountFactory(email=ANNA), AccountFactory()]
    for account in made:
        MembershipFactory(account=account, town=town, role="editor")
    MembershipFactory(account=AccountFactory(), town=TownFactory(), role="lead")
    return made[0], made[1]


def test_the_other_people_of_the_town_are_told_once(app: Flask) -> None:
    anna, colleague = colleagues()
    bounces.take(report(sent(1, account_id=anna.id), "5.1.1"))
    assert bounces.tell_colleagues(clock.now()) == 1
    assert bounces.tell_colleagues(clock.now()) == 0
    letter = db.session.scalars(select(Letter).where(Letter.kind == bounces.UNREACHABLE)).one()
    assert letter.recipient == colleague.email


def test_they_are_told_too_where_the_server_refused_the_address_itself(app: Flask, smtp: PostOffice) -> None:
    anna, _ = colleagues()
    LetterFactory(recipient=ANNA, account_id=anna.id)
    smtp.on_recipient = lambda address: "550 5.1.1 nobody here"
    deliver_due()
    assert bounces.tell_colleagues(clock.now()) == 1


def test_a_maildir_is_read_and_each_message_put_aside(app: Flask, tmp_path: Path) -> None:
    letter = sent(1)
    for folder in ("new", "cur", "tmp"):
        (tmp_path / folder).mkdir()
    (tmp_path / "new" / "1").write_bytes(report(letter, "5.1.1"))
    (tmp_path / "cur" / "2:2,S").write_bytes(returned.answer(letter.message_id, ANNA, Precedence="bulk"))
    run = app.test_cli_runner().invoke
    result = run(args=["bounces", "process", str(tmp_path)])
    assert result.stdout == "Messages: 1 ignored, 1 suppressed. Letters to colleagues: 0.\n", result.output
    done = tmp_path / ".processed" / "cur"
    assert sorted(path.name for path in done.iterdir()) == ["1", "2:2,S"]
    assert run(args=["bounces", "process", str(tmp_path)]).stdout.startswith("Messages: none.")
    (tmp_path / "cur" / "3:2,S").write_bytes(NESTED)
    assert run(args=["bounces", "process", str(tmp_path)]).stdout.startswith("Messages: 1 unreadable.")
    assert (done / "3:2,FS").exists()
    result = run(args=["bounces", "process", "-"], input=BytesIO(report(letter, "5.1.1")))
    assert result.stdout.startswith("Messages: 1 known.")
    result = run(args=["bounces", "process", str(tmp_path / "new")])
    assert result.exit_code == 1 and "is no Maildir" in result.output
