"""Examples: what a town did about a problem, told so that another can repeat it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kleinstadt_net.database import Base


class Practice(Base):
    """An example of one town. It is a draft until a lead releases it; archived, it is kept for its town alone.

    ``failures``, what did not work, is for confirmed towns only, and so is in neither ``search_text`` nor any title.
    """

    __tablename__ = "practices"
    __table_args__ = (
        Index("ix_practices_town_id_state", "town_id", "state"),
        Index("ix_practices_state_released_at", "state", "released_at"),
        CheckConstraint("state IN ('draft', 'released', 'archived')", name="state"),
        CheckConstraint("cost_band IN ('none', 'to_5', 'to_50', 'to_500', 'over_500')", name="cost_band"),
        CheckConstraint("duration IN ('to_6', 'to_12', 'to_36', 'over_36', 'lasting')", name="duration"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"))
    # The talk it came of; no foreign key, so that the example outlives the talk.
    exchange_id: Mapped[int | None]
    title: Mapped[str] = mapped_column(String(120))
    slug: Mapped[str] = mapped_column(String(160))
    problem: Mapped[str] = mapped_column(Text, default="")
    steps: Mapped[list[str]] = mapped_column(JSON, default=list)
    cost_band: Mapped[str | None] = mapped_column(String(10))
    staff: Mapped[str] = mapped_column(String(200), default="")
    duration: Mapped[str | None] = mapped_column(String(10))
    partners_inside: Mapped[str] = mapped_column(String(300), default="")
    partners_outside: Mapped[str] = mapped_column(String(300), default="")
    # None is no statement; ``funding`` names the programme.
    is_funded: Mapped[bool | None]
    funding: Mapped[str] = mapped_column(String(300), default="")
    instrument: Mapped[str | None] = mapped_column(String(20))
    legal_basis: Mapped[str] = mapped_column(String(300), default="")
    success_factors: Mapped[str] = mapped_column(Text, default="")
    failures: Mapped[str] = mapped_column(Text, default="")
    # An office, never a person.
    contact_office: Mapped[str] = mapped_column(String(120), default="")
    # Years or months: "2023", "2023-05".
    began_on: Mapped[str | None] = mapped_column(String(7))
    ended_on: Mapped[str | None] = mapped_column(String(7))
    # The words it is found by, folded, without the town's name.
    search_text: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(10))
    # A draft that waits for a lead since then.
    submitted_at: Mapped[datetime | None]
    # A change of a released example that waits for a lead: the whole content as it would be.
    proposal: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    proposed_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounts.id", ondelete="SET NULL"), index=True
    )
    proposed_at: Mapped[datetime | None]
    # Rises with every change; a form that was opened at an older version overwrites nothing.
    version: Mapped[int] = mapped_column(default=1)
    created_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounts.id", ondelete="SET NULL"), index=True
    )
    changed_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounts.id", ondelete="SET NULL"), index=True
    )
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    # The first release; it stays when the example is archived and brought back.
    released_at: Mapped[datetime | None]


class PracticeSubject(Base):
    """A thesis or topic an example is about."""

    __tablename__ = "practice_subjects"
    __table_args__ = (Index("ix_practice_subjects_subject", "subject"),)

    practice_id: Mapped[int] = mapped_column(ForeignKey("practices.id", ondelete="CASCADE"), primary_key=True)
    subject: Mapped[str] = mapped_column(String(20), primary_key=True)
