"""Which object a report is about, and what was taken out after it."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"

KINDS = "'message', 'practice', 'question', 'question_answer', 'event', 'peer_review'"


def upgrade() -> None:
    with op.batch_alter_table("reports") as reports:
        reports.add_column(sa.Column("target_kind", sa.String(20)))
        reports.add_column(sa.Column("target_id", sa.Integer))
        reports.add_column(sa.Column("removed_stamp", sa.String(64)))
        reports.create_check_constraint(op.f("ck_reports_target_kind"), f"target_kind IN ({KINDS})")
        reports.create_check_constraint(
            op.f("ck_reports_whole_target"), "(target_kind IS NULL) = (target_id IS NULL)"
        )
        reports.create_index("ix_reports_target_kind_target_id", ["target_kind", "target_id"])


def downgrade() -> None:
    with op.batch_alter_table("reports") as reports:
        reports.drop_index("ix_reports_target_kind_target_id")
        reports.drop_constraint(op.f("ck_reports_whole_target"), type_="check")
        reports.drop_constraint(op.f("ck_reports_target_kind"), type_="check")
        reports.drop_column("removed_stamp")
        reports.drop_column("target_id")
        reports.drop_column("target_kind")
