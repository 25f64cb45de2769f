"""After ninety days the question is what became of a talk, and so are its answers now; those given before stay."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"

BEFORE = "'helped', 'talked', 'not_yet', 'will_not'"
SINCE = f"'made', 'running', 'nothing', 'no_talk', {BEFORE}"
# What comes nearest: whoever says what became of a talk has talked.
NEAREST = {"made": "helped", "running": "talked", "nothing": "talked", "no_talk": "not_yet"}


def upgrade() -> None:
    _offer(SINCE)


def downgrade() -> None:
    outcomes = sa.table("outcomes", sa.column("question"), sa.column("answer"))
    for answer, before in NEAREST.items():
        op.execute(
            outcomes.update()
            .where(outcomes.c.question == "became", outcomes.c.answer == answer)
            .values(answer=before)
        )
    _offer(BEFORE)


def _offer(answers: str) -> None:
    with op.batch_alter_table("outcomes") as outcomes:
        outcomes.drop_constraint(op.f("ck_outcomes_answer"), type_="check")
        outcomes.create_check_constraint(
            op.f("ck_outcomes_answer"),
            "(question = 'helped' AND answer IN ('yes', 'partly', 'no', 'not_talked')) OR "
            f"(question = 'became' AND answer IN ({answers})) OR "
            "(question IN ('helped', 'became') AND answer IS NULL)",
        )
