"""Whether the operator has paused all sending, when digests open, and what a bounce is known by."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    with op.batch_alter_table("installation") as installation:
        installation.add_column(sa.Column("sending_paused_at", sa.DateTime(timezone=True)))
        installation.add_column(sa.Column("sending_paused_by_id", sa.Integer))
        installation.add_column(sa.Column("digest_weekday", sa.Integer))
        installation.add_column(sa.Column("digest_hour", sa.Integer))
        installation.create_foreign_key(
            op.f("fk_installation_sending_paused_by_id_accounts"),
            "accounts",
            ["sending_paused_by_id"],
            ["id"],
            ondelete="SET NULL",
        )
        installation.create_check_constraint(
            op.f("ck_installation_digest_weekday"), "digest_weekday BETWEEN 0 AND 6"
        )
        installation.create_check_constraint(
            op.f("ck_installation_digest_hour"), "digest_hour BETWEEN 0 AND 23"
        )
    with op.batch_alter_table("letters") as letters:
        letters.add_column(sa.Column("bounce_token", sa.String(32)))
        letters.create_unique_constraint(op.f("uq_letters_bounce_token"), ["bounce_token"])
        letters.create_index(op.f("ix_letters_claimed_at"), ["claimed_at"])


def downgrade() -> None:
    with op.batch_alter_table("letters") as letters:
        letters.drop_index(op.f("ix_letters_claimed_at"))
        letters.drop_constraint(op.f("uq_letters_bounce_token"), type_="unique")
        letters.drop_column("bounce_token")
    with op.batch_alter_table("installation") as installation:
        installation.drop_constraint(op.f("ck_installation_digest_hour"), type_="check")
        installation.drop_constraint(op.f("ck_installation_digest_weekday"), type_="check")
        installation.drop_constraint(
            op.f("fk_installation_sending_paused_by_id_accounts"), type_="foreignkey"
        )
        for name in ("digest_hour", "digest_weekday", "sending_paused_by_id", "sending_paused_at"):
            installation.drop_column(name)
