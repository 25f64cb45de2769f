"""Notifications: what a person is told, and how she wishes to be told it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kleinstadt_net.database import Base

MODES = "mode IN ('at_once', 'daily', 'digest', 'never')"


class Notification(Base):
    """One line in a person's list; ``path`` is the page it speaks of, ``town_id`` the town she was told it for.

    ``mode`` is the letter she reads it in, as she had chosen it on that day; ``bundled_at`` says when it went into a
    daily letter. What the Monatsbrief has told is marked there.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        Index("ix_notifications_account_id_read_at", "account_id", "read_at"),
        Index("ix_notifications_mode_bundled_at", "mode", "bundled_at"),
        CheckConstraint(MODES, name="mode"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # The key of the letter that says the same, whether or not that was written.
    key: Mapped[str] = mapped_column(String(200), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    # What the title leaves open, such as the title of a question; may be empty.
    detail: Mapped[str] = mapped_column(String(200), default="")
    path: Mapped[str] = mapped_column(String(200))
    mode: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime]
    bundled_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]


class NotificationPreference(Base):
    """How a person wishes to be told one kind of news; without a row the kind's own way holds."""

    __tablename__ = "notification_preferences"
    __table_args__ = (UniqueConstraint("account_id", "kind"), CheckConstraint(MODES, name="mode"))

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    mode: Mapped[str] = mapped_column(String(10))
