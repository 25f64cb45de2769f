"""Accounts know when their address was proven, and whether they still show a sign of life."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    with op.batch_alter_table("accounts") as accounts:
        accounts.add_column(sa.Column("confirmed_at", sa.DateTime(timezone=True)))
        accounts.add_column(sa.Column("inactivity_warnings", sa.Integer))
        accounts.add_column(sa.Column("inactivity_warned_on", sa.Date))
        accounts.add_column(sa.Column("shows_name", sa.Boolean))
    # Accounts of before were made by the operator, who vouched for them; nobody was asked about her name.
    op.execute("UPDATE accounts SET confirmed_at = created_at, inactivity_warnings = 0, shows_name = false")
    with op.batch_alter_table("accounts") as accounts:
        accounts.alter_column("inactivity_warnings", existing_type=sa.Integer, nullable=False)
        accounts.alter_column("shows_name", existing_type=sa.Boolean, nullable=False)
    op.create_table(
        "consents",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "account_id",
            sa.Integer,
            sa.ForeignKey("accounts.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("wording", sa.String(500), nullable=False),
        sa.Column("proof", sa.String(20), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
    )


def downgrade() -> None:
    op.drop_table("consents")
    with op.batch_alter_table("accounts") as accounts:
        for column in ("shows_name", "inactivity_warned_on", "inactivity_warnings", "confirmed_at"):
            accounts.drop_column(column)
