"""What is no longer needed is deleted: ended sessions, old links, counters, letters past their use, old claims.

The periods stand on the page about data protection and in the operator's handbook; both are held against these.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update

from kleinstadt_net.database import Base, begin_writing, db
from kleinstadt_net.models import (
    Account,
    AccountSession,
    AuditEntry,
    Bounce,
    DigestIssue,
    Invitation,
    JobRun,
    Letter,
    Notification,
    OneTimeLink,
    OperatorAlert,
    OperatorTask,
    Report,
    Throttle,
    Typed,
)
from kleinstadt_net.security.identity import ABSOLUTE_DAYS
from kleinstadt_net.services import erasure, typed, verification

# An old link still gets the answer "abgelaufen" instead of "unbekannt" for this long.
LINK_DAYS = 30
# The longest window that is counted is a day; two days are over in every time zone.
THROTTLE_DAYS = 2
JOB_RUN_DAYS = 400
# Digests are kept for a year, for "what did we write?"; anything else only until its complaint is settled.
LETTER_DAYS = 30
DIGEST_DAYS = 400
# Whoever signs up with a foreign address leaves nothing behind for longer than its link holds.
UNCONFIRMED_DAYS = 7
# Long after the link is over, for a lead who wonders whom she asked.
INVITATION_DAYS = 60
TASK_DAYS = 60
# From the decision on: a complaint may come within six months; afterwards nobody needs to know who reported.
REPORTER_DAYS = 365
AUDIT_DAYS = 5 * 365
# Half a year, for "what was that in summer?"; what it spoke of is still where it was.
NOTIFICATION_DAYS = 180
# Three reports suppress an address, and three letters that come once a quarter lie nine months apart.
BOUNCE_DAYS = 400

_IN_SILENCE = {"synchronize_session": False}


@dataclass(frozen=True)
class Cleared:
    """How many rows of each kind were deleted."""

    sessions: int
    links: int
    throttle: int
    letters: int
    job_runs: int
    unconfirmed: int
    claims: int
    invitations: int
    tasks: int
    reporters: int
    audit_entries: int
    typed: int
    notifications: int
    issues: int
    bounces: int
    alerts: int

    @property
    def total(self) -> int:
        return sum(vars(self).values())


def clear(now: datetime) -> Cleared:
    """Delete what has outlived its purpose at ``now``; commits once."""
    begin_writing(db.session)
    cleared = Cleared(
        sessions=_delete(
            AccountSession,
            # How long it was idle only its cookie knows, so that reading a page writes nothing.
            AccountSession.created_at < now - timedelta(days=ABSOLUTE_DAYS + 1),
        ),
        links=_delete(OneTimeLink, OneTimeLink.expires_at < now - timedelta(days=LINK_DAYS)),
        throttle=_delete(Throttle, Throttle.window_started_at < now - timedelta(days=THROTTLE_DAYS)),
        letters=_delete(Letter, _old_letters(now)),
        job_runs=_delete(JobRun, JobRun.finished_at < now - timedelta(days=JOB_RUN_DAYS)),
        unconfirmed=_remove_unconfirmed(now),
        claims=verification.expire_claims(now),
        invitations=_delete(Invitation, Invitation.created_at < now - timedelta(days=INVITATION_DAYS)),
        tasks=_delete(OperatorTask, OperatorTask.done_at < now - timedelta(days=TASK_DAYS)),
        reporters=_forget_reporters(now),
        audit_entries=_delete(AuditEntry, AuditEntry.at < now - timedelta(days=AUDIT_DAYS)),
        typed=_delete(Typed, Typed.saved_at < now - timedelta(days=typed.KEPT_DAYS)),
        notifications=_delete(
            Notification, Notification.created_at < now - timedelta(days=NOTIFICATION_DAYS)
        ),
        issues=_delete(DigestIssue, DigestIssue.at < now - timedelta(days=DIGEST_DAYS)),
        bounces=_delete(Bounce, Bounce.at < now - timedelta(days=BOUNCE_DAYS)),
        alerts=_delete(OperatorAlert, OperatorAlert.last_at < now - timedelta(days=JOB_RUN_DAYS)),
    )
    _log_personal(cleared)
    db.session.commit()
    return cleared


def _old_letters(now: datetime) -> ColumnElement[bool]:
    """Letters sent, given up or never to be sent; their keys may go too, for no month is ever written a second time."""
    finished = Letter.state.in_(("sent", "failed", "kept"))
    age = or_(
        Letter.created_at < now - timedelta(days=DIGEST_DAYS),
        (Letter.kind != "digest") & (Letter.created_at < now - timedelta(days=LETTER_DAYS)),
    )
    return finished & age


def _remove_unconfirmed(now: datetime) -> int:
    """People who never proved their address: nobody knows whether they exist."""
    old = and_(Account.confirmed_at.is_(None), Account.created_at < now - timedelta(days=UNCONFIRMED_DAYS))
    found = db.session.scalars(select(Account.id).where(old)).all()
    return sum(erasure.remove(account_id, erasure.UNCONFIRMED) for account_id in found)


def _forget_reporters(now: datetime) -> int:
    old = and_(
        func.coalesce(Report.closed_at, Report.decided_at) < now - timedelta(days=REPORTER_DAYS),
        Report.state.in_(("decided", "closed")),
        or_(Report.reporter_email.is_not(None), Report.reporter_name != ""),
    )
    result: Any = db.session.execute(
        update(Report).where(old).values(reporter_email=None, reporter_name=""), execution_options=_IN_SILENCE
    )
    return int(result.rowcount)


def _log_personal(cleared: Cleared) -> None:
    """The deletions that were about persons, for whoever has to show that they happen."""
    counts = {
        name: getattr(cleared, name)
        for name in (
            "letters",
            "claims",
            "invitations",
            "tasks",
            "reporters",
            "audit_entries",
            "typed",
            "notifications",
            "issues",
            "bounces",
        )
    }
    if any(counts.values()):
        erasure.log("retention", counts)


def _delete(model: type[Base], condition: ColumnElement[bool]) -> int:
    result: Any = db.session.execute(
        delete(model).where(condition), execution_options={"synchronize_session": False}
    )
    return int(result.rowcount)
