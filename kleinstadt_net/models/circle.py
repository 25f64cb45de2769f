"""Circles: four to six towns with one challenge in common that meet three times."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kleinstadt_net.database import Base


class Circle(Base):
    """A circle from its proposal to its end. ``period`` ("2026-Q4") is that of one the engine has proposed."""

    __tablename__ = "circles"
    __table_args__ = (
        # A quarter's proposals are made once per subject; those of operators and towns have no period.
        UniqueConstraint("period", "subject"),
        CheckConstraint("origin IN ('engine', 'operator', 'town')", name="origin"),
        CheckConstraint("state IN ('proposed', 'running', 'lapsed', 'ended')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(20))
    origin: Mapped[str] = mapped_column(String(10))
    period: Mapped[str | None] = mapped_column(String(7))
    proposed_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("towns.id", ondelete="SET NULL"), index=True
    )
    state: Mapped[str] = mapped_column(String(10))
    proposed_at: Mapped[datetime]
    # The last day on which the invited towns may answer.
    answer_by: Mapped[date]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class CircleTown(Base):
    """A town that was asked, or has joined; ``answer`` None: not yet answered. A town that left has said no."""

    __tablename__ = "circle_towns"
    __table_args__ = (
        UniqueConstraint("circle_id", "town_id"),
        CheckConstraint("answer IN ('yes', 'no')", name="answer"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    circle_id: Mapped[int] = mapped_column(ForeignKey("circles.id", ondelete="CASCADE"))
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    answer: Mapped[str | None] = mapped_column(String(5))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    answered_at: Mapped[datetime | None]


class CircleMeeting(Base):
    """One of the dates of a circle; the host settles day and place, anyone in the circle writes the result."""

    __tablename__ = "circle_meetings"
    __table_args__ = (UniqueConstraint("circle_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    circle_id: Mapped[int] = mapped_column(ForeignKey("circles.id", ondelete="CASCADE"))
    number: Mapped[int]
    host_id: Mapped[int | None] = mapped_column(ForeignKey("towns.id", ondelete="SET NULL"), index=True)
    due_by: Mapped[date]
    held_on: Mapped[date | None]
    place: Mapped[str] = mapped_column(String(200), default="")
    agenda: Mapped[str] = mapped_column(String(3000), default="")
    result: Mapped[str] = mapped_column(String(4000), default="")
    # Rises with every change; a form that was opened at an older version overwrites nothing.
    version: Mapped[int] = mapped_column(default=1)
