"""Circles: a few towns with one challenge, their answers, and the dates they meet on."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "circles",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("subject", sa.String(20), nullable=False),
        sa.Column("origin", sa.String(10), nullable=False),
        sa.Column("period", sa.String(7)),
        sa.Column("proposed_by_id", sa.Integer, sa.ForeignKey("towns.id", ondelete="SET NULL"), index=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.Date, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("period", "subject"),
        sa.CheckConstraint("origin IN ('engine', 'operator', 'town')", name="origin"),
        sa.CheckConstraint("state IN ('proposed', 'running', 'lapsed', 'ended')", name="state"),
    )
    op.create_table(
        "circle_towns",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("circle_id", sa.Integer, sa.ForeignKey("circles.id", ondelete="CASCADE"), nullable=False),
        sa.Column(
            "town_id", sa.Integer, sa.ForeignKey("towns.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("answer", sa.String(5)),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("accounts.id", ondelete="SET NULL")),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("circle_id", "town_id"),
        sa.CheckConstraint("answer IN ('yes', 'no')", name="answer"),
    )
    op.create_table(
        "circle_meetings",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("circle_id", sa.Integer, sa.ForeignKey("circles.id", ondelete="CASCADE"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("host_id", sa.Integer, sa.ForeignKey("towns.id", ondelete="SET NULL"), index=True),
        sa.Column("due_by", sa.Date, nullable=False),
        sa.Column("held_on", sa.Date),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("agenda", sa.String(3000), nullable=False),
        sa.Column("result", sa.String(4000), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.UniqueConstraint("circle_id", "number"),
    )


def downgrade() -> None:
    op.drop_table("circle_meetings")
    op.drop_table("circle_towns")
    op.drop_table("circles")
