from datetime import UTC, datetime, timedelta

from flask import Flask

from kleinstadt_net.services import job_runs

NOW = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)


def test_where_no_jobs_process_ever_ran_every_job_is_overdue(app: Flask) -> None:
    assert {job.name for job in job_runs.overdue(NOW)} == set(job_runs.ALLOWED_SILENCE)


def test_a_job_is_overdue_once_it_was_silent_for_longer_than_it_may(app: Flask) -> None:
    for name, silence in job_runs.ALLOWED_SILENCE.items():
        job_runs.beat(name, NOW - silence)
    assert job_runs.overdue(NOW) == []
    (job,) = job_runs.overdue(NOW + timedelta(minutes=1))[:1]
    assert job.beat_at is not None
    job_runs.beat("letters", NOW + timedelta(minutes=1))
    assert "letters" not in {job.name for job in job_runs.overdue(NOW + timedelta(minutes=1))}
