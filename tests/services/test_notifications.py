"""What somebody is told: once in her list, and in the letter she has chosen for its kind."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from kleinstadt_net import territory
from kleinstadt_net.database import db
from kleinstadt_net.digest.issue import News, compose
from kleinstadt_net.digest.sources.notifications import Unread
from kleinstadt_net.models import Account, AppointmentSlot, DigestItem, Letter, Notification, Question
from kleinstadt_net.services import (
    appointment_answers,
    appointment_proposals,
    digests,
    exchange_answers,
    exchange_letters,
    exchange_news,
    exchange_requests,
    notification_bundles,
    notification_kinds,
    notifications,
    question_letters,
)
from kleinstadt_net.services.appointment_proposals import Content, Slot
from kleinstadt_net.services.notification_bundles import Report
from kleinstadt_net.services.notification_kinds import (
    AT_ONCE,
    DAILY,
    DEFAULTS,
    DIGEST,
    MODES,
    NEVER,
    OF_LETTER,
)
from kleinstadt_net.vocabulary import NOTIFICATION_KINDS, NOTIFICATION_MODES
from tests import factories as make
from tests.conftest import ROOT
from tests.support.cast import Cast
from tests.support.letters import bodies
from tests.support.statements import counted_queries

# A Tuesday of issue, and the evening before it.
TUESDAY = datetime(2026, 12, 1, 7, 30, tzinfo=territory.TIME_ZONE)
EVENING = TUESDAY - timedelta(hours=10)


@pytest.fixture(autouse=True)
def travel() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(EVENING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def question(cast: Cast) -> Question:
    made: Question = make.QuestionFactory(town_id=cast.town.id, author_id=cast.mayor.id)
    return made


def answer(question: Question, cast: Cast) -> None:
    """The other town answers."""
    question_letters.answered(
        question, make.QuestionAnswerFactory(question_id=question.id, town_id=cast.other_town.id)
    )
    db.session.commit()


def letters(kind: str) -> list[Letter]:
    return list(db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id)))


def hers(account: Account) -> list[Notification]:
    return list(
        db.session.scalars(
            select(Notification).where(Notification.account_id == account.id).order_by(Notification.id)
        )
    )


def test_every_letter_told_has_a_kind_and_every_kind_and_way_has_words() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "kleinstadt_net" / "services").glob("*.py"))
    folders = {path.name for path in (ROOT / "templates" / "letters").iterdir()}
    assert OF_LETTER.keys() <= folders
    assert all(f'"{kind}"' in sources for kind in OF_LETTER)
    assert {told.kind for told in OF_LETTER.values()} == DEFAULTS.keys() == NOTIFICATION_KINDS.keys()
    assert {*DEFAULTS.values()} <= MODES == NOTIFICATION_MODES.keys()
    words = (ROOT / "templates" / "components" / "notifications.html").read_text()
    assert {*re.findall(r'^  "(\w+)": \(', words, re.MULTILINE)} == DEFAULTS.keys()


def test_by_default_an_answer_waits_for_the_daily_letter_and_is_told_once(
    cast: Cast, question: Question, travel: time_machine.Traveller
) -> None:
    answer(question, cast)
    (told,) = hers(cast.mayor)
    assert (told.kind, told.mode, told.title) == ("answers", DAILY, "Auf Ihre Frage gibt es eine Antwort")
    assert told.detail == question.title and told.path == f"/fragen/{question.id}"
    assert letters("answer_written") == [] and hers(cast.colleague) == []

    assert notification_bundles.write_due(TUESDAY - timedelta(seconds=1)) == Report()
    travel.move_to(TUESDAY)
    assert notification_bundles.write_due(TUESDAY) == Report(written=1)
    answer(question, cast)
    # What comes later that day waits for the next, and nothing is told twice.
    assert notification_bundles.write_due(TUESDAY + timedelta(hours=2)) == Report(nothing=1)
    assert notification_bundles.write_due(TUESDAY + timedelta(days=1)) == Report(written=1)
    first, second = letters("notifications_daily")
    assert first.subject == "Eine Neuigkeit für Sie" and first.account_id == cast.mayor.id
    for body in (*bodies(first), *bodies(second)):
        assert "das ist seit unserem letzten Brief geschehen" in body
        assert body.count("Auf Ihre Frage gibt es eine Antwort") == 1 and question.title in body
        assert f"/fragen/{question.id}" in body and "/benachrichtigungen/einstellungen" in body


def test_somebody_who_chooses_otherwise_is_told_otherwise(cast: Cast, question: Question) -> None:
    notifications.set_preferences(cast.mayor.id, {"answers": AT_ONCE})
    answer(question, cast)
    assert len(letters("answer_written")) == 1
    notifications.set_preferences(cast.mayor.id, {"answers": NEVER})
    answer(question, cast)
    assert notifications.preferences(cast.mayor.id)["answers"] == NEVER
    assert len(letters("answer_written")) == 1
    assert [row.mode for row in hers(cast.mayor)] == [AT_ONCE, NEVER]
    assert notification_bundles.write_due(TUESDAY) == Report()
    for wrong in ({"outcomes": NEVER}, {"answers": "often"}):
        with pytest.raises(ValueError, match="no such preference"):
            notifications.set_preferences(cast.mayor.id, wrong)


def test_letters_the_flow_needs_go_out_whatever_was_chosen_and_one_event_is_told_once(cast: Cast) -> None:
    notifications.set_preferences(cast.mayor.id, dict.fromkeys(notification_kinds.CHOOSABLE, NEVER))
    row = make.ExchangeFactory(town=cast.other_town, peer=cast.town)
    for _ in range(2):
        exchange_letters.requested(row)
    exchange_letters.queried(row)
    db.session.commit()
    assert [letter.account_id for letter in letters("exchange_requested")] == [cast.mayor.id]
    assert [one.title for one in hers(cast.mayor)] == ["Lauenfurt bittet um ein Gespräch"]
    # The request itself stands in the letter, never in the list.
    assert row.concern not in str([vars(one) for one in hers(cast.mayor)])

    exchange_letters.take_back(row, exchange_letters.REQUESTED_KIND)
    db.session.commit()
    assert hers(cast.mayor) == [] and letters("exchange_requested") == []
    assert len(letters("exchange_query")) == 1


def test_an_unplaced_letter_is_an_error(cast: Cast) -> None:
    with pytest.raises(KeyError):
        exchange_news.tell(
            "circle_lapsed",
            [cast.mayor],
            town_id=cast.town.id,
            key="1",
            path="/",
            facts={"subject": "waerme"},
        )


def test_the_daily_letter_holds_twenty_lines_the_number_of_the_rest_and_only_what_is_unread(
    cast: Cast,
) -> None:
    second_town = make.MembershipFactory(account=cast.mayor).town
    for number in range(23):
        make.NotificationFactory(
            account_id=cast.mayor.id, town_id=cast.town.id, title=f"Neuigkeit {number:02d}", detail=""
        )
    make.NotificationFactory(account_id=cast.mayor.id, town_id=second_town.id, title="Anderswo")
    read = make.NotificationFactory(account_id=cast.mayor.id, town_id=cast.town.id, title="Gelesen")
    assert notifications.read(read.id, cast.mayor.id) is not None
    # Long over, of a town she does not act for any more, or of one that is suspended.
    make.NotificationFactory(created_at=EVENING - timedelta(days=15))
    make.NotificationFactory(membership__state="ended")
    make.NotificationFactory(account_id=cast.suspended.id, town_id=cast.suspended_town.id)
    assert notification_bundles.write_due(TUESDAY) == Report(written=1)
    (letter,) = letters("notifications_daily")
    assert letter.subject == "24 Neuigkeiten für Sie"
    for body in bodies(letter):
        assert body.count("Neuigkeit ") == 19 and "Neuigkeit 22" in body and "Neuigkeit 03" not in body
        assert f"Anderswo: „Wer hat leere Läden auf Zeit vermietet?“ ({second_town.name})" in re.sub(
            "<[^>]+>", "", body
        )
        assert "4 weitere Neuigkeiten finden Sie in Ihrer Liste." in body and "Gelesen" not in body
    assert notification_bundles.write_due(TUESDAY + timedelta(days=1)) == Report()


def test_nobody_is_written_to_on_days_off_of_her_land(app: Flask) -> None:
    for land in ("01", "06"):
        make.NotificationFactory(
            membership__town=make.TownFactory(taking_part=True, land=land),
            created_at=datetime(2026, 5, 1, tzinfo=territory.TIME_ZONE),
        )
    saturday = datetime(2026, 5, 2, 9, tzinfo=territory.TIME_ZONE)
    assert notification_bundles.write_due(saturday) == Report()
    # Reformation Day is a holiday in Schleswig-Holstein and not in Hesse.
    for row in db.session.scalars(select(Notification)):
        row.created_at = datetime(2025, 10, 30, 12, tzinfo=territory.TIME_ZONE)
    db.session.commit()
    assert notification_bundles.write_due(datetime(2025, 10, 31, 8, tzinfo=territory.TIME_ZONE)).written == 1


def test_two_processes_write_one_daily_letter(app: Flask) -> None:
    make.NotificationFactory()
    barrier, reports = Barrier(2), []

    def write() -> None:
        with app.app_context():
            barrier.wait()
            reports.append(notification_bundles.write_due(TUESDAY))
            db.session.remove()

    threads = [Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(report.written for report in reports) == 1 and not any(report.failed for report in reports)
    assert len(letters("notifications_daily")) == 1


def test_a_list_is_read_line_by_line_and_at_once_and_by_nobody_else(cast: Cast) -> None:
    rows = [
        make.NotificationFactory(account_id=cast.mayor.id, town_id=cast.town.id, title=f"Nummer {n}")
        for n in range(3)
    ]
    assert notifications.count(cast.mayor.id) == 3 and notifications.count(cast.stranger.id) == 0
    with counted_queries() as queries:
        shown = notifications.lines(cast.mayor.id, limit=2, offset=0)
    assert len(queries) == 1 and [line.title for line in shown] == ["Nummer 2", "Nummer 1"]
    assert notifications.read(rows[0].id, cast.stranger.id) is None
    opened = notifications.read(rows[0].id, cast.mayor.id)
    assert opened is not None and (opened.path, opened.ags) == ("/fragen", cast.town.ags)
    notifications.read_all(cast.mayor.id, rows[1].id)
    is_read = [line.is_read for line in notifications.lines(cast.mayor.id, limit=9, offset=0)]
    assert is_read == [False, True, True]


def test_the_monatsbrief_counts_in_one_line_what_she_wished_to_read_there(
    cast: Cast, travel: time_machine.Traveller
) -> None:
    travel.move_to(TUESDAY + timedelta(hours=2))
    make.SubscriptionFactory(account_id=cast.mayor.id)
    make.SuggestionFactory(round=make.RoundFactory(month="2026-12"), town=cast.town, peer=cast.other_town)
    for kind, mode in (
        ("questions", DIGEST),
        ("practices", DIGEST),
        ("practices", DIGEST),
        ("answers", DAILY),
    ):
        make.NotificationFactory(account_id=cast.mayor.id, town_id=cast.town.id, kind=kind, mode=mode)
    assert digests.enqueue_due(datetime.now(territory.TIME_ZONE)).enqueued == 1
    (letter,) = letters("digest")
    for body in bodies(letter):
        assert (
            "Seit dem letzten Brief: 2 Nachrichten zu Ihren Beispielen und eine Frage zu Ihren Stärken."
            in body
        )
        assert "/benachrichtigungen" in body
    keys = db.session.scalars(
        select(DigestItem.item_key).where(DigestItem.item_key.startswith("notification:"))
    )
    assert len(keys.all()) == 3
    # Such a line alone is no reason for a letter.
    assert compose(News(unread=(Unread(1, "answers"),)), today=date(2026, 12, 1), told=()) is None


def test_a_dissolved_town_leaves_its_lines_to_its_successor(cast: Cast) -> None:
    row = make.NotificationFactory(account_id=cast.mayor.id, town_id=cast.town.id)
    notifications.inherit(cast.town.id, cast.other_town.id)
    db.session.commit()
    db.session.refresh(row)
    assert row.town_id == cast.other_town.id


def test_whoever_acts_on_a_talk_has_read_what_led_there_and_her_colleagues_have_not(cast: Cast) -> None:
    second = make.MembershipFactory(town=cast.other_town).account
    exchange_id = exchange_requests.ask(
        cast.town.id, cast.other_town.id, cast.mayor.id, None, "video", "Läden", "Vertrag"
    )
    other = make.ExchangeFactory(peer=cast.other_town)
    exchange_letters.requested(other)
    # What has not left yet would be taken back with its line.
    for letter in letters("exchange_requested"):
        letter.state = "sent"
    db.session.commit()
    exchange_answers.act(exchange_id, cast.other_town.id, cast.stranger.id, "accept")
    asked, elsewhere, agreed = hers(cast.stranger)
    assert asked.read_at is not None and elsewhere.read_at is None and agreed.read_at is None
    assert [line.read_at for line in hers(second)] == [None] * 3
    appointment_proposals.propose(
        exchange_id,
        cast.town.id,
        cast.mayor.id,
        Content((Slot(1, date(2026, 12, 9), time(9), time(10)),), "video"),
        "",
    )
    (slot,) = db.session.scalars(select(AppointmentSlot)).all()
    appointment_answers.act(exchange_id, slot.appointment_id, cast.other_town.id, second.id, "pick", slot.id)
    lines = {line.kind: line for line in hers(second)[-2:]}
    assert [line.read_at is None for line in hers(second)] == [False, True, False, False, True]
    assert lines["dates"].path == f"/gespraeche/{exchange_id}#termine"
