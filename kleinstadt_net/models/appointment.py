"""Dates of talks: what one town proposes, what both agree on, what is noted afterwards, and the private calendar."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kleinstadt_net.database import Base


class Appointment(Base):
    """A proposal of one town (``town_id``) and, once the other has picked one of its slots, the date of both.

    ``starts_at`` and ``ends_at`` are None until then. To move a date a proposal with the same ``uid`` is made, which
    ``replaces`` it as soon as the other town agrees; until then the date stands.
    """

    __tablename__ = "appointments"
    __table_args__ = (
        CheckConstraint("form IN ('telephone', 'video', 'visit')", name="form"),
        CheckConstraint("state IN ('proposed', 'agreed', 'cancelled', 'replaced')", name="state"),
        CheckConstraint("state <> 'agreed' OR starts_at IS NOT NULL", name="agreed_on"),
        Index("ix_appointments_exchange_id", "exchange_id"),
        Index("ix_appointments_state_starts_at", "state", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    exchange_id: Mapped[int] = mapped_column(ForeignKey("exchanges.id", ondelete="CASCADE"))
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"), index=True)
    proposed_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounts.id", ondelete="SET NULL"), index=True
    )
    # Who of the other town agreed, or who of either ended it.
    answered_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounts.id", ondelete="SET NULL"), index=True
    )
    replaces_id: Mapped[int | None] = mapped_column(
        ForeignKey("appointments.id", ondelete="SET NULL"), index=True
    )
    form: Mapped[str] = mapped_column(String(10))
    place: Mapped[str] = mapped_column(String(200), default="")
    link: Mapped[str] = mapped_column(String(300), default="")
    note: Mapped[str] = mapped_column(String(1000), default="")
    state: Mapped[str] = mapped_column(String(10))
    # The exchange's id while proposed, else None: two towns have one open proposal at most.
    open_in: Mapped[int | None] = mapped_column(unique=True)
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    # What calendars know the date by, for ever, and which of two files about it is the later one.
    uid: Mapped[str] = mapped_column(String(300))
    sequence: Mapped[int] = mapped_column(default=0)
    proposed_at: Mapped[datetime]
    agreed_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    slots: Mapped[list["AppointmentSlot"]] = relationship(
        order_by="AppointmentSlot.position", cascade="all, delete-orphan", passive_deletes=True
    )


class AppointmentSlot(Base):
    """One of the times a town proposes."""

    __tablename__ = "appointment_slots"
    __table_args__ = (
        UniqueConstraint("appointment_id", "position"),
        CheckConstraint("ends_at > starts_at", name="order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointments.id", ondelete="CASCADE"))
    position: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class TalkRecord(Base):
    """What one town notes of a talk, for its own files; the other town never sees it. One for each day."""

    __tablename__ = "talk_records"
    __table_args__ = (UniqueConstraint("exchange_id", "town_id", "held_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    exchange_id: Mapped[int] = mapped_column(ForeignKey("exchanges.id", ondelete="CASCADE"))
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    held_on: Mapped[date]
    # As typed: names of people of both towns.
    present: Mapped[str] = mapped_column(String(1000), default="")
    result: Mapped[str] = mapped_column(Text)
    next_step: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    # Rises with every change; a form that was opened at an older version overwrites nothing.
    version: Mapped[int] = mapped_column(default=1)


class CalendarFeed(Base):
    """A person's private calendar, read by her calendar program; only a hash of its address is kept."""

    __tablename__ = "calendar_feeds"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), unique=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
