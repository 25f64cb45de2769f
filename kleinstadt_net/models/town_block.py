"""Pairs of towns one of which wishes no further contact with the other."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kleinstadt_net.database import Base


class TownBlock(Base):
    """``town_id`` has blocked ``peer_id``; the blocked town is never told."""

    __tablename__ = "town_blocks"
    __table_args__ = (
        UniqueConstraint("town_id", "peer_id"),
        CheckConstraint("town_id <> peer_id", name="not_itself"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"))
    peer_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    blocked_at: Mapped[datetime]
