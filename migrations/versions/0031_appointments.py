"""Dates of talks with the times proposed, records of talks, and private calendars."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.create_table(
        "appointments",
        sa.Column("id", sa.Integer, primary_key=True),
        _reference("exchange_id", "exchanges", index=False),
        _reference("town_id", "towns"),
        _forgotten("proposed_by_id", "accounts"),
        _forgotten("answered_by_id", "accounts"),
        _forgotten("replaces_id", "appointments"),
        sa.Column("form", sa.String(10), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("link", sa.String(300), nullable=False),
        sa.Column("note", sa.String(1000), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("open_in", sa.Integer, unique=True),
        sa.Column("starts_at", sa.DateTime(timezone=True)),
        sa.Column("ends_at", sa.DateTime(timezone=True)),
        sa.Column("uid", sa.String(300), nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True)),
        sa.Column("reminded_at", sa.DateTime(timezone=True)),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("form IN ('telephone', 'video', 'visit')", name="form"),
        sa.CheckConstraint("state IN ('proposed', 'agreed', 'cancelled', 'replaced')", name="state"),
        sa.CheckConstraint("state <> 'agreed' OR starts_at IS NOT NULL", name="agreed_on"),
    )
    op.create_index("ix_appointments_exchange_id", "appointments", ["exchange_id"])
    op.create_index("ix_appointments_state_starts_at", "appointments", ["state", "starts_at"])
    op.create_table(
        "appointment_slots",
        sa.Column("id", sa.Integer, primary_key=True),
        _reference("appointment_id", "appointments", index=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("appointment_id", "position"),
        sa.CheckConstraint("ends_at > starts_at", name="order"),
    )
    op.create_table(
        "talk_records",
        sa.Column("id", sa.Integer, primary_key=True),
        _reference("exchange_id", "exchanges", index=False),
        _reference("town_id", "towns"),
        _forgotten("account_id", "accounts"),
        sa.Column("held_on", sa.Date, nullable=False),
        sa.Column("present", sa.String(1000), nullable=False),
        sa.Column("result", sa.Text, nullable=False),
        sa.Column("next_step", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.UniqueConstraint("exchange_id", "town_id", "held_on"),
    )
    op.create_table(
        "calendar_feeds",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "account_id",
            sa.Integer,
            sa.ForeignKey("accounts.id", ondelete="CASCADE"),
            nullable=False,
            unique=True,
        ),
        sa.Column("secret_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    for table in ("calendar_feeds", "talk_records", "appointment_slots", "appointments"):
        op.drop_table(table)


def _reference(name: str, table: str, *, index: bool = True) -> sa.Column:
    """A row that goes with the one it belongs to."""
    key = sa.ForeignKey(f"{table}.id", ondelete="CASCADE")
    return sa.Column(name, sa.Integer, key, nullable=False, index=index)


def _forgotten(name: str, table: str) -> sa.Column:
    """A row that outlives the one it names."""
    key = sa.ForeignKey(f"{table}.id", ondelete="SET NULL")
    return sa.Column(name, sa.Integer, key, index=True)
