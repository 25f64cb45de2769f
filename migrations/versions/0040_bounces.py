"""Reports of other mail servers about letters that did not arrive, and why an address is not written to."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"

KINDS = "kind IN ('hard', 'soft', 'complaint', 'asked', 'operator')"


def upgrade() -> None:
    op.create_table(
        "bounces",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("report_key", sa.String(200), nullable=False, unique=True),
        sa.Column("letter_id", sa.Integer, sa.ForeignKey("letters.id", ondelete="SET NULL"), index=True),
        sa.Column("address_hash", sa.String(64), nullable=False, index=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('hard', 'soft', 'complaint')", name="kind"),
    )
    with op.batch_alter_table("suppressions") as suppressions:
        suppressions.add_column(sa.Column("kind", sa.String(10)))
    # So far only a mail server's refusal for good has led here.
    op.execute("UPDATE suppressions SET kind = 'hard'")
    with op.batch_alter_table("suppressions") as suppressions:
        suppressions.alter_column("kind", existing_type=sa.String(10), nullable=False)
        suppressions.create_check_constraint(op.f("ck_suppressions_kind"), KINDS)


def downgrade() -> None:
    with op.batch_alter_table("suppressions") as suppressions:
        suppressions.drop_constraint(op.f("ck_suppressions_kind"), type_="check")
        suppressions.drop_column("kind")
    op.drop_table("bounces")
