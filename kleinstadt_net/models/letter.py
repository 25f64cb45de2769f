"""The outbox and what belongs to it: subscriptions, bounces, and addresses not written to."""

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    func,
    literal,
    select,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kleinstadt_net.database import Base


class Letter(Base):
    """A letter, complete as bytes, on its way. ``key`` makes writing the same one twice impossible."""

    __tablename__ = "letters"
    __table_args__ = (
        # "kept" was never to be sent: it is read on the web.
        CheckConstraint("state IN ('pending', 'claimed', 'sent', 'failed', 'unknown', 'kept')", name="state"),
        Index("ix_letters_state_next_try_at", "state", "next_try_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    period: Mapped[str | None] = mapped_column(String(10))
    recipient: Mapped[str] = mapped_column(String(254))
    sender: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(250))
    message_id: Mapped[str] = mapped_column(String(250), unique=True)
    state: Mapped[str] = mapped_column(String(10), default="pending")
    claim: Mapped[str | None] = mapped_column(String(36))
    claimed_at: Mapped[datetime | None] = mapped_column(index=True)
    # Set and committed before MAIL FROM: tells whether a vanished process may have posted the letter.
    attempt_started_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(500))
    # Stands in the return address, so that a report about the letter finds it.
    bounce_token: Mapped[str | None] = mapped_column(String(32), unique=True)
    stored: Mapped["LetterContent | None"] = relationship(cascade="all, delete-orphan", passive_deletes=True)

    @hybrid_property
    def content(self) -> bytes:
        """The bytes that travel; empty once they are no longer kept."""
        return self.stored.content if self.stored is not None else b""

    @content.inplace.setter
    def _set_content(self, content: bytes) -> None:
        self.stored = LetterContent(content=content)

    @content.inplace.expression
    @classmethod
    def _select_content(cls) -> ColumnElement[bytes]:
        kept = select(LetterContent.content).where(LetterContent.letter_id == cls.id)
        return func.coalesce(
            kept.correlate_except(LetterContent).scalar_subquery(), literal(b"", LargeBinary)
        )


class LetterContent(Base):
    """A letter's bytes, apart from its row: SQLite writes a row anew, whole, each time a part of it changes."""

    __tablename__ = "letter_contents"

    letter_id: Mapped[int] = mapped_column(ForeignKey("letters.id", ondelete="CASCADE"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Subscription(Base):
    """The consent of one person to the Monatsbrief, with when and to which wording."""

    __tablename__ = "subscriptions"
    __table_args__ = (
        CheckConstraint("frequency IN ('monthly', 'quarterly', 'off')", name="frequency"),
        CheckConstraint("wishes IN ('letter', 'digest')", name="wishes"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("hour BETWEEN 0 AND 23", name="hour"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), unique=True)
    frequency: Mapped[str] = mapped_column(String(10))
    paused_until: Mapped[date | None]
    # Kept readable because every letter carries it; it opens preferences and nothing else.
    token: Mapped[str] = mapped_column(String(64), unique=True)
    consent_at: Mapped[datetime | None]
    consent_wording: Mapped[str | None] = mapped_column(String(500))
    changed_at: Mapped[datetime]
    # Where another town wishes to talk: told at once by a letter of its own, or in the next Monatsbrief.
    wishes: Mapped[str] = mapped_column(String(10), default="letter")
    # Monday is 0; None: as everybody's.
    weekday: Mapped[int | None]
    hour: Mapped[int | None]
    # Keys of the topics and theses she wishes to read about; None: all.
    topics: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    # Otherwise she reads the letter on the web or in her feed.
    by_mail: Mapped[bool] = mapped_column(default=True)


class Bounce(Base):
    """What another mail server, or a person there, reported about one of our letters; each report counts once.

    ``status`` is the enhanced code (RFC 3463); of the address only the same hash is kept as in ``suppressions``.
    """

    __tablename__ = "bounces"
    __table_args__ = (CheckConstraint("kind IN ('hard', 'soft', 'complaint')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_key: Mapped[str] = mapped_column(String(200), unique=True)
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id", ondelete="SET NULL"), index=True)
    address_hash: Mapped[str] = mapped_column(String(64), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(12), default="")
    at: Mapped[datetime]


class Suppression(Base):
    """An address that is not written to; only a keyed hash of it is kept.

    ``kind``: it bounced ("hard", or "soft" too often), somebody there complained, its owner "asked" for it, or the
    "operator" did it.
    """

    __tablename__ = "suppressions"
    __table_args__ = (
        CheckConstraint("kind IN ('hard', 'soft', 'complaint', 'asked', 'operator')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    address_hash: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(200))
    since: Mapped[datetime]
