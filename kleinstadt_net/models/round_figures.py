"""What a round is worth, measured once: a page must not measure it again for every reader."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kleinstadt_net.database import Base


class RoundFigures(Base):
    """One for every measured round; ``version`` says which figures are in it, so that older ones are measured anew."""

    __tablename__ = "round_figures"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id", ondelete="CASCADE"), unique=True)
    version: Mapped[int]
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    measured_at: Mapped[datetime]
