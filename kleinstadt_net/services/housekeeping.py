"""What is no longer needed is deleted: ended sessions, old links, counters, letters past their use."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, or_

from kleinstadt_net.database import Base, begin_writing, db
from kleinstadt_net.models import AccountSession, JobRun, Letter, OneTimeLink, Throttle
from kleinstadt_net.security.identity import ABSOLUTE_DAYS, IDLE_DAYS

# An old link still gets the answer "abgelaufen" instead of "unbekannt" for this long.
LINK_DAYS = 30
# The longest window that is counted is a day; two days are over in every time zone.
THROTTLE_DAYS = 2
JOB_RUN_DAYS = 400
# Digests are kept for a year, for "what did we write?"; anything else only until its complaint is settled.
LETTER_DAYS = 30
DIGEST_DAYS = 400


@dataclass(frozen=True)
class Cleared:
    """How many rows of each kind were deleted."""

    sessions: int
    links: int
    throttle: int
    letters: int
    job_runs: int

    @property
    def total(self) -> int:
        return self.sessions + self.links + self.throttle + self.letters + self.job_runs


def clear(now: datetime) -> Cleared:
    """Delete what has outlived its purpose at ``now``; commits once."""
    begin_writing(db.session)
    cleared = Cleared(
        sessions=_delete(
            AccountSession,
            or_(
                AccountSession.seen_on < (now - timedelta(days=IDLE_DAYS + 1)).date(),
                AccountSession.created_at < now - timedelta(days=ABSOLUTE_DAYS + 1),
            ),
        ),
        links=_delete(OneTimeLink, OneTimeLink.expires_at < now - timedelta(days=LINK_DAYS)),
        throttle=_delete(Throttle, Throttle.window_started_at < now - timedelta(days=THROTTLE_DAYS)),
        letters=_delete(Letter, _old_letters(now)),
        job_runs=_delete(JobRun, JobRun.finished_at < now - timedelta(days=JOB_RUN_DAYS)),
    )
    db.session.commit()
    return cleared


def _old_letters(now: datetime) -> ColumnElement[bool]:
    """Letters sent or given up; their keys may go too, for no month is ever written a second time."""
    finished = Letter.state.in_(("sent", "failed"))
    age = or_(
        Letter.created_at < now - timedelta(days=DIGEST_DAYS),
        (Letter.kind != "digest") & (Letter.created_at < now - timedelta(days=LETTER_DAYS)),
    )
    return finished & age


def _delete(model: type[Base], condition: ColumnElement[bool]) -> int:
    result: Any = db.session.execute(
        delete(model).where(condition), execution_options={"synchronize_session": False}
    )
    return int(result.rowcount)
