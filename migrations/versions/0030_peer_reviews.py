"""Peer reviews, and the towns invited to each."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.create_table(
        "peer_reviews",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("host_id", sa.Integer, sa.ForeignKey("towns.id", ondelete="CASCADE"), nullable=False),
        sa.Column("subject", sa.String(20), nullable=False),
        sa.Column("question", sa.String(1500), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("held_on", sa.Date),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("agenda", sa.String(3000), nullable=False),
        sa.Column("minutes", sa.String(8000), nullable=False),
        sa.Column("result", sa.String(4000), nullable=False),
        sa.Column("public_text", sa.String(4000), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), index=True),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("accounts.id", ondelete="SET NULL"), index=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("state IN ('open', 'closed', 'cancelled')", name="state"),
    )
    op.create_index("ix_peer_reviews_host_id_changed_at", "peer_reviews", ["host_id", "changed_at"])
    op.create_table(
        "peer_review_towns",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "peer_review_id", sa.Integer, sa.ForeignKey("peer_reviews.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column(
            "town_id", sa.Integer, sa.ForeignKey("towns.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("answer", sa.String(5)),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("accounts.id", ondelete="SET NULL"), index=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("peer_review_id", "town_id"),
        sa.CheckConstraint("answer IN ('yes', 'no')", name="answer"),
        sa.CheckConstraint("role IN ('moderates', 'records', 'advises')", name="role"),
    )


def downgrade() -> None:
    op.drop_table("peer_review_towns")
    op.drop_table("peer_reviews")
