"""What came of an exchange, asked twice of each town; what towns said of talks before is carried over."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

# The older side of a pair stands for the town that asked; two wishes have no asker.
NEW_EXCHANGES = """
INSERT INTO exchanges (town_id, peer_id, origin, form, concern, need, query, query_reply, state,
    requested_at, accepted_at, accepted_via, ended_at, changed_at, version)
SELECT first.town_id, first.peer_id, 'wishes', 'telephone', '', '', '', '', 'closed',
    first.asked_at, first.asked_at, 'wishes', first.asked_at, first.asked_at, 1
FROM talk_outcomes AS first
WHERE NOT EXISTS (
    SELECT 1 FROM exchanges
    WHERE exchanges.accepted_at IS NOT NULL
    AND ((exchanges.town_id = first.town_id AND exchanges.peer_id = first.peer_id)
        OR (exchanges.town_id = first.peer_id AND exchanges.peer_id = first.town_id)))
AND NOT EXISTS (
    SELECT 1 FROM talk_outcomes AS other
    WHERE other.town_id = first.peer_id AND other.peer_id = first.town_id AND other.id < first.id)
"""
CARRIED_OVER = """
INSERT INTO outcomes (exchange_id, town_id, question, answer, account_id, asked_at, answered_at)
SELECT (
    SELECT MAX(exchanges.id) FROM exchanges
    WHERE exchanges.accepted_at IS NOT NULL
    AND ((exchanges.town_id = said.town_id AND exchanges.peer_id = said.peer_id)
        OR (exchanges.town_id = said.peer_id AND exchanges.peer_id = said.town_id))),
    said.town_id, 'became', said.outcome, said.account_id, said.asked_at, said.answered_at
FROM talk_outcomes AS said
"""
TAKEN_BACK = """
INSERT INTO talk_outcomes (town_id, peer_id, outcome, account_id, asked_at, answered_at)
SELECT said.town_id,
    CASE WHEN exchanges.town_id = said.town_id THEN exchanges.peer_id ELSE exchanges.town_id END,
    said.answer, said.account_id, said.asked_at, said.answered_at
FROM outcomes AS said JOIN exchanges ON exchanges.id = said.exchange_id
WHERE said.question = 'became' AND said.id IN (
    SELECT MAX(latest.id) FROM outcomes AS latest JOIN exchanges ON exchanges.id = latest.exchange_id
    WHERE latest.question = 'became'
    GROUP BY latest.town_id,
        CASE WHEN exchanges.town_id = latest.town_id THEN exchanges.peer_id ELSE exchanges.town_id END)
"""


def upgrade() -> None:
    op.create_table(
        "outcomes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "exchange_id", sa.Integer, sa.ForeignKey("exchanges.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column(
            "town_id", sa.Integer, sa.ForeignKey("towns.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("question", sa.String(10), nullable=False),
        sa.Column("answer", sa.String(20)),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("accounts.id", ondelete="SET NULL"), index=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("exchange_id", "town_id", "question"),
        sa.CheckConstraint(
            "(question = 'helped' AND answer IN ('yes', 'partly', 'no', 'not_talked')) OR "
            "(question = 'became' AND answer IN ('helped', 'talked', 'not_yet', 'will_not')) OR "
            "(question IN ('helped', 'became') AND answer IS NULL)",
            name="answer",
        ),
    )
    op.execute(NEW_EXCHANGES)
    op.execute(CARRIED_OVER)
    op.execute("UPDATE audit_entries SET action = 'exchange.outcome' WHERE action = 'suggestion.outcome'")
    op.drop_table("talk_outcomes")


def downgrade() -> None:
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
    op.execute(TAKEN_BACK)
    op.execute("UPDATE audit_entries SET action = 'suggestion.outcome' WHERE action = 'exchange.outcome'")
    op.drop_table("outcomes")
