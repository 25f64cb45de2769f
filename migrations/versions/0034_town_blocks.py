"""Towns that wish no further contact with another."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.create_table(
        "town_blocks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("town_id", sa.Integer, sa.ForeignKey("towns.id", ondelete="CASCADE"), nullable=False),
        sa.Column(
            "peer_id", sa.Integer, sa.ForeignKey("towns.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("accounts.id", ondelete="SET NULL"), index=True),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("town_id", "peer_id"),
        sa.CheckConstraint("town_id <> peer_id", name="not_itself"),
    )


def downgrade() -> None:
    op.drop_table("town_blocks")
