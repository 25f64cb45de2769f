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
    # When she proved to hold the address; until then the account can do nothing but be confirmed.
    confirmed_at: Mapped[datetime | None]
    # The last sign of life: signing in, answering by a link, or "Ich bin noch dabei".
    seen_on: Mapped[date | None]
    inactivity_warnings: Mapped[int] = mapped_column(default=0)
    inactivity_warned_on: Mapped[date | None]
    # Name and office may be shown to verified towns; without it pages say "das Bürgermeisteramt".
    shows_name: Mapped[bool] = mapped_column(default=False)
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    totp_confirmed_at: Mapped[datetime | None]
    # The last time step a code was taken for: each code opens once.
    totp_last_step: Mapped[int | None]

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
    # "Firefox auf Windows", so that a person recognises her own; nothing finer is kept.
    device: Mapped[str] = mapped_column(String(60), default="")

    account: Mapped[Account] = relationship()


class Membership(Base):
    """Person × town: who may act for the town, and in which role. ``pending`` is a claim not yet decided."""

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
    requested_at: Mapped[datetime | None]
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


class RecoveryCode(Base):
    """A code that replaces the second factor once, for whoever lost her telephone; only its hash is kept."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


class Consent(Base):
    """Something a person agreed to: what, in which version, when, and how that is known.

    ``kind`` is "house_rules", "show_name" or "digest"; the subscription to the Monatsbrief repeats the one that holds.
    ``proof`` says how: "sign_up", "invitation", "account_page", "confirmed" by a letter to her, "carried_over" from her
    subscription, which once was the only record.
    """

    __tablename__ = "consents"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    version: Mapped[str] = mapped_column(String(20))
    wording: Mapped[str] = mapped_column(String(500))
    proof: Mapped[str] = mapped_column(String(20))
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
