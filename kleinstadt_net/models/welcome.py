"""The welcome of a new town: that it was written, and what its first suggestions were made from."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kleinstadt_net.database import Base


class Welcome(Base):
    """One for every town that has ever said something; outlives the letter, so there is never a second.

    ``inputs`` and the round's are enough to decide the suggestions again; empty where none were decided.
    """

    __tablename__ = "welcomes"

    id: Mapped[int] = mapped_column(primary_key=True)
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"), unique=True)
    round_id: Mapped[int | None] = mapped_column(ForeignKey("rounds.id", ondelete="SET NULL"), index=True)
    inputs: Mapped[dict[str, Any]] = mapped_column(JSON)
    welcomed_at: Mapped[datetime]
