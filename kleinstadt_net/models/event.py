"""Events: dates that towns, networks, circles and the operator invite to."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kleinstadt_net.database import Base


class Event(Base):
    """An event on site or online. ``town_id``, ``network_id`` or ``circle_id`` is whoever ``organiser`` says.

    The event of a circle is for its towns alone; ``online_link`` is for those who have registered.
    """

    __tablename__ = "events"
    __table_args__ = (
        CheckConstraint("organiser IN ('town', 'network', 'circle', 'operator')", name="organiser"),
        CheckConstraint("state IN ('announced', 'cancelled')", name="state"),
        Index("ix_events_ends_at", "ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text, default="")
    subject: Mapped[str | None] = mapped_column(String(20))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String(200), default="")
    online_link: Mapped[str | None] = mapped_column(String(300))
    organiser: Mapped[str] = mapped_column(String(10))
    town_id: Mapped[int | None] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"), index=True)
    network_id: Mapped[int | None] = mapped_column(ForeignKey("networks.id", ondelete="CASCADE"), index=True)
    circle_id: Mapped[int | None] = mapped_column(ForeignKey("circles.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    state: Mapped[str] = mapped_column(String(10))
    # The last day on which one may register; None: until it begins.
    register_by: Mapped[date | None]
    reminded_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    # Rises with every change: for forms opened at an older version, and as SEQUENCE of the calendar file.
    version: Mapped[int] = mapped_column(default=1)


class EventRegistration(Base):
    """A person who comes to an event for her town."""

    __tablename__ = "event_registrations"
    __table_args__ = (UniqueConstraint("event_id", "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"), index=True)
    registered_at: Mapped[datetime]
