"""One row for each person and month that is done, letters kept only to be read, and months that wait for their round.

What said so before is carried over: letters of the Monatsbrief, and the marks "skipped" among the news told.
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"

STATES = "state IN ('pending', 'claimed', 'sent', 'failed', 'unknown')"
STATES_WITH_KEPT = "state IN ('pending', 'claimed', 'sent', 'failed', 'unknown', 'kept')"

# For which town nobody noted.
WRITTEN = """
INSERT INTO digest_issues (account_id, period, outcome, letter_id, at)
SELECT letters.account_id, letters.period, 'written', letters.id, letters.created_at
FROM letters
WHERE letters.kind = 'digest' AND letters.account_id IS NOT NULL AND letters.period IS NOT NULL
"""
# A mark has no time; it was set once the round of its month was there.
PASSED_OVER = """
INSERT INTO digest_issues (account_id, period, outcome, at)
SELECT marks.account_id, substr(marks.item_key, 9), 'nothing_new', COALESCE(rounds.created_at, CURRENT_TIMESTAMP)
FROM digest_items AS marks LEFT JOIN rounds ON rounds.month = substr(marks.item_key, 9)
WHERE marks.item_key LIKE 'skipped:%' AND NOT EXISTS (
    SELECT 1 FROM digest_issues
    WHERE digest_issues.account_id = marks.account_id AND digest_issues.period = substr(marks.item_key, 9))
"""
# A month without its letter would be written again, whatever had come of it.
MARKED = """
INSERT INTO digest_items (account_id, item_key)
SELECT digest_issues.account_id, 'skipped:' || digest_issues.period
FROM digest_issues
WHERE NOT EXISTS (
    SELECT 1 FROM letters
    WHERE letters.kind = 'digest' AND letters.account_id = digest_issues.account_id
    AND letters.period = digest_issues.period)
"""


def upgrade() -> None:
    op.create_table(
        "digest_issues",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
        sa.Column("period", sa.String(10), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("town_id", sa.Integer, sa.ForeignKey("towns.id", ondelete="SET NULL"), index=True),
        sa.Column("letter_id", sa.Integer, sa.ForeignKey("letters.id", ondelete="SET NULL"), index=True),
        sa.Column("view_token_hash", sa.String(64), unique=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("account_id", "period"),
        sa.CheckConstraint("outcome IN ('written', 'nothing_new', 'pause_asked')", name="outcome"),
    )
    op.create_table(
        "digest_months",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("month", sa.String(7), nullable=False, unique=True),
        sa.Column("waiting_since", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.execute(WRITTEN)
    op.execute(PASSED_OVER)
    op.execute("DELETE FROM digest_items WHERE item_key LIKE 'skipped:%'")
    _allow_states(STATES_WITH_KEPT)


def downgrade() -> None:
    # What was only to be read must not leave: nothing is done any more to a letter that is sent.
    op.execute("UPDATE letters SET state = 'sent' WHERE state = 'kept'")
    _allow_states(STATES)
    op.execute(MARKED)
    op.drop_table("digest_months")
    op.drop_table("digest_issues")


def _allow_states(states: str) -> None:
    with op.batch_alter_table("letters") as letters:
        letters.drop_constraint(op.f("ck_letters_state"), type_="check")
        letters.create_check_constraint(op.f("ck_letters_state"), states)
