"""Content somebody reported, with decision and complaint."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

OUTCOMES = "IN ('kept', 'removed', 'town_suspended')"


def upgrade() -> None:
    op.create_table(
        "reports",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("token", sa.String(64), nullable=False, unique=True),
        sa.Column("path", sa.String(300), nullable=False),
        sa.Column("town_id", sa.Integer, sa.ForeignKey("towns.id", ondelete="SET NULL"), index=True),
        sa.Column("subject", sa.String(20)),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("explanation", sa.String(2000), nullable=False),
        sa.Column("reporter_name", sa.String(160), nullable=False),
        sa.Column("reporter_email", sa.String(254)),
        sa.Column("state", sa.String(12), nullable=False, index=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(20)),
        sa.Column("outcome_reason", sa.String(2000)),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("complaint", sa.String(2000)),
        sa.Column("complained_at", sa.DateTime(timezone=True)),
        sa.Column("final_outcome", sa.String(20)),
        sa.Column("final_reason", sa.String(2000)),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("state IN ('open', 'decided', 'complained', 'closed')", name="state"),
        sa.CheckConstraint(f"outcome {OUTCOMES}", name="outcome"),
        sa.CheckConstraint(f"final_outcome {OUTCOMES}", name="final_outcome"),
    )


def downgrade() -> None:
    op.drop_table("reports")
