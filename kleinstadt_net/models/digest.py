"""The Monatsbrief: which month is done for a person, what it told, which month waits for its round, private feeds."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kleinstadt_net.database import Base


class DigestIssue(Base):
    """A month that is done for a person, whatever came of it; without this row her letter is still to be written.

    Outlives the letter, so there is never a second. Of the address that opens the letter only a hash is kept.
    """

    __tablename__ = "digest_issues"
    __table_args__ = (
        UniqueConstraint("account_id", "period"),
        CheckConstraint("outcome IN ('written', 'nothing_new', 'pause_asked')", name="outcome"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    period: Mapped[str] = mapped_column(String(10))
    outcome: Mapped[str] = mapped_column(String(20))
    # The town it was written for; None also where nobody noted it.
    town_id: Mapped[int | None] = mapped_column(ForeignKey("towns.id", ondelete="SET NULL"), index=True)
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id", ondelete="SET NULL"), index=True)
    view_token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    at: Mapped[datetime]


class DigestItem(Base):
    """A piece of news a person has been told; each is told once, ever."""

    __tablename__ = "digest_items"
    __table_args__ = (UniqueConstraint("account_id", "item_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    item_key: Mapped[str] = mapped_column(String(120))
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id", ondelete="SET NULL"), index=True)


class DigestMonth(Base):
    """A month whose letters were due; ``waiting_since`` is when they first missed its round."""

    __tablename__ = "digest_months"

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(String(7), unique=True)
    waiting_since: Mapped[datetime | None]
    created_at: Mapped[datetime]


class DigestFeed(Base):
    """A person's letters as a private feed, read by her feed reader; only a hash of its address is kept."""

    __tablename__ = "digest_feeds"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), unique=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
