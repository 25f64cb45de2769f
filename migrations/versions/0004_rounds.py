"""The monthly round: what it was made from, what it proposed, what towns answered."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "rounds",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("month", sa.String(7), nullable=False, unique=True),
        sa.Column("engine_version", sa.String(20), nullable=False),
        sa.Column("weights", sa.JSON, nullable=False),
        sa.Column("inputs", sa.JSON, nullable=False),
        sa.Column("notes", sa.JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "suggestions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("round_id", sa.Integer, sa.ForeignKey("rounds.id", ondelete="CASCADE"), nullable=False),
        sa.Column(
            "town_id", sa.Integer, sa.ForeignKey("towns.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column(
            "peer_id", sa.Integer, sa.ForeignKey("towns.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("slot", sa.String(20), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("score", sa.Double, nullable=False),
        sa.Column("parts", sa.JSON, nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.UniqueConstraint("round_id", "town_id", "peer_id"),
        sa.CheckConstraint("town_id <> peer_id", name="not_itself"),
    )
    op.create_table(
        "suggestion_answers",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "suggestion_id",
            sa.Integer,
            sa.ForeignKey("suggestions.id", ondelete="CASCADE"),
            nullable=False,
            unique=True,
        ),
        sa.Column("answer", sa.String(10), nullable=False),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("accounts.id", ondelete="SET NULL")),
        sa.Column("via", sa.String(10), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("answer IN ('contact', 'later', 'declined', 'known')", name="answer"),
        sa.CheckConstraint("via IN ('page', 'letter')", name="via"),
    )


def downgrade() -> None:
    for table in ("suggestion_answers", "suggestions", "rounds"):
        op.drop_table(table)
