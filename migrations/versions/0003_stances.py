"""What towns say of themselves: stances, inherited drafts, focuses."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

STATES = "state IN ('strength', 'in_progress', 'seeking')"


def upgrade() -> None:
    op.create_table(
        "stances",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("town_id", sa.Integer, sa.ForeignKey("towns.id", ondelete="CASCADE"), nullable=False),
        sa.Column("subject", sa.String(20), nullable=False, index=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("sentence", sa.String(200)),
        sa.Column("since", sa.Date),
        sa.Column("confirmed_on", sa.Date, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed_by_id", sa.Integer, sa.ForeignKey("accounts.id", ondelete="SET NULL")),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("town_id", "subject"),
        sa.CheckConstraint(STATES, name="state"),
    )
    op.create_table(
        "stance_drafts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "town_id", sa.Integer, sa.ForeignKey("towns.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("subject", sa.String(20), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("sentence", sa.String(200)),
        sa.Column("since", sa.Date),
        sa.Column("confirmed_on", sa.Date, nullable=False),
        sa.Column("origin", sa.String(160), nullable=False),
        sa.CheckConstraint(STATES, name="state"),
    )
    op.create_table(
        "focuses",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("town_id", sa.Integer, sa.ForeignKey("towns.id", ondelete="CASCADE"), nullable=False),
        sa.Column("thesis", sa.String(3), nullable=False, index=True),
        sa.UniqueConstraint("town_id", "thesis"),
    )


def downgrade() -> None:
    for table in ("focuses", "stance_drafts", "stances"):
        op.drop_table(table)
