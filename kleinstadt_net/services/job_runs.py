"""What the jobs process leaves behind, and whether it still comes by: asked by ``/healthz``."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.mail.statements import insert_once
from kleinstadt_net.models import JobHeartbeat, JobRun

# How long each job may stay silent: several of its ticks, so that one slow run is no alarm.
ALLOWED_SILENCE = {
    "letters": timedelta(minutes=15),
    "rounds": timedelta(hours=3),
    "digests": timedelta(hours=2),
    "welcome": timedelta(hours=2),
    "answers": timedelta(hours=2),
    "notifications": timedelta(hours=2),
    "appointments": timedelta(days=1),
    "questions": timedelta(days=2),
    "events": timedelta(days=1),
    "circles": timedelta(days=2),
    "exchanges": timedelta(days=2),
    "alerts": timedelta(hours=1),
    "returns": timedelta(hours=2),
    "bounces": timedelta(days=1),
    "housekeeping": timedelta(hours=6),
    "inactivity": timedelta(days=2),
}


@dataclass(frozen=True)
class OverdueJob:
    """A job that has not come by for too long; ``beat_at`` is None when it never has."""

    name: str
    beat_at: datetime | None


def beat(name: str, at: datetime) -> None:
    """Note that a job came by; commits."""
    begin_writing(db.session)
    known = db.session.scalars(
        update(JobHeartbeat).where(JobHeartbeat.name == name).values(beat_at=at).returning(JobHeartbeat.id),
        execution_options={"synchronize_session": False},
    ).one_or_none()
    if known is None:
        db.session.execute(insert_once(JobHeartbeat, {"name": name, "beat_at": at}, JobHeartbeat.name))
    db.session.commit()


def record(name: str, started_at: datetime, finished_at: datetime, succeeded: bool, detail: str) -> None:
    """Note a run that did real work, or failed; commits."""
    begin_writing(db.session)
    db.session.add(
        JobRun(
            name=name,
            started_at=started_at,
            finished_at=finished_at,
            succeeded=succeeded,
            detail=detail[:500],
        )
    )
    db.session.commit()


def overdue(now: datetime) -> list[OverdueJob]:
    """The jobs whose last visit is longer ago than they may be silent; empty when all is well."""
    beats = {row.name: row.beat_at for row in db.session.scalars(select(JobHeartbeat))}
    return [
        OverdueJob(name, beats.get(name))
        for name, silence in ALLOWED_SILENCE.items()
        if name not in beats or now - beats[name] > silence
    ]
