"""A town's profile in ten sections, one per thesis: what stands there, what stood there, and what waits."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kleinstadt_net.database import Base

VISIBILITIES = "visibility IN ('public', 'verified')"


class Section(Base):
    """What a town tells on one thesis: the structured fields of that section and a short text in Markdown.

    ``visibility`` says who may read it; fields that are nobody else's business are confidential whatever it says.
    An emptied section keeps its row, so that its versions go on counting.
    """

    __tablename__ = "sections"
    __table_args__ = (
        UniqueConstraint("town_id", "thesis"),
        CheckConstraint(VISIBILITIES, name="visibility"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"))
    thesis: Mapped[str] = mapped_column(String(3), index=True)
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)
    text: Mapped[str] = mapped_column(Text, default="")
    visibility: Mapped[str] = mapped_column(String(8), default="public")
    confirmed_on: Mapped[date]
    # Rises with every change; a form that was opened at an older version overwrites nothing.
    version: Mapped[int] = mapped_column(default=1)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    changed_at: Mapped[datetime]


class SectionVersion(Base):
    """A section as it stood after one change; the newest one equals the section."""

    __tablename__ = "section_versions"
    __table_args__ = (
        UniqueConstraint("town_id", "thesis", "version"),
        CheckConstraint(VISIBILITIES, name="visibility"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"))
    thesis: Mapped[str] = mapped_column(String(3))
    version: Mapped[int]
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)
    text: Mapped[str] = mapped_column(Text, default="")
    visibility: Mapped[str] = mapped_column(String(8))
    # The version that was brought back, where this change was a restoring.
    restored_version: Mapped[int | None]
    changed_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounts.id", ondelete="SET NULL"), index=True
    )
    changed_at: Mapped[datetime]


class SectionDraft(Base):
    """What an editor would like a section to say; it waits for a lead. One per person and section."""

    __tablename__ = "section_drafts"
    __table_args__ = (
        UniqueConstraint("town_id", "thesis", "author_id"),
        CheckConstraint(VISIBILITIES, name="visibility"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"))
    thesis: Mapped[str] = mapped_column(String(3))
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)
    text: Mapped[str] = mapped_column(Text, default="")
    visibility: Mapped[str] = mapped_column(String(8))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime]


class Typed(Base):
    """What somebody has typed into a form and not saved yet, so that a closed tab loses nothing.

    ``form`` names the form within the town, such as ``section:t03``; ``content`` maps its fields to their texts.
    """

    __tablename__ = "typed"
    __table_args__ = (UniqueConstraint("account_id", "town_id", "form"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"), index=True)
    form: Mapped[str] = mapped_column(String(60))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_at: Mapped[datetime]
