"""How often the Monatsbrief comes, at which hour of which weekday, about what, and whether by mail at all."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    with op.batch_alter_table("subscriptions") as subscriptions:
        subscriptions.add_column(sa.Column("weekday", sa.Integer))
        subscriptions.add_column(sa.Column("hour", sa.Integer))
        subscriptions.add_column(sa.Column("topics", sa.JSON))
        subscriptions.add_column(sa.Column("by_mail", sa.Boolean))
    op.execute("UPDATE subscriptions SET by_mail = true")
    with op.batch_alter_table("subscriptions") as subscriptions:
        subscriptions.alter_column("by_mail", existing_type=sa.Boolean, nullable=False)
        subscriptions.drop_constraint(op.f("ck_subscriptions_frequency"), type_="check")
        subscriptions.create_check_constraint(
            op.f("ck_subscriptions_frequency"), "frequency IN ('monthly', 'quarterly', 'off')"
        )
        subscriptions.create_check_constraint(op.f("ck_subscriptions_weekday"), "weekday BETWEEN 0 AND 6")
        subscriptions.create_check_constraint(op.f("ck_subscriptions_hour"), "hour BETWEEN 0 AND 23")


def downgrade() -> None:
    # Nobody may get more letters than she wished for.
    op.execute("UPDATE subscriptions SET frequency = 'off' WHERE frequency = 'quarterly' OR NOT by_mail")
    with op.batch_alter_table("subscriptions") as subscriptions:
        for name in ("hour", "weekday", "frequency"):
            subscriptions.drop_constraint(op.f(f"ck_subscriptions_{name}"), type_="check")
        subscriptions.create_check_constraint(
            op.f("ck_subscriptions_frequency"), "frequency IN ('monthly', 'off')"
        )
        for name in ("by_mail", "topics", "hour", "weekday"):
            subscriptions.drop_column(name)
