"""Who is written a Monatsbrief, and that it is one: from the database to the outbox."""

import re
from datetime import date, datetime
from threading import Barrier, Thread
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event, select, update

from kleinstadt_net import clock, territory
from kleinstadt_net.database import db
from kleinstadt_net.mail.suppressions import suppress
from kleinstadt_net.models import (
    Account,
    DigestIssue,
    DigestItem,
    Letter,
    Membership,
    OneTimeLink,
    Subscription,
)
from kleinstadt_net.services import digest_facts, digest_people, rounds
from kleinstadt_net.services.digests import EnqueueReport
from tests.factories import (
    AccountFactory,
    MembershipFactory,
    RoundFactory,
    StanceFactory,
    SubscriptionFactory,
    SuggestionAnswerFactory,
    SuggestionFactory,
    TownFigureFactory,
)
from tests.support.digests import (
    MONTH,
    ask_for,
    choose,
    count,
    december,
    enqueue,
    home_of,
    issues,
    make_reader,
    only_letter,
    read,
    suggest,
)

pytestmark = pytest.mark.usefixtures("on_the_first_tuesday")


def test_a_person_with_news_gets_one_letter_with_her_key(app: Flask) -> None:
    account = make_reader()
    suggest(account)
    assert enqueue() == EnqueueReport(enqueued=1)
    letter = only_letter()
    assert letter.key == f"digest:{account.id}:{MONTH}"
    assert (letter.kind, letter.period, letter.recipient) == ("digest", MONTH, account.email)
    assert issues() == [(account.id, MONTH, "written", home_of(account).id, letter.id)]


def test_a_second_tick_writes_nothing(app: Flask) -> None:
    suggest(make_reader())
    enqueue()
    assert enqueue() == EnqueueReport()
    assert count(Letter) == 1


def test_a_month_that_is_done_is_not_written_again_though_its_letter_is_gone(app: Flask) -> None:
    account = make_reader()
    suggest(account)
    enqueue()
    suggest(account, "Kirchwerlau")
    db.session.delete(only_letter())
    db.session.commit()
    assert enqueue() == EnqueueReport()
    assert count(Letter) == 0


@pytest.mark.both_databases
def test_two_processes_at_once_write_every_letter_once(app: Flask) -> None:
    accounts = [make_reader() for _ in range(6)]
    for account in accounts:
        suggest(account)
    reports: list[EnqueueReport] = []
    barrier = Barrier(2)

    def run() -> None:
        with app.app_context():
            barrier.wait()
            reports.append(enqueue())

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(report.enqueued for report in reports) == len(accounts)
    assert sum(report.failed for report in reports) == 0
    assert count(Letter) == len(accounts)
    assert [outcome for _, _, outcome, _, _ in issues()] == ["written"] * len(accounts)
    # The loser's answer links are rolled back with its letter: only links that were sent exist.
    assert count(OneTimeLink) == len(accounts)


@pytest.mark.parametrize(
    "subscription",
    [{"frequency": "off"}, {"consent_at": None}, {"paused_until": date(2026, 12, 1)}],
    ids=["left", "never agreed", "paused"],
)
def test_nobody_is_written_to_against_her_will(app: Flask, subscription: dict[str, Any]) -> None:
    account = make_reader()
    suggest(account)
    db.session.execute(update(Subscription).values(**subscription))
    db.session.commit()
    assert enqueue(any_day=True) == EnqueueReport()
    assert count(Letter) == 0


def test_what_stood_in_a_letter_that_failed_for_good_is_told_again(app: Flask) -> None:
    account = make_reader()
    suggest(account)
    enqueue()
    assert digest_people.told([account.id])[account.id]
    only_letter().state = "failed"
    db.session.commit()
    assert digest_people.told([account.id]) == {}


def test_who_reads_on_the_web_gets_a_letter_that_is_kept_and_not_sent(app: Flask) -> None:
    suggest(make_reader())
    choose(by_mail=False)
    assert enqueue().enqueued == 1
    assert only_letter().state == "kept"


def test_without_news_there_is_no_letter_and_no_second_look_this_month(app: Flask) -> None:
    account = make_reader()
    december()
    assert enqueue() == EnqueueReport(nothing_new=1)
    assert issues() == [(account.id, MONTH, "nothing_new", home_of(account).id, None)]
    assert enqueue() == EnqueueReport()
    assert (count(Letter), count(DigestItem)) == (0, 0)


def test_what_was_told_once_is_never_told_again(app: Flask) -> None:
    account = make_reader()
    suggest(account)
    enqueue()
    RoundFactory(month="2027-01")
    january = datetime(2027, 1, 5, 9, 0, tzinfo=territory.TIME_ZONE)
    with time_machine.travel(january, tick=False):
        assert enqueue(january) == EnqueueReport(nothing_new=1)


def test_everything_told_points_to_its_letter(app: Flask) -> None:
    account = make_reader()
    suggestion = suggest(account)
    StanceFactory(town_id=suggestion.peer_id, sentence="Elf Läden sind wieder vermietet.")
    enqueue()
    letter_id = only_letter().id
    told = db.session.scalars(select(DigestItem)).all()
    assert {item.letter_id for item in told} == {letter_id}
    assert f"suggestion:{suggestion.id}" in {item.item_key for item in told}
    assert "Elf Läden sind wieder vermietet." in read(only_letter()).text


def test_an_answered_suggestion_is_not_told(app: Flask) -> None:
    account = make_reader()
    SuggestionAnswerFactory(suggestion_id=suggest(account).id, answer="declined")
    assert enqueue() == EnqueueReport(nothing_new=1)


def test_a_town_that_has_had_its_answer_waits_no_longer(app: Flask) -> None:
    account = make_reader()
    asked = ask_for(account)
    own = SuggestionFactory(round=december(), town=home_of(account), peer=asked.town)
    SuggestionAnswerFactory(suggestion_id=own.id, answer="declined")
    assert enqueue() == EnqueueReport(nothing_new=1)


def test_colleagues_of_one_town_each_get_their_own_letter(app: Flask) -> None:
    account = make_reader()
    colleague = AccountFactory()
    MembershipFactory(account=colleague, town=home_of(account), role="editor")
    SubscriptionFactory(account_id=colleague.id)
    suggest(account)
    assert enqueue().enqueued == 2


@pytest.mark.parametrize("state", ["pending", "ended"])
def test_who_does_not_act_for_a_town_reads_of_no_town(app: Flask, state: str) -> None:
    suggest(make_reader())
    db.session.execute(update(Membership).values(state=state))
    db.session.commit()
    assert enqueue() == EnqueueReport()


def test_a_suspended_town_is_neither_written_to_nor_about(app: Flask) -> None:
    account = make_reader()
    suggestion = suggest(account)
    suggestion.peer.suspended_at = clock.now()
    db.session.commit()
    assert enqueue() == EnqueueReport(nothing_new=1)
    home_of(account).suspended_at = clock.now()
    db.session.commit()
    assert enqueue() == EnqueueReport()


def test_a_letter_to_a_suppressed_address_is_kept_as_failed_and_not_composed_again(app: Flask) -> None:
    account = make_reader()
    suggest(account)
    suppress(account.email, "bounced")
    db.session.commit()
    assert enqueue() == EnqueueReport(enqueued=1)
    assert enqueue() == EnqueueReport()
    assert only_letter().state == "failed"


def test_one_letter_that_cannot_be_written_does_not_hold_up_the_others(app: Flask) -> None:
    broken, fine = make_reader(email="nobody at all"), make_reader()
    for account in (broken, fine):
        suggest(account)
    assert enqueue() == EnqueueReport(enqueued=1, failed=1)
    assert only_letter().account_id == fine.id
    # Nothing of the broken letter stays: no link, no mark that it had been told.
    assert set(db.session.scalars(select(DigestItem.account_id))) == {fine.id}
    assert set(db.session.scalars(select(DigestIssue.account_id))) == {fine.id}


def test_what_a_real_round_decided_can_be_told(app: Flask) -> None:
    accounts = [make_reader() for _ in range(8)]
    for n, account in enumerate(accounts):
        town = home_of(account)
        TownFigureFactory(town=town, population=6_000 + 1_500 * n, area_km2=40.0 + 30 * n)
        if n % 4:
            StanceFactory(town_id=town.id, subject="waerme", state="seeking" if n % 2 else "in_progress")
            StanceFactory(town_id=town.id, subject="innenstadt", state="strength" if n % 2 else "seeking")
        else:
            # Without a place on the map, and with nothing declared: presumed from figures alone.
            town.lat = town.lon = None
    db.session.commit()
    assert rounds.run(MONTH).stored
    assert enqueue() == EnqueueReport(enqueued=len(accounts))
    for letter in db.session.scalars(select(Letter)):
        text = read(letter).text
        assert not re.search(r"None|Undefined|&[a-z#0-9]+;|\{[{%]", text)
        assert re.search(r"Rat|Gemeinsame Aufgaben|Stärke", text)


def test_the_number_of_queries_does_not_grow_with_the_readers(app: Flask) -> None:
    def queries() -> int:
        ids = list(db.session.scalars(select(Account.id)))
        asked: list[str] = []

        def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            asked.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        readers = digest_people.readers(ids)
        digest_people.told(ids)
        digest_facts.of_readers(readers, december().id, date(2026, 12, 1))
        event.remove(db.engine, "before_cursor_execute", note)
        return len(asked)

    def ten_more() -> int:
        for _ in range(10):
            account = make_reader()
            suggest(account)
            ask_for(account)
        db.session.expire_all()
        return queries()

    # The first reads what all share: towns and examples.
    ten_more()
    few = ten_more()
    assert ten_more() == few
    # What writing a thousand letters may cost in all is forty; writing itself takes the rest.
    assert few <= 38
