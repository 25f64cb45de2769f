"""Exchanges: a request for a talk, the other town's answer, and the talk itself."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kleinstadt_net.database import Base
from kleinstadt_net.models.town import Town


class Exchange(Base):
    """One talk between two towns, from the request to its end: ``town_id`` asks, ``peer_id`` is asked."""

    __tablename__ = "exchanges"
    __table_args__ = (
        Index("ix_exchanges_town_id_changed_at", "town_id", "changed_at", "id"),
        Index("ix_exchanges_peer_id_changed_at", "peer_id", "changed_at", "id"),
        Index("ix_exchanges_town_id_state_changed_at", "town_id", "state", "changed_at", "id"),
        Index("ix_exchanges_peer_id_state_changed_at", "peer_id", "state", "changed_at", "id"),
        Index("ix_exchanges_state_requested_at", "state", "requested_at"),
        CheckConstraint("town_id <> peer_id", name="not_itself"),
        CheckConstraint("origin IN ('request', 'wishes', 'practice')", name="origin"),
        CheckConstraint("form IN ('telephone', 'video', 'visit', 'documents')", name="form"),
        CheckConstraint(
            "state IN ('requested', 'talking', 'declined', 'withdrawn', 'lapsed', 'closed')", name="state"
        ),
        CheckConstraint("accepted_via IN ('page', 'letter', 'wishes')", name="accepted_via"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"))
    peer_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"))
    origin: Mapped[str] = mapped_column(String(10))
    # The example that was asked about; no foreign key, so that the talk outlives an example taken back.
    practice_id: Mapped[int | None]
    subject: Mapped[str | None] = mapped_column(String(20))
    form: Mapped[str] = mapped_column(String(10))
    concern: Mapped[str] = mapped_column(String(1500))
    need: Mapped[str] = mapped_column(String(1500))
    # What the asked town wants to know before it answers, and what the asking town replied.
    query: Mapped[str] = mapped_column(String(1500), default="")
    query_reply: Mapped[str] = mapped_column(String(1500), default="")
    state: Mapped[str] = mapped_column(String(10))
    # "⟨lower id⟩:⟨higher id⟩" while requested or talking, else None: two towns have one open exchange at most.
    open_pair: Mapped[str | None] = mapped_column(String(25), unique=True)
    opened_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounts.id", ondelete="SET NULL"), index=True
    )
    answered_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounts.id", ondelete="SET NULL"), index=True
    )
    handed_to_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounts.id", ondelete="SET NULL"), index=True
    )
    requested_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    accepted_via: Mapped[str | None] = mapped_column(String(10))
    ended_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    # Rises with every change; an answer to an older version changes nothing.
    version: Mapped[int] = mapped_column(default=1)

    town: Mapped[Town] = relationship(foreign_keys=[town_id])
    peer: Mapped[Town] = relationship(foreign_keys=[peer_id])
