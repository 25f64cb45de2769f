"""What a town says of itself: one statement per subject, and the theses it puts first."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kleinstadt_net.database import Base

STATES = "state IN ('strength', 'in_progress', 'seeking')"
DRAFT_STATES = "state IN ('strength', 'in_progress', 'seeking', 'none')"


class Stance(Base):
    """Town × subject: strength, in progress or seeking, with an optional sentence of its own."""

    __tablename__ = "stances"
    __table_args__ = (UniqueConstraint("town_id", "subject"), CheckConstraint(STATES, name="state"))

    id: Mapped[int] = mapped_column(primary_key=True)
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"))
    subject: Mapped[str] = mapped_column(String(20), index=True)
    state: Mapped[str] = mapped_column(String(12))
    sentence: Mapped[str | None] = mapped_column(String(200))
    since: Mapped[date | None]
    confirmed_on: Mapped[date]
    # Rises with every change; a form that was opened at an older version overwrites nothing.
    version: Mapped[int] = mapped_column(default=1)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    changed_at: Mapped[datetime]


class StanceDraft(Base):
    """A statement that waits for the town's own people: inherited from a dissolved town, or an editor's.

    ``origin`` is the dissolved town's name, ``author_id`` the editor; one of both is set. An editor's draft
    with the state ``none`` asks for the statement to be taken back.
    """

    __tablename__ = "stance_drafts"
    __table_args__ = (CheckConstraint(DRAFT_STATES, name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"), index=True)
    subject: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(12))
    sentence: Mapped[str | None] = mapped_column(String(200))
    since: Mapped[date | None]
    confirmed_on: Mapped[date]
    origin: Mapped[str | None] = mapped_column(String(160))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime]


class Focus(Base):
    """A thesis the town puts first; at most three, which the service checks."""

    __tablename__ = "focuses"
    __table_args__ = (UniqueConstraint("town_id", "thesis"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"))
    thesis: Mapped[str] = mapped_column(String(3), index=True)
