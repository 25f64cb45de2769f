"""The monthly round: what it was made from, whom it proposed to whom, and what the towns answered."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kleinstadt_net.database import Base
from kleinstadt_net.models.town import Town


class Round(Base):
    """One month's network-wide matching. ``inputs`` is enough to compute the same round again."""

    __tablename__ = "rounds"

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(String(7), unique=True)
    engine_version: Mapped[str] = mapped_column(String(20))
    weights: Mapped[dict[str, Any]] = mapped_column(JSON)
    inputs: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)
    notes: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime]


class Suggestion(Base):
    """A peer proposed to a town for a month, with the score and its parts as they were decided."""

    __tablename__ = "suggestions"
    __table_args__ = (
        UniqueConstraint("round_id", "town_id", "peer_id"),
        CheckConstraint("town_id <> peer_id", name="not_itself"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id", ondelete="CASCADE"))
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"), index=True)
    peer_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"), index=True)
    slot: Mapped[str] = mapped_column(String(20))
    position: Mapped[int]
    score: Mapped[float]
    parts: Mapped[dict[str, float]] = mapped_column(JSON)
    # Codes and numbers frozen at decision time, so that page and letter say the same all month.
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON)

    round: Mapped[Round] = relationship()
    town: Mapped[Town] = relationship(foreign_keys=[town_id])
    peer: Mapped[Town] = relationship(foreign_keys=[peer_id])


class SuggestionAnswer(Base):
    """What the town answered; it belongs to the town, whoever clicked."""

    __tablename__ = "suggestion_answers"
    __table_args__ = (
        CheckConstraint("answer IN ('contact', 'later', 'declined', 'known')", name="answer"),
        CheckConstraint("via IN ('page', 'letter')", name="via"),
        CheckConstraint(
            "reason IS NULL OR (answer = 'declined' AND "
            "reason IN ('too_far', 'other_task', 'no_time', 'no_need', 'another'))",
            name="reason",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    suggestion_id: Mapped[int] = mapped_column(ForeignKey("suggestions.id", ondelete="CASCADE"), unique=True)
    answer: Mapped[str] = mapped_column(String(10))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    via: Mapped[str] = mapped_column(String(10))
    answered_at: Mapped[datetime]
    # When it was last replaced by another; None while the first one stands.
    changed_at: Mapped[datetime | None]
    # Why it does not fit, if she said so; never told to the other town.
    reason: Mapped[str | None] = mapped_column(String(20))
