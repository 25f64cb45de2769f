"""How many requests a month a town takes, and why it is on a break."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    with op.batch_alter_table("towns") as towns:
        towns.add_column(sa.Column("requests_a_month", sa.Integer))
        towns.add_column(sa.Column("pause_reason", sa.String(20)))
    op.execute("UPDATE towns SET requests_a_month = 3")
    with op.batch_alter_table("towns") as towns:
        towns.alter_column("requests_a_month", existing_type=sa.Integer, nullable=False)
        towns.create_check_constraint(op.f("ck_towns_requests_a_month"), "requests_a_month BETWEEN 0 AND 20")
        towns.create_check_constraint(
            op.f("ck_towns_pause_reason"),
            "pause_reason IS NULL OR pause_reason IN ('election', 'budget', 'vacancy', 'other')",
        )


def downgrade() -> None:
    with op.batch_alter_table("towns") as towns:
        towns.drop_constraint(op.f("ck_towns_pause_reason"), type_="check")
        towns.drop_constraint(op.f("ck_towns_requests_a_month"), type_="check")
        towns.drop_column("pause_reason")
        towns.drop_column("requests_a_month")
