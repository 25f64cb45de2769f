"""The consents of those who ordered the Monatsbrief before each was recorded as a row of its own.

What the subscription says is what a new one would have recorded; "carried_over" says how it is known, and which rows
the way back may remove.
"""

from alembic import op

revision = "0045"
down_revision = "0044"

# Nobody who has left has changed anything since, so that is when she withdrew it. There was one version of the wording.
CARRIED_OVER = """
INSERT INTO consents (account_id, kind, version, wording, proof, given_at, withdrawn_at)
SELECT subscriptions.account_id, 'digest', '2026-11', subscriptions.consent_wording, 'carried_over',
    subscriptions.consent_at, CASE WHEN subscriptions.frequency = 'off' THEN subscriptions.changed_at END
FROM subscriptions
WHERE subscriptions.consent_at IS NOT NULL AND subscriptions.consent_wording IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM consents
    WHERE consents.account_id = subscriptions.account_id AND consents.kind = 'digest'
    AND (consents.withdrawn_at IS NULL OR consents.given_at >= subscriptions.consent_at))
"""
TAKEN_BACK = "DELETE FROM consents WHERE kind = 'digest' AND proof = 'carried_over'"


def upgrade() -> None:
    op.execute(CARRIED_OVER)


def downgrade() -> None:
    op.execute(TAKEN_BACK)
