"""What an editor writes waits as a draft until a lead releases it; a town may switch that off."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

STATES = "state IN ('strength', 'in_progress', 'seeking')"
DRAFT_STATES = "state IN ('strength', 'in_progress', 'seeking', 'none')"


def upgrade() -> None:
    with op.batch_alter_table("towns") as towns:
        towns.add_column(sa.Column("needs_release", sa.Boolean))
    op.execute("UPDATE towns SET needs_release = true")
    with op.batch_alter_table("towns") as towns:
        towns.alter_column("needs_release", existing_type=sa.Boolean, nullable=False)
    with op.batch_alter_table("stance_drafts") as drafts:
        drafts.add_column(
            sa.Column(
                "author_id",
                sa.Integer,
                sa.ForeignKey(
                    "accounts.id", ondelete="SET NULL", name=op.f("fk_stance_drafts_author_id_accounts")
                ),
            )
        )
        drafts.add_column(sa.Column("created_at", sa.DateTime(timezone=True)))
        drafts.alter_column("origin", existing_type=sa.String(160), nullable=True)
        drafts.drop_constraint(op.f("ck_stance_drafts_state"), type_="check")
        drafts.create_check_constraint(op.f("ck_stance_drafts_state"), DRAFT_STATES)
        drafts.create_index(op.f("ix_stance_drafts_author_id"), ["author_id"])
    op.execute("UPDATE stance_drafts SET created_at = CURRENT_TIMESTAMP")
    with op.batch_alter_table("stance_drafts") as drafts:
        drafts.alter_column("created_at", existing_type=sa.DateTime(timezone=True), nullable=False)


def downgrade() -> None:
    # An editor's draft has no place in the older table.
    op.execute("DELETE FROM stance_drafts WHERE origin IS NULL")
    with op.batch_alter_table("stance_drafts") as drafts:
        drafts.drop_index(op.f("ix_stance_drafts_author_id"))
        drafts.drop_constraint(op.f("ck_stance_drafts_state"), type_="check")
        drafts.create_check_constraint(op.f("ck_stance_drafts_state"), STATES)
        drafts.alter_column("origin", existing_type=sa.String(160), nullable=False)
        drafts.drop_column("created_at")
        drafts.drop_column("author_id")
    with op.batch_alter_table("towns") as towns:
        towns.drop_column("needs_release")
