"""Exchanges of a town by state: counting them and the list of one state read an index and no rows."""

from alembic import op

revision = "0036"
down_revision = "0035"

SIDES = ("town_id", "peer_id")


def upgrade() -> None:
    for side in SIDES:
        name = op.f(f"ix_exchanges_{side}_state_changed_at")
        op.create_index(name, "exchanges", [side, "state", "changed_at", "id"])


def downgrade() -> None:
    for side in SIDES:
        op.drop_index(op.f(f"ix_exchanges_{side}_state_changed_at"), table_name="exchanges")
