"""Content somebody reported (Digital Services Act, article 16), and how it was decided."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kleinstadt_net.database import Base
from kleinstadt_net.models.town import Town


class Report(Base):
    """A report with its decision and, if there is one, the complaint against it.

    ``state``: open, decided, complained (a complaint waits), closed (the complaint is decided).
    ``outcome`` and ``final_outcome``: kept, removed, town_suspended.
    """

    __tablename__ = "reports"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'decided', 'complained', 'closed')", name="state"),
        CheckConstraint("outcome IN ('kept', 'removed', 'town_suspended')", name="outcome"),
        CheckConstraint("final_outcome IN ('kept', 'removed', 'town_suspended')", name="final_outcome"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Stands in letters and opens the report for who sent it and for the town concerned.
    token: Mapped[str] = mapped_column(String(64), unique=True)
    path: Mapped[str] = mapped_column(String(300))
    town_id: Mapped[int | None] = mapped_column(ForeignKey("towns.id", ondelete="SET NULL"), index=True)
    subject: Mapped[str | None] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(20))
    explanation: Mapped[str] = mapped_column(String(2000))
    reporter_name: Mapped[str] = mapped_column(String(160), default="")
    reporter_email: Mapped[str | None] = mapped_column(String(254))
    state: Mapped[str] = mapped_column(String(12), default="open", index=True)
    created_at: Mapped[datetime]
    outcome: Mapped[str | None] = mapped_column(String(20))
    outcome_reason: Mapped[str | None] = mapped_column(String(2000))
    decided_at: Mapped[datetime | None]
    complaint: Mapped[str | None] = mapped_column(String(2000))
    complained_at: Mapped[datetime | None]
    final_outcome: Mapped[str | None] = mapped_column(String(20))
    final_reason: Mapped[str | None] = mapped_column(String(2000))
    closed_at: Mapped[datetime | None]

    town: Mapped[Town | None] = relationship()
