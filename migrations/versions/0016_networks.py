"""Networks of towns, and which towns belong to them or ask to."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "networks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("slug", sa.String(120), nullable=False, unique=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("sort_key", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("topic", sa.String(20)),
        sa.Column("about", sa.String(2000), nullable=False),
        sa.Column("website", sa.String(300)),
        sa.Column("contact_town_id", sa.Integer, sa.ForeignKey("towns.id", ondelete="SET NULL"), index=True),
        sa.Column("created_by_id", sa.Integer, sa.ForeignKey("accounts.id", ondelete="SET NULL")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("kind IN ('city_network', 'association', 'region')", name="kind"),
    )
    op.create_table(
        "network_members",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("network_id", sa.Integer, sa.ForeignKey("networks.id", ondelete="CASCADE"), nullable=False),
        sa.Column(
            "town_id", sa.Integer, sa.ForeignKey("towns.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("asked_by_id", sa.Integer, sa.ForeignKey("accounts.id", ondelete="SET NULL")),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("network_id", "town_id"),
        sa.CheckConstraint("state IN ('asked', 'confirmed')", name="state"),
    )


def downgrade() -> None:
    op.drop_table("network_members")
    op.drop_table("networks")
