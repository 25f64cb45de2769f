"""A town's profile in ten sections: what stands there, every earlier version, drafts, and what is half typed."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

VISIBILITIES = "visibility IN ('public', 'verified')"


def upgrade() -> None:
    op.create_table(
        "sections",
        *_key(),
        *_content(),
        sa.Column("confirmed_on", sa.Date, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed_by_id", sa.Integer, sa.ForeignKey("accounts.id", ondelete="SET NULL")),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("town_id", "thesis"),
        sa.CheckConstraint(VISIBILITIES, name="visibility"),
    )
    op.create_index(op.f("ix_sections_thesis"), "sections", ["thesis"])
    op.create_table(
        "section_versions",
        *_key(),
        sa.Column("version", sa.Integer, nullable=False),
        *_content(),
        sa.Column("restored_version", sa.Integer),
        sa.Column("changed_by_id", sa.Integer, sa.ForeignKey("accounts.id", ondelete="SET NULL"), index=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("town_id", "thesis", "version"),
        sa.CheckConstraint(VISIBILITIES, name="visibility"),
    )
    op.create_table(
        "section_drafts",
        *_key(),
        *_content(),
        sa.Column("author_id", sa.Integer, sa.ForeignKey("accounts.id", ondelete="SET NULL"), index=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("town_id", "thesis", "author_id"),
        sa.CheckConstraint(VISIBILITIES, name="visibility"),
    )
    op.create_table(
        "typed",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
        sa.Column(
            "town_id", sa.Integer, sa.ForeignKey("towns.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("form", sa.String(60), nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("account_id", "town_id", "form"),
    )


def downgrade() -> None:
    for table in ("typed", "section_drafts", "section_versions", "sections"):
        op.drop_table(table)


def _key() -> list[sa.Column]:
    return [
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("town_id", sa.Integer, sa.ForeignKey("towns.id", ondelete="CASCADE"), nullable=False),
        sa.Column("thesis", sa.String(3), nullable=False),
    ]


def _content() -> list[sa.Column]:
    return [
        sa.Column("fields", sa.JSON, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("visibility", sa.String(8), nullable=False),
    ]
