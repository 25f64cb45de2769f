from collections.abc import Callable
from threading import Event, Thread

import pytest
from apscheduler.events import EVENT_JOB_EXECUTED, JobExecutionEvent
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask, current_app
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from kleinstadt_net import jobs
from kleinstadt_net.database import db
from kleinstadt_net.jobs import Job, Work
from kleinstadt_net.models import JobHeartbeat, JobRun
from kleinstadt_net.services import job_runs
from tests.factories import LetterFactory
from tests.support.smtp import PostOffice

SECONDS = 60


def job(function: Callable[[jobs.Stop], Work | None], name: str = "letters") -> Job:
    return Job(name, IntervalTrigger(seconds=3600), function)


def runs() -> list[tuple[str, bool, str]]:
    db.session.rollback()
    rows = db.session.scalars(select(JobRun).order_by(JobRun.id))
    return [(row.name, row.succeeded, row.detail) for row in rows]


def test_an_idle_tick_leaves_a_heartbeat_and_nothing_else(app: Flask) -> None:
    jobs.tick(app, job(lambda stop: None))
    assert runs() == []
    assert db.session.scalars(select(JobHeartbeat)).one().name == "letters"


def test_real_work_leaves_a_run(app: Flask) -> None:
    jobs.tick(app, job(lambda stop: Work("sent 3")))
    assert runs() == [("letters", True, "sent 3")]


def test_two_ticks_share_one_heartbeat(app: Flask) -> None:
    jobs.tick(app, job(lambda stop: None))
    first = db.session.scalars(select(JobHeartbeat.beat_at)).one()
    jobs.tick(app, job(lambda stop: None))
    db.session.rollback()
    assert db.session.scalars(select(JobHeartbeat.beat_at)).one() > first


def test_a_job_that_fails_leaves_a_failed_run_and_raises_nothing(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(stop: jobs.Stop) -> Work:
        raise RuntimeError("somebody@rathaus.example is in the way")

    jobs.tick(app, job(broken))
    assert runs() == [("letters", False, "RuntimeError")]
    assert "job failed" in caplog.text


def test_a_job_that_breaks_its_transaction_is_noted_all_the_same(app: Flask) -> None:
    def broken(stop: jobs.Stop) -> Work:
        db.session.execute(text("SELECT * FROM no_such_table"))
        return Work("never")

    jobs.tick(app, job(broken))
    ((name, succeeded, _),) = runs()
    assert (name, succeeded) == ("letters", False)


def test_a_run_that_cannot_be_noted_leaves_no_heartbeat_either(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*arguments: object) -> None:
        raise OperationalError("INSERT INTO job_runs", None, Exception("No space left on device"))

    monkeypatch.setattr(job_runs, "record", full)
    jobs.tick(app, job(lambda stop: Work("sent 3")))
    assert "job could not be noted" in caplog.text
    assert db.session.scalars(select(JobHeartbeat)).all() == []


def test_a_job_runs_in_an_application_context_of_its_own(app: Flask) -> None:
    seen: list[str] = []
    thread = Thread(target=jobs.tick, args=(app, job(lambda stop: seen.append(current_app.name))))
    thread.start()
    thread.join(SECONDS)
    assert seen == [app.name]


def test_letters_due_are_delivered_and_counted(app: Flask, smtp: PostOffice) -> None:
    LetterFactory()
    jobs.tick(app, next(j for j in jobs.JOBS if j.name == "letters"))
    assert len(smtp.deliveries) == 1
    assert runs() == [("letters", True, "sent 1, delayed 0, failed 0, unknown 0")]


def test_a_mail_server_that_is_down_is_a_failed_run(make_app: Callable[..., Flask], smtp: PostOffice) -> None:
    app = make_app(mail_port=smtp.closed_port())
    with app.app_context():
        LetterFactory()
        jobs.tick(app, next(j for j in jobs.JOBS if j.name == "letters"))
        ((_, succeeded, detail),) = runs()
    assert not succeeded and "ConnectionRefusedError" in detail


def test_the_timetable_and_the_watch_over_it_name_the_same_jobs() -> None:
    assert {j.name for j in jobs.JOBS} == set(job_runs.ALLOWED_SILENCE)


def test_missed_ticks_are_made_good_once_and_nothing_overlaps_itself(app: Flask) -> None:
    timetable = jobs.scheduler(app, lambda: False)
    assert str(timetable.timezone) == "Europe/Berlin"
    defaults = timetable._job_defaults
    assert (defaults["misfire_grace_time"], defaults["coalesce"], defaults["max_instances"]) == (
        None,
        True,
        1,
    )


def test_the_scheduler_survives_a_failing_job_and_ends_when_told(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, executed = Event(), Event()

    def broken(stop: jobs.Stop) -> Work:
        raise RuntimeError("no")

    monkeypatch.setattr(jobs, "JOBS", (job(broken, "broken"), job(lambda stop: None, "idle")))
    made = jobs.scheduler
    names: set[str] = set()

    def noted(event: JobExecutionEvent) -> None:
        names.add(event.job_id)
        if names == {"broken", "idle"}:
            executed.set()

    def listened(*arguments: object) -> object:
        timetable = made(*arguments)  # type: ignore[arg-type]
        timetable.add_listener(noted, EVENT_JOB_EXECUTED)
        return timetable

    monkeypatch.setattr(jobs, "scheduler", listened)
    thread = Thread(target=jobs.run, args=(app, stop))
    thread.start()
    try:
        assert executed.wait(SECONDS)
    finally:
        stop.set()
        thread.join(SECONDS)
    assert not thread.is_alive()
    assert ("broken", False, "RuntimeError") in runs()


def test_told_to_end_before_it_began_the_scheduler_ends_at_once(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "JOBS", (job(lambda stop: None),))
    stop = Event()
    stop.set()
    thread = Thread(target=jobs.run, args=(app, stop))
    thread.start()
    thread.join(SECONDS)
    assert not thread.is_alive()


@pytest.mark.parametrize("made", jobs.JOBS, ids=lambda made: made.name)
def test_every_job_of_the_timetable_finds_its_way_in_an_empty_house(
    app: Flask, smtp: PostOffice, made: Job
) -> None:
    jobs.tick(app, made)
    assert [run for run in runs() if not run[1]] == []
    assert [beat.name for beat in db.session.scalars(select(JobHeartbeat))] == [made.name]
