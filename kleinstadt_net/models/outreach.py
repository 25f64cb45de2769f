"""Asking towns that do not take part yet, by post: series of letters, and who objected to them."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kleinstadt_net.database import Base
from kleinstadt_net.models.town import Town


class InvitationSeries(Base):
    """Printed invitations for a number of towns, made by the operator in one go."""

    __tablename__ = "invitation_series"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]


class SeriesLetter(Base):
    """One town's letter of a series. Whoever signs up with its code is known to hold the letter."""

    __tablename__ = "series_letters"
    __table_args__ = (UniqueConstraint("series_id", "town_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("invitation_series.id", ondelete="CASCADE"))
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"), index=True)
    # Readable, because a series can be printed again; it proves nothing but where somebody heard of us.
    code: Mapped[str] = mapped_column(String(20), unique=True)

    town: Mapped[Town] = relationship()


class InvitationObjection(Base):
    """A town that does not want to be written to."""

    __tablename__ = "invitation_objections"

    id: Mapped[int] = mapped_column(primary_key=True)
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"), unique=True)
    note: Mapped[str] = mapped_column(String(200), default="")
    since: Mapped[datetime]
