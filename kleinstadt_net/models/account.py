"""A person who can sign in, her sessions, her towns, and the one-time links sent to her."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kleinstadt_net.database import Base
from kleinstadt_net.models.town import Town


class Account(Base):
    """A person. ``email`` is stored in lower case; ``salutation`` is given by her or empty."""

    __tablename__ = "accounts"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    first_name: Mapped[str] = mapped_column(String(80), default="")
    last_name: Mapped[str] = mapped_column(String(80), default="")
    salutation: Mapped[str] = mapped_column(String(10), default="")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    is_operator: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    seen_on: Mapped[date | None]

    memberships: Mapped[list["Membership"]] = relationship(
        back_populates="account", cascade="all, delete-orphan", order_by="Membership.id"
    )


class AccountSession(Base):
    """A signed-in browser. The cookie holds the key, the table only its hash."""

    __tablename__ = "account_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    seen_on: Mapped[date]
    reauthenticated_at: Mapped[datetime]
    acting_town_id: Mapped[int | None] = mapped_column(ForeignKey("towns.id", ondelete="SET NULL"))

    account: Mapped[Account] = relationship()


class Membership(Base):
    """Person × town: who may act for the town, and in which role."""

    __tablename__ = "memberships"
    __table_args__ = (
        UniqueConstraint("account_id", "town_id"),
        CheckConstraint("role IN ('lead', 'editor')", name="role"),
        CheckConstraint("state IN ('pending', 'confirmed', 'ended')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10))
    office: Mapped[str] = mapped_column(String(120), default="")
    is_home: Mapped[bool] = mapped_column(default=False)
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship(back_populates="memberships")
    town: Mapped[Town] = relationship()


class OneTimeLink(Base):
    """A link with random characters from a letter or the operator; only its hash is stored.

    ``target_id`` is the row the purpose speaks of, such as the suggestion an answer link answers.
    """

    __tablename__ = "one_time_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(20))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    target_id: Mapped[int | None]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
