"""Who repeats an example of another town, what it changed, and where it stands."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.create_table(
        "adoptions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "practice_id", sa.Integer, sa.ForeignKey("practices.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column(
            "town_id", sa.Integer, sa.ForeignKey("towns.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("own_practice_id", sa.Integer, sa.ForeignKey("practices.id", ondelete="SET NULL")),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("changed", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("accounts.id", ondelete="SET NULL"), index=True),
        sa.Column("released_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.UniqueConstraint("practice_id", "town_id"),
        sa.UniqueConstraint("own_practice_id"),
        sa.CheckConstraint("state IN ('planned', 'running', 'done', 'given_up')", name="state"),
    )


def downgrade() -> None:
    op.drop_table("adoptions")
