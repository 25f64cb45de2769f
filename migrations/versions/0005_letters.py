"""The outbox, the consent to letters, news already told, and addresses not written to."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "letters",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(120), nullable=False, unique=True),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("accounts.id", ondelete="SET NULL"), index=True),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("period", sa.String(10)),
        sa.Column("recipient", sa.String(254), nullable=False),
        sa.Column("sender", sa.String(254), nullable=False),
        sa.Column("subject", sa.String(250), nullable=False),
        sa.Column("message_id", sa.String(250), nullable=False, unique=True),
        sa.Column("bytes", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("claim", sa.String(36)),
        sa.Column("claimed_at", sa.DateTime(timezone=True)),
        sa.Column("attempt_started_at", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("error", sa.String(500)),
        sa.CheckConstraint("state IN ('pending', 'claimed', 'sent', 'failed', 'unknown')", name="state"),
    )
    op.create_index("ix_letters_state_next_try_at", "letters", ["state", "next_try_at"])
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "account_id",
            sa.Integer,
            sa.ForeignKey("accounts.id", ondelete="CASCADE"),
            nullable=False,
            unique=True,
        ),
        sa.Column("frequency", sa.String(10), nullable=False),
        sa.Column("paused_until", sa.Date),
        sa.Column("token", sa.String(64), nullable=False, unique=True),
        sa.Column("consent_at", sa.DateTime(timezone=True)),
        sa.Column("consent_wording", sa.String(500)),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("frequency IN ('monthly', 'off')", name="frequency"),
    )
    op.create_table(
        "digest_items",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
        sa.Column("item_key", sa.String(120), nullable=False),
        sa.Column("letter_id", sa.Integer, sa.ForeignKey("letters.id", ondelete="SET NULL"), index=True),
        sa.UniqueConstraint("account_id", "item_key"),
    )
    op.create_table(
        "suppressions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("address_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    for table in ("suppressions", "digest_items", "subscriptions", "letters"):
        op.drop_table(table)
