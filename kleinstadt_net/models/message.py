"""What two towns write to one another in a talk, and who of them wishes to hear less of it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kleinstadt_net.database import Base


class Message(Base):
    """One message in the talk of an exchange, written for ``town_id``, the writer's side; both town halls read it.

    Taken out after a report, the row stays without its text, so that the talk does not close over the gap.
    """

    __tablename__ = "messages"
    __table_args__ = (Index("ix_messages_exchange_id", "exchange_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    exchange_id: Mapped[int] = mapped_column(ForeignKey("exchanges.id", ondelete="CASCADE"))
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"), index=True)
    # Empty once that account is no more: what she wrote for her town stays, without her name.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    # Markdown, as typed.
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class ExchangeMute(Base):
    """A person wishes to be told of no more messages in one talk; everything else about it still reaches her."""

    __tablename__ = "exchange_mutes"
    __table_args__ = (UniqueConstraint("account_id", "exchange_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    exchange_id: Mapped[int] = mapped_column(ForeignKey("exchanges.id", ondelete="CASCADE"), index=True)
    muted_at: Mapped[datetime]
