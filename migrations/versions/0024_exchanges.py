"""Exchanges: a town asks another for a talk, the other agrees or not, and both talk."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

STATES = "'requested', 'talking', 'declined', 'withdrawn', 'lapsed', 'closed'"


def upgrade() -> None:
    op.create_table(
        "exchanges",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("town_id", sa.Integer, sa.ForeignKey("towns.id", ondelete="CASCADE"), nullable=False),
        sa.Column("peer_id", sa.Integer, sa.ForeignKey("towns.id", ondelete="CASCADE"), nullable=False),
        sa.Column("origin", sa.String(10), nullable=False),
        sa.Column("practice_id", sa.Integer),
        sa.Column("subject", sa.String(20)),
        sa.Column("form", sa.String(10), nullable=False),
        sa.Column("concern", sa.String(1500), nullable=False),
        sa.Column("need", sa.String(1500), nullable=False),
        sa.Column("query", sa.String(1500), nullable=False),
        sa.Column("query_reply", sa.String(1500), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("open_pair", sa.String(25), unique=True),
        sa.Column("opened_by_id", sa.Integer, sa.ForeignKey("accounts.id", ondelete="SET NULL"), index=True),
        sa.Column(
            "answered_by_id", sa.Integer, sa.ForeignKey("accounts.id", ondelete="SET NULL"), index=True
        ),
        sa.Column("handed_to_id", sa.Integer, sa.ForeignKey("accounts.id", ondelete="SET NULL"), index=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True)),
        sa.Column("accepted_at", sa.DateTime(timezone=True)),
        sa.Column("accepted_via", sa.String(10)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("town_id <> peer_id", name="not_itself"),
        sa.CheckConstraint("origin IN ('request', 'wishes', 'practice')", name="origin"),
        sa.CheckConstraint("form IN ('telephone', 'video', 'visit', 'documents')", name="form"),
        sa.CheckConstraint(f"state IN ({STATES})", name="state"),
        sa.CheckConstraint("accepted_via IN ('page', 'letter', 'wishes')", name="accepted_via"),
    )
    op.create_index("ix_exchanges_town_id_changed_at", "exchanges", ["town_id", "changed_at", "id"])
    op.create_index("ix_exchanges_peer_id_changed_at", "exchanges", ["peer_id", "changed_at", "id"])
    op.create_index("ix_exchanges_state_requested_at", "exchanges", ["state", "requested_at"])


def downgrade() -> None:
    op.drop_table("exchanges")
