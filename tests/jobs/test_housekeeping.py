from datetime import UTC, datetime, timedelta

import time_machine
from flask import Flask
from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.models import (
    Account,
    AccountSession,
    Bounce,
    DeletionEntry,
    DigestIssue,
    JobRun,
    Letter,
    OneTimeLink,
    OperatorAlert,
    Throttle,
)
from kleinstadt_net.services import housekeeping
from kleinstadt_net.services.housekeeping import Cleared
from tests.factories import (
    AccountFactory,
    BounceFactory,
    DigestIssueFactory,
    InvitationFactory,
    LetterFactory,
    MembershipFactory,
    OneTimeLinkFactory,
    OperatorAlertFactory,
    OperatorTaskFactory,
    ReportFactory,
)

NOW = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def add_session(key: str, seen: datetime, created: datetime) -> None:
    db.session.add(
        AccountSession(
            account_id=AccountFactory().id,
            key_hash=key,
            created_at=created,
            seen_on=seen.date(),
            reauthenticated_at=created,
        )
    )
    db.session.commit()


def test_an_empty_house_has_nothing_to_clear(app: Flask) -> None:
    assert housekeeping.clear(NOW) == Cleared(*[0] * 16)


def test_sessions_too_old_go_and_others_stay(app: Flask) -> None:
    add_session("read only", NOW - 20 * DAY, NOW - 20 * DAY)
    add_session("old", NOW, NOW - 70 * DAY)
    assert housekeeping.clear(NOW).sessions == 1
    assert db.session.scalars(select(AccountSession.key_hash)).all() == ["read only"]


def test_a_link_is_kept_for_a_while_after_its_end_to_say_so(app: Flask) -> None:
    kept = OneTimeLinkFactory(expires_at=NOW - 5 * DAY)
    OneTimeLinkFactory(expires_at=NOW - 40 * DAY)
    assert housekeeping.clear(NOW).links == 1
    assert db.session.scalars(select(OneTimeLink.id)).all() == [kept.id]


def test_counters_whose_window_is_over_go(app: Flask) -> None:
    for key, age in (("running", 1), ("over", 3)):
        db.session.add(Throttle(key=key, count=1, window_started_at=NOW - age * DAY))
    db.session.commit()
    assert housekeeping.clear(NOW).throttle == 1
    assert db.session.scalars(select(Throttle.key)).all() == ["running"]


def test_letters_go_when_they_are_finished_and_old_and_digests_stay_longer(app: Flask) -> None:
    for key, kind, state, age in (
        ("waiting", "password", "pending", 500),
        ("recent", "password", "sent", 5),
        ("old", "password", "sent", 40),
        ("given up", "password", "failed", 40),
        ("digest", "digest", "sent", 40),
        ("old digest", "digest", "sent", 500),
        ("old digest to be read", "digest", "kept", 500),
    ):
        LetterFactory(key=key, kind=kind, state=state, created_at=NOW - age * DAY)
    assert housekeeping.clear(NOW).letters == 4
    assert sorted(db.session.scalars(select(Letter.key))) == ["digest", "recent", "waiting"]


def test_that_a_month_is_done_is_known_as_long_as_its_letter(app: Flask) -> None:
    for period, age in (("2026-11", 28), ("2025-07", 500)):
        DigestIssueFactory(period=period, at=NOW - age * DAY)
    assert housekeeping.clear(NOW).issues == 1
    assert db.session.scalars(select(DigestIssue.period)).all() == ["2026-11"]


def test_reports_of_mail_servers_are_kept_while_they_count(app: Flask) -> None:
    kept = BounceFactory(at=NOW - 300 * DAY)
    BounceFactory(at=NOW - 500 * DAY)
    assert housekeeping.clear(NOW).bounces == 1
    assert db.session.scalars(select(Bounce.id)).all() == [kept.id]


def test_runs_of_jobs_and_alerts_are_kept_for_a_year(app: Flask) -> None:
    for name, age in (("recent", 300), ("old", 500)):
        moment = NOW - age * DAY
        db.session.add(JobRun(name=name, started_at=moment, finished_at=moment, succeeded=True, detail=""))
        OperatorAlertFactory(code=name, last_at=moment)
    db.session.commit()
    cleared = housekeeping.clear(NOW)
    assert (cleared.job_runs, cleared.alerts) == (1, 1)
    assert db.session.scalars(select(JobRun.name)).all() == ["recent"]
    assert db.session.scalars(select(OperatorAlert.code)).all() == ["recent"]


def test_people_who_never_proved_their_address_go_with_all_that_names_them(app: Flask) -> None:
    gone = AccountFactory(confirmed_at=None, created_at=NOW - 8 * DAY)
    LetterFactory(account_id=gone.id, created_at=NOW - 8 * DAY)
    waiting = AccountFactory(confirmed_at=None, created_at=NOW - 6 * DAY)
    assert housekeeping.clear(NOW).unconfirmed == 1
    assert db.session.scalars(select(Account.id)).all() == [waiting.id]
    assert db.session.scalars(select(Letter)).all() == []


def test_claims_invitations_and_done_tasks_end_and_reporters_are_forgotten(app: Flask) -> None:
    claim = MembershipFactory(state="pending", requested_at=NOW - 61 * DAY)
    InvitationFactory(created_at=NOW - 61 * DAY)
    OperatorTaskFactory(done_at=NOW - 61 * DAY)
    report = ReportFactory(
        state="decided",
        outcome="kept",
        created_at=NOW - 500 * DAY,
        decided_at=NOW - 366 * DAY,
        reporter_email="a@b.example",
        reporter_name="A",
    )
    open_report = ReportFactory(created_at=NOW - 366 * DAY, reporter_email="c@d.example")
    decided_late = ReportFactory(
        state="decided",
        outcome="kept",
        created_at=NOW - 500 * DAY,
        decided_at=NOW - 3 * DAY,
        reporter_email="e@f.example",
    )
    with time_machine.travel(NOW):
        cleared = housekeeping.clear(NOW)
    assert (cleared.claims, cleared.invitations, cleared.tasks, cleared.reporters) == (1, 1, 1, 1)
    db.session.refresh(claim)
    assert claim.state == "ended"
    assert (report.reporter_email, report.reporter_name) == (None, "")
    assert open_report.reporter_email == "c@d.example"
    assert decided_late.reporter_email == "e@f.example"
    entry = db.session.scalars(select(DeletionEntry)).one()
    assert entry.cause == "retention" and entry.counts["claims"] == 1
