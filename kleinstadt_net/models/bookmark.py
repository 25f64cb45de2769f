"""What a town hall keeps for itself from the directory: towns it has marked and searches it has saved."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kleinstadt_net.database import Base


class Bookmark(Base):
    """A town on the list of another one's town hall, with a note all its people read."""

    __tablename__ = "bookmarks"
    __table_args__ = (UniqueConstraint("town_id", "marked_town_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"))
    marked_town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"), index=True)
    note: Mapped[str] = mapped_column(String(500), default="")
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    marked_at: Mapped[datetime]


class SavedSearch(Base):
    """A search of the directory by name; ``known`` are the ids of the towns it had found when it was last told of."""

    __tablename__ = "saved_searches"
    __table_args__ = (UniqueConstraint("town_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))
    # The filters of the directory that narrow it, as JSON.
    query: Mapped[str] = mapped_column(String(500))
    known: Mapped[list[int]] = mapped_column(JSON)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    saved_at: Mapped[datetime]
