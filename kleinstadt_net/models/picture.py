"""A picture of a town with what must stand beside it; the bytes are files (``files/``), known by the token."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from kleinstadt_net.database import Base


class Picture(Base):
    """A town has one picture that is shown and at most one that waits for a lead."""

    __tablename__ = "pictures"

    id: Mapped[int] = mapped_column(primary_key=True)
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"), index=True)
    # Names the files and stands in the address; random, so that a picture that waits cannot be guessed.
    token: Mapped[str] = mapped_column(String(32), unique=True)
    alternative_text: Mapped[str] = mapped_column(String(300))
    photographer: Mapped[str] = mapped_column(String(160))
    right_of_use: Mapped[str] = mapped_column(String(200))
    width: Mapped[int]
    height: Mapped[int]
    uploaded_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounts.id", ondelete="SET NULL"), index=True
    )
    uploaded_at: Mapped[datetime]
    # Empty while it waits for a lead.
    released_at: Mapped[datetime | None]
