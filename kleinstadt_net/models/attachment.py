"""Documents that go with a message or an example; the bytes are files (``files/``), known by the token."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from kleinstadt_net.database import Base


class Attachment(Base):
    """A file of exactly one message or one example. ``kind`` is what its content is, whatever its name said."""

    __tablename__ = "attachments"
    __table_args__ = (CheckConstraint("(message_id IS NULL) <> (practice_id IS NULL)", name="one_owner"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), index=True)
    practice_id: Mapped[int | None] = mapped_column(
        ForeignKey("practices.id", ondelete="CASCADE"), index=True
    )
    # Names the file and stands in the address.
    token: Mapped[str] = mapped_column(String(32), unique=True)
    # The name it is saved under: as sent, without paths and control characters, with the ending of its kind.
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(10))
    size: Mapped[int]
    uploaded_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounts.id", ondelete="SET NULL"), index=True
    )
    uploaded_at: Mapped[datetime]
    # Of an example's document: empty while a lead has not released it. A message's is there at once.
    released_at: Mapped[datetime | None]
