"""Why a suggestion does not fit, when an answer was changed, how wishes are told, and what came of a talk."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

REASONS = "answer = 'declined' AND reason IN ('too_far', 'other_task', 'no_time', 'no_need', 'another')"


def upgrade() -> None:
    with op.batch_alter_table("suggestion_answers") as answers:
        answers.add_column(sa.Column("reason", sa.String(20)))
        answers.add_column(sa.Column("changed_at", sa.DateTime(timezone=True)))
        answers.create_check_constraint(
            op.f("ck_suggestion_answers_reason"), f"reason IS NULL OR ({REASONS})"
        )
    with op.batch_alter_table("subscriptions") as subscriptions:
        subscriptions.add_column(sa.Column("wishes", sa.String(10)))
    op.execute("UPDATE subscriptions SET wishes = 'letter'")
    with op.batch_alter_table("subscriptions") as subscriptions:
        subscriptions.alter_column("wishes", existing_type=sa.String(10), nullable=False)
        subscriptions.create_check_constraint(
            op.f("ck_subscriptions_wishes"), "wishes IN ('letter', 'digest')"
        )
    op.create_table(
        "talk_outcomes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("town_id", sa.Integer, sa.ForeignKey("towns.id", ondelete="CASCADE"), nullable=False),
        sa.Column(
            "peer_id", sa.Integer, sa.ForeignKey("towns.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("outcome", sa.String(20)),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("accounts.id", ondelete="SET NULL"), index=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("town_id", "peer_id"),
        sa.CheckConstraint("town_id <> peer_id", name="not_itself"),
        sa.CheckConstraint("outcome IN ('helped', 'talked', 'not_yet', 'will_not')", name="outcome"),
    )


def downgrade() -> None:
    op.drop_table("talk_outcomes")
    with op.batch_alter_table("subscriptions") as subscriptions:
        subscriptions.drop_constraint(op.f("ck_subscriptions_wishes"), type_="check")
        subscriptions.drop_column("wishes")
    with op.batch_alter_table("suggestion_answers") as answers:
        answers.drop_constraint(op.f("ck_suggestion_answers_reason"), type_="check")
        answers.drop_column("changed_at")
        answers.drop_column("reason")
