"""When a Monatsbrief is due: hours, holidays, missing rounds, rhythms, pauses and silent months."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from kleinstadt_net import territory
from kleinstadt_net.database import db
from kleinstadt_net.models import Account, DigestIssue, Installation, Letter, Round, Subscription, Suggestion
from kleinstadt_net.services import digest_people, digests, rounds, subscriptions
from kleinstadt_net.services.digests import EnqueueReport
from kleinstadt_net.services.subscriptions import Choices
from tests.factories import DigestIssueFactory, RoundFactory, StanceFactory
from tests.support.digests import (
    MONTH,
    TUESDAY,
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


def test_a_pause_that_is_over_holds_nothing_back(app: Flask) -> None:
    suggest(make_reader())
    db.session.execute(update(Subscription).values(paused_until=date(2026, 11, 30)))
    db.session.commit()
    assert enqueue().enqueued == 1


def test_before_eight_oclock_nothing_happens(app: Flask) -> None:
    suggest(make_reader())
    assert enqueue(TUESDAY.replace(hour=7)) == EnqueueReport()


def test_a_missed_day_is_made_up_for_within_the_month(app: Flask) -> None:
    suggest(make_reader())
    assert enqueue(TUESDAY + timedelta(days=29)).enqueued == 1


def test_a_demonstration_need_not_wait_for_tuesday(app: Flask) -> None:
    suggest(make_reader())
    assert enqueue(TUESDAY - timedelta(days=8), month=MONTH, any_day=True).enqueued == 1


def test_a_holiday_in_the_land_of_the_town_pushes_its_letter(app: Flask) -> None:
    bavarian, saxon = make_reader(), make_reader()
    for account, land in ((bavarian, "09"), (saxon, "03")):
        home_of(account).land = land
        suggest(account, round=RoundFactory(month="2026-01") if account is bavarian else _january())
    db.session.commit()
    epiphany = datetime(2026, 1, 6, 9, 0, tzinfo=territory.TIME_ZONE)
    assert enqueue(epiphany).enqueued == 1
    assert only_letter().account_id == saxon.id
    assert enqueue(epiphany + timedelta(days=1)).enqueued == 1


def _january() -> Round:
    return db.session.scalars(select(Round).where(Round.month == "2026-01")).one()


@pytest.fixture
def no_round(monkeypatch: pytest.MonkeyPatch) -> None:
    """The round cannot be run: whoever tries is told so."""

    def fail(now: datetime) -> None:
        raise RuntimeError("no round today")

    monkeypatch.setattr(rounds, "ensure_current", fail)


def ask_without_a_round(account: Account) -> None:
    ask_for(account)
    db.session.execute(update(Round).values(month="2026-11"))
    db.session.commit()


def test_without_its_round_an_issue_waits_a_day_and_then_goes_without_suggestions(
    app: Flask, no_round: None
) -> None:
    ask_without_a_round(make_reader())
    assert enqueue() == EnqueueReport(waiting_for_round=1)
    assert enqueue(TUESDAY + timedelta(hours=23, minutes=59)) == EnqueueReport(waiting_for_round=1)
    assert count(Letter) == 0
    assert enqueue(TUESDAY + timedelta(hours=24)) == EnqueueReport(enqueued=1)
    assert only_letter().subject == "Lauenfurt möchte mit Ihnen sprechen"


def test_after_an_outage_the_wait_begins_with_the_first_tick_that_misses_the_round(
    app: Flask, no_round: None
) -> None:
    ask_without_a_round(make_reader())
    monday = TUESDAY + timedelta(days=6)
    assert enqueue(monday) == EnqueueReport(waiting_for_round=1)
    assert enqueue(monday + timedelta(hours=24)) == EnqueueReport(enqueued=1)


def test_the_round_that_an_outage_kept_away_is_run_before_the_letters(app: Flask) -> None:
    for _ in range(2):
        StanceFactory(town_id=home_of(make_reader()).id, subject="waerme", state="seeking")
    assert enqueue() == EnqueueReport(enqueued=2)
    assert db.session.scalars(select(Round.month)).all() == [MONTH]
    assert count(Suggestion) == 2


def test_while_the_round_is_missing_nobody_is_passed_over_for_good(app: Flask, no_round: None) -> None:
    account = make_reader()
    enqueue()
    later = TUESDAY + timedelta(days=2)
    assert enqueue(later) == EnqueueReport(nothing_new=1)
    assert issues() == []
    suggest(account)
    assert enqueue(later).enqueued == 1


def close_months(account: Account, *months: str, outcome: str = "nothing_new") -> None:
    for month in months:
        DigestIssueFactory(account_id=account.id, period=month, outcome=outcome)


def test_a_quarterly_reader_gets_one_letter_in_a_quarter_however_silent_it_began(app: Flask) -> None:
    account = make_reader()
    suggest(account)
    choose(frequency="quarterly")
    close_months(account, "2026-10")
    assert enqueue() == EnqueueReport(enqueued=1)
    RoundFactory(month="2027-01")
    db.session.execute(update(DigestIssue).values(period="2027-01").where(DigestIssue.period == MONTH))
    db.session.commit()
    assert digest_people.candidates("2027-02", date(2027, 2, 2)) == []
    assert digest_people.candidates("2027-04", date(2027, 4, 6)) == [account.id]


def test_changing_rhythm_weekday_or_hour_never_brings_a_second_letter(app: Flask) -> None:
    suggest(make_reader())
    enqueue()
    for chosen in ({"frequency": "quarterly"}, {"weekday": 3, "hour": 15}, {"frequency": "monthly"}):
        choose(**chosen)
        for days in range(30):
            assert enqueue(TUESDAY + timedelta(days=days, hours=7)) == EnqueueReport()


def test_what_the_reader_chose_goes_before_what_the_operator_set(app: Flask) -> None:
    db.session.execute(update(Installation).values(digest_weekday=2, digest_hour=10))
    for _ in range(2):
        suggest(make_reader())
    first = db.session.scalars(select(Subscription).order_by(Subscription.id)).first()
    assert first is not None
    first.weekday, first.hour = 3, 14
    db.session.commit()
    expected = {(2, 9): 0, (2, 10): 1, (3, 13): 0, (3, 14): 1}
    for (day, hour), written in expected.items():
        assert enqueue(TUESDAY.replace(day=day, hour=hour)).enqueued == written


def test_a_clock_put_back_over_the_end_of_a_month_brings_no_letter_of_the_month_before(app: Flask) -> None:
    suggest(make_reader())
    enqueue()
    assert enqueue(datetime(2026, 11, 30, 9, 0, tzinfo=territory.TIME_ZONE)) == EnqueueReport()


def test_after_three_silent_months_one_letter_asks_whether_to_pause(app: Flask) -> None:
    account = make_reader()
    december()
    close_months(account, "2026-08", outcome="written")
    close_months(account, "2026-09", "2026-10", "2026-11")
    assert enqueue() == EnqueueReport(asked=1)
    letter = only_letter()
    assert letter.key == f"digest:{account.id}:{MONTH}"
    assert letter.subject == "Möchten Sie beim Monatsbrief eine Pause machen?"
    assert read(letter).text.startswith("Guten Tag, Renate")
    months = ("2027-01", "2027-02", "2027-03")
    close_months(account, *months)
    assert digest_people.to_be_asked([account.id]) == set()
    close_months(account, "2027-04", outcome="written")
    close_months(account, "2027-05", "2027-06", "2027-07")
    assert digest_people.to_be_asked([account.id]) == {account.id}


def test_months_before_she_left_and_came_back_are_not_counted_as_silent(app: Flask) -> None:
    account = make_reader()
    close_months(account, "2026-08", "2026-09")
    close_months(account, "2026-10", outcome="pause_asked")
    assert frequency_chosen(account, "off") and frequency_chosen(account, "monthly")
    assert digest_people.to_be_asked([account.id]) == set()
    with time_machine.travel(TUESDAY + timedelta(days=90), tick=False):
        close_months(account, "2026-12", "2027-01")
        assert digest_people.to_be_asked([account.id]) == set()
        close_months(account, "2027-02")
        assert digest_people.to_be_asked([account.id]) == {account.id}


def frequency_chosen(account: Account, frequency: str) -> bool:
    with time_machine.travel(TUESDAY + timedelta(hours=1), tick=False):
        return subscriptions.set_preferences(account.id, Choices(frequency), "Ja, gern wieder.")


def test_news_after_silent_months_are_told_instead_of_the_question(app: Flask) -> None:
    account = make_reader()
    suggest(account)
    close_months(account, "2026-09", "2026-10", "2026-11")
    assert enqueue() == EnqueueReport(enqueued=1)


def test_the_forecast_says_what_comes_when_and_to_how_many(app: Flask) -> None:
    for land in ("09", "09", "03"):
        home_of(make_reader()).land = land
    quarterly, paused = make_reader(), make_reader()
    db.session.execute(
        update(Subscription).values(frequency="quarterly").where(Subscription.account_id == quarterly.id)
    )
    db.session.execute(
        update(Subscription)
        .values(paused_until=date(2026, 1, 15))
        .where(Subscription.account_id == paused.id)
    )
    close_months(quarterly, "2026-01", outcome="written")
    now = datetime(2026, 1, 2, 9, 0, tzinfo=territory.TIME_ZONE)
    expected = [((1, 6), None, 1), ((1, 7), "09", 2), ((1, 16), None, 1), ((2, 3), None, 4)]
    said = [((row.opens_at.month, row.opens_at.day), row.land, row.people) for row in digests.forecast(now)]
    assert said == expected
