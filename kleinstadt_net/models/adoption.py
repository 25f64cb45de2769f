"""Adoptions: a town repeats what another one has told as an example."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kleinstadt_net.database import Base


class Adoption(Base):
    """A town that repeats an example; ``own_practice_id`` is its own version, told as an example in turn.

    Without ``released_at`` no lead of the town has agreed yet, and visitors do not see it.
    """

    __tablename__ = "adoptions"
    __table_args__ = (
        UniqueConstraint("practice_id", "town_id"),
        # An example begins as at most one adoption, so that its ancestors are a line.
        UniqueConstraint("own_practice_id"),
        CheckConstraint("state IN ('planned', 'running', 'done', 'given_up')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    practice_id: Mapped[int] = mapped_column(ForeignKey("practices.id", ondelete="CASCADE"))
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"), index=True)
    own_practice_id: Mapped[int | None] = mapped_column(ForeignKey("practices.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(String(10))
    changed: Mapped[str] = mapped_column(Text, default="")
    why: Mapped[str] = mapped_column(Text, default="")
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    released_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    # Rises with every change; a form that was opened at an older version overwrites nothing.
    version: Mapped[int] = mapped_column(default=1)
