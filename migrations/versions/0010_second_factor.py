"""The second factor with its recovery codes, and what a session says of its device."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    with op.batch_alter_table("accounts") as accounts:
        accounts.add_column(sa.Column("totp_secret", sa.String(64)))
        accounts.add_column(sa.Column("totp_confirmed_at", sa.DateTime(timezone=True)))
        accounts.add_column(sa.Column("totp_last_step", sa.Integer))
    with op.batch_alter_table("account_sessions") as sessions:
        sessions.add_column(sa.Column("device", sa.String(60)))
    op.execute("UPDATE account_sessions SET device = ''")
    with op.batch_alter_table("account_sessions") as sessions:
        sessions.alter_column("device", existing_type=sa.String(60), nullable=False)
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "account_id",
            sa.Integer,
            sa.ForeignKey("accounts.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
    )


def downgrade() -> None:
    op.drop_table("recovery_codes")
    with op.batch_alter_table("account_sessions") as sessions:
        sessions.drop_column("device")
    with op.batch_alter_table("accounts") as accounts:
        for column in ("totp_last_step", "totp_confirmed_at", "totp_secret"):
            accounts.drop_column(column)
