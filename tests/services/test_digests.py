"""The Monatsbrief from the database to the outbox."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from threading import Barrier, Thread
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event, func, select, update

from kleinstadt_net import clock, territory
from kleinstadt_net.database import db
from kleinstadt_net.mail.letters import Rendered
from kleinstadt_net.mail.suppressions import suppress
from kleinstadt_net.models import (
    Account,
    DigestIssue,
    DigestItem,
    Installation,
    Letter,
    Membership,
    OneTimeLink,
    Round,
    Subscription,
    Suggestion,
    Town,
)
from kleinstadt_net.services import digest_facts, digest_people, digest_preview, digests, rounds
from kleinstadt_net.services.digests import EnqueueReport
from tests.factories import (
    AccountFactory,
    CircleFactory,
    CircleTownFactory,
    DigestIssueFactory,
    ExchangeFactory,
    MembershipFactory,
    PeerReviewFactory,
    RoundFactory,
    SavedSearchFactory,
    StanceFactory,
    SubscriptionFactory,
    SuggestionAnswerFactory,
    SuggestionFactory,
    TownFactory,
    TownFigureFactory,
)
from tests.support.letters import bodies

MONTH = "2026-12"
TUESDAY = datetime(2026, 12, 1, 9, 0, tzinfo=territory.TIME_ZONE)
TOKEN = re.compile(r"(?<=/antwort/)[\w-]+|(?<=/lesen/)[\w-]+")
ADDRESS = re.compile(r"http://[^\s\"<>]+")


@pytest.fixture(autouse=True)
def _on_the_first_tuesday() -> Iterator[None]:
    with time_machine.travel(TUESDAY, tick=False):
        yield


def make_reader(**account: Any) -> Account:
    """A person with a town of her own who wants the letter."""
    made: Account = AccountFactory(**account)
    MembershipFactory(account=made, town=TownFactory(name="Ellernrode", taking_part=True))
    SubscriptionFactory(account_id=made.id)
    return made


def home_of(account: Account) -> Town:
    return db.session.scalars(
        select(Town)
        .join(Membership, Membership.town_id == Town.id)
        .where(Membership.account_id == account.id)
    ).one()


def december() -> Round:
    found: Round | None = db.session.scalar(select(Round).where(Round.month == MONTH))
    return found or RoundFactory(month=MONTH)


def suggest(account: Account, name: str = "Lauenfurt", **given: Any) -> Suggestion:
    peer = TownFactory(name=name, taking_part=True)
    TownFigureFactory(town=peer, population=12_345)
    made: Suggestion = SuggestionFactory(
        round=given.pop("round", None) or december(), town=home_of(account), peer=peer, **given
    )
    return made


def ask_for(account: Account, name: str = "Lauenfurt") -> Suggestion:
    """Another town would like to talk to the person's."""
    other = TownFactory(name=name, taking_part=True)
    made: Suggestion = SuggestionFactory(round=december(), town=other, peer=home_of(account))
    SuggestionAnswerFactory(suggestion_id=made.id)
    return made


def read(letter: Letter) -> Rendered:
    message = message_from_bytes(letter.content, policy=policy.default)
    texts = [message.get_body((kind,)) for kind in ("plain", "html")]
    plain, html = (part.get_content() for part in texts if part is not None)
    return Rendered(letter.subject, plain, html)


def only_letter() -> Letter:
    return db.session.scalars(select(Letter)).one()


def count(model: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def issues() -> list[tuple[int, str, str, int | None, int | None]]:
    rows = db.session.scalars(select(DigestIssue).order_by(DigestIssue.account_id))
    return [(row.account_id, row.period, row.outcome, row.town_id, row.letter_id) for row in rows]


def without_tokens(rendered: Rendered) -> Rendered:
    return Rendered(rendered.subject, TOKEN.sub("T", rendered.text), TOKEN.sub("T", rendered.html))


def enqueue(now: datetime = TUESDAY, **given: Any) -> EnqueueReport:
    return digests.enqueue_due(now, **given)


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
    [
        {"frequency": "off"},
        {"consent_at": None},
        {"paused_until": date(2026, 12, 1)},
    ],
    ids=["left", "never agreed", "paused"],
)
def test_nobody_is_written_to_against_her_will(app: Flask, subscription: dict[str, Any]) -> None:
    account = make_reader()
    suggest(account)
    db.session.execute(update(Subscription).values(**subscription))
    db.session.commit()
    assert enqueue(any_day=True) == EnqueueReport()
    assert count(Letter) == 0


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


def choose(**values: Any) -> None:
    db.session.execute(update(Subscription).values(**values))
    db.session.commit()


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


def test_news_after_silent_months_are_told_instead_of_the_question(app: Flask) -> None:
    account = make_reader()
    suggest(account)
    close_months(account, "2026-09", "2026-10", "2026-11")
    assert enqueue() == EnqueueReport(enqueued=1)


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
    expected = [
        ((1, 6), None, 1),
        ((1, 7), "09", 2),
        ((1, 16), None, 1),
        ((2, 3), None, 4),
    ]
    said = [((row.opens_at.month, row.opens_at.day), row.land, row.people) for row in digests.forecast(now)]
    assert said == expected


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
