"""How a person proves to speak for a town: domains, addresses of town halls, codes by post, invitations."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    with op.batch_alter_table("memberships") as memberships:
        memberships.add_column(sa.Column("requested_at", sa.DateTime(timezone=True)))
    # A claim without a beginning would never expire.
    op.execute("UPDATE memberships SET requested_at = CURRENT_TIMESTAMP WHERE state = 'pending'")
    op.create_table(
        "town_domains",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("town_id", sa.Integer, sa.ForeignKey("towns.id", ondelete="CASCADE"), nullable=False),
        sa.Column("domain", sa.String(253), nullable=False, index=True),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("town_id", "domain"),
        sa.CheckConstraint("domain = lower(domain)", name="domain_lower"),
    )
    op.create_table(
        "town_addresses",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "town_id", sa.Integer, sa.ForeignKey("towns.id", ondelete="CASCADE"), nullable=False, unique=True
        ),
        sa.Column("recipient", sa.String(120), nullable=False),
        sa.Column("street", sa.String(120), nullable=False),
        sa.Column("postcode", sa.String(10), nullable=False),
        sa.Column("place", sa.String(120), nullable=False),
        sa.Column("email", sa.String(254)),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "letter_codes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "membership_id",
            sa.Integer,
            sa.ForeignKey("memberships.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "town_id", sa.Integer, sa.ForeignKey("towns.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column(
            "invited_by_id",
            sa.Integer,
            sa.ForeignKey("accounts.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("office", sa.String(120), nullable=False),
        sa.Column("hands_over", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("role IN ('lead', 'editor')", name="role"),
        sa.CheckConstraint("email = lower(email)", name="email_lower"),
    )


def downgrade() -> None:
    for table in ("invitations", "letter_codes", "town_addresses", "town_domains"):
        op.drop_table(table)
    with op.batch_alter_table("memberships") as memberships:
        memberships.drop_column("requested_at")
