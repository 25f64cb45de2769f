"""Asking towns that do not take part yet, by post, and who objected to it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "invitation_series",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("created_by_id", sa.Integer, sa.ForeignKey("accounts.id", ondelete="SET NULL")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "series_letters",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "series_id", sa.Integer, sa.ForeignKey("invitation_series.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column(
            "town_id", sa.Integer, sa.ForeignKey("towns.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("code", sa.String(20), nullable=False, unique=True),
        sa.UniqueConstraint("series_id", "town_id"),
    )
    op.create_table(
        "invitation_objections",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "town_id", sa.Integer, sa.ForeignKey("towns.id", ondelete="CASCADE"), nullable=False, unique=True
        ),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    for table in ("invitation_objections", "series_letters", "invitation_series"):
        op.drop_table(table)
