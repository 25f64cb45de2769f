"""Content somebody reported (Digital Services Act, article 16), and how it was decided."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kleinstadt_net.database import Base
from kleinstadt_net.models.town import Town

KINDS = "'message', 'practice', 'question', 'question_answer', 'event', 'peer_review'"


class Report(Base):
    """A report with its decision and, if there is one, the complaint against it.

    ``state``: open, decided, complained (a complaint waits), closed (the complaint is decided).
    ``outcome`` and ``final_outcome``: kept, removed, town_suspended. ``target_kind`` and ``target_id`` name the object
    it is about; both are empty where it is about the page of a town, or of many.
    """

    __tablename__ = "reports"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'decided', 'complained', 'closed')", name="state"),
        CheckConstraint("outcome IN ('kept', 'removed', 'town_suspended')", name="outcome"),
        CheckConstraint("final_outcome IN ('kept', 'removed', 'town_suspended')", name="final_outcome"),
        CheckConstraint(f"target_kind IN ({KINDS})", name="target_kind"),
        CheckConstraint("(target_kind IS NULL) = (target_id IS NULL)", name="whole_target"),
        Index("ix_reports_target_kind_target_id", "target_kind", "target_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Stands in letters and opens the report for who sent it and for the town concerned.
    token: Mapped[str] = mapped_column(String(64), unique=True)
    path: Mapped[str] = mapped_column(String(300))
    town_id: Mapped[int | None] = mapped_column(ForeignKey("towns.id", ondelete="SET NULL"), index=True)
    subject: Mapped[str | None] = mapped_column(String(20))
    target_kind: Mapped[str | None] = mapped_column(String(20))
    # No foreign key: it is a row of one table or another, and the report outlives it.
    target_id: Mapped[int | None]
    # A fingerprint of the text that was taken out, so that it does not come back as it was; the text is kept nowhere.
    removed_stamp: Mapped[str | None] = mapped_column(String(64))
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
