"""Peer reviews: a town asks one question and invites two or three others to think it through on the spot."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kleinstadt_net.database import Base


class PeerReview(Base):
    """One visit with its question, minutes and result. Only ``public_text`` is ever read by other towns."""

    __tablename__ = "peer_reviews"
    __table_args__ = (
        Index("ix_peer_reviews_host_id_changed_at", "host_id", "changed_at"),
        CheckConstraint("state IN ('open', 'closed', 'cancelled')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    host_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"))
    subject: Mapped[str] = mapped_column(String(20))
    question: Mapped[str] = mapped_column(String(1500))
    state: Mapped[str] = mapped_column(String(10))
    held_on: Mapped[date | None]
    place: Mapped[str] = mapped_column(String(200), default="")
    agenda: Mapped[str] = mapped_column(String(3000), default="")
    minutes: Mapped[str] = mapped_column(String(8000), default="")
    result: Mapped[str] = mapped_column(String(4000), default="")
    public_text: Mapped[str] = mapped_column(String(4000), default="")
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    # Rises with every change; a form that was opened at an older version overwrites nothing.
    version: Mapped[int] = mapped_column(default=1)


class PeerReviewTown(Base):
    """A town that was asked to come; ``answer`` None: not yet answered. ``role`` is given by the host."""

    __tablename__ = "peer_review_towns"
    __table_args__ = (
        UniqueConstraint("peer_review_id", "town_id"),
        CheckConstraint("answer IN ('yes', 'no')", name="answer"),
        CheckConstraint("role IN ('moderates', 'records', 'advises')", name="role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    peer_review_id: Mapped[int] = mapped_column(ForeignKey("peer_reviews.id", ondelete="CASCADE"))
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(10))
    answer: Mapped[str | None] = mapped_column(String(5))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    invited_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
