"""The one welcome of every new town, with what its first suggestions were made from.

Towns that have said something already are not new: they get an entry without a letter.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "welcomes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "town_id", sa.Integer, sa.ForeignKey("towns.id", ondelete="CASCADE"), nullable=False, unique=True
        ),
        sa.Column("round_id", sa.Integer, sa.ForeignKey("rounds.id", ondelete="SET NULL"), index=True),
        sa.Column("inputs", sa.JSON, nullable=False),
        sa.Column("welcomed_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.execute(
        "INSERT INTO welcomes (town_id, inputs, welcomed_at) SELECT id, '{}', CURRENT_TIMESTAMP FROM towns "
        "WHERE joined_on IS NOT NULL AND EXISTS (SELECT 1 FROM stances WHERE stances.town_id = towns.id)"
    )


def downgrade() -> None:
    op.drop_table("welcomes")
