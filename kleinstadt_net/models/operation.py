"""What running the service leaves behind: throttle, audit trail, jobs, and what this installation is."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kleinstadt_net.database import Base


class Throttle(Base):
    """How often something was tried lately; ``key`` is a keyed hash of who and what."""

    __tablename__ = "throttle"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    count: Mapped[int]
    window_started_at: Mapped[datetime] = mapped_column(index=True)


class AuditEntry(Base):
    """Who did what to which town; ids and codes only, so that it outlives the persons in it."""

    __tablename__ = "audit_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    town_id: Mapped[int | None] = mapped_column(ForeignKey("towns.id", ondelete="SET NULL"), index=True)
    action: Mapped[str] = mapped_column(String(40))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


class OperatorTask(Base):
    """Something only an operator can settle, which she finds on her desk until it is done.

    ``kind``: missing_town (somebody did not find her town), last_lead_inactive, last_lead_leaves.
    ``note`` is what a person wrote herself; everything else is ids.
    """

    __tablename__ = "operator_tasks"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    town_id: Mapped[int | None] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"), index=True)
    note: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class OperatorAlert(Base):
    """Trouble with the letters that the operator is told of once a day, until it is over (``cleared_at``)."""

    __tablename__ = "operator_alerts"
    __table_args__ = (UniqueConstraint("code", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    day: Mapped[date]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    cleared_at: Mapped[datetime | None]


class DeletionEntry(Base):
    """That something was deleted, and how much of it; nothing of what it was."""

    __tablename__ = "deletion_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    cause: Mapped[str] = mapped_column(String(40))
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)


class JobRun(Base):
    """A run of a job that did real work."""

    __tablename__ = "job_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), index=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]
    succeeded: Mapped[bool]
    detail: Mapped[str] = mapped_column(String(500))


class JobHeartbeat(Base):
    """When a job last came by, whether or not there was anything to do."""

    __tablename__ = "job_heartbeats"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    beat_at: Mapped[datetime]


class Installation(Base):
    """The single row that says whether this is a demonstration, counts changes to towns, and how letters are sent."""

    __tablename__ = "installation"
    __table_args__ = (
        CheckConstraint("id = 1", name="single_row"),
        CheckConstraint("kind IN ('regular', 'demonstration')", name="kind"),
        CheckConstraint("digest_weekday BETWEEN 0 AND 6", name="digest_weekday"),
        CheckConstraint("digest_hour BETWEEN 0 AND 23", name="digest_hour"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    revision: Mapped[int] = mapped_column(default=0)
    # While this is set no letter leaves.
    sending_paused_at: Mapped[datetime | None]
    sending_paused_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    # When the Monatsbrief opens (Monday is 0) for whoever chose nothing; None: as the timetable has it.
    digest_weekday: Mapped[int | None]
    digest_hour: Mapped[int | None]
