"""Examples of towns, and the subjects each is about."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.create_table(
        "practices",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("town_id", sa.Integer, sa.ForeignKey("towns.id", ondelete="CASCADE"), nullable=False),
        sa.Column("exchange_id", sa.Integer),
        *_content(),
        sa.Column("search_text", sa.Text, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True)),
        sa.Column("proposal", sa.JSON(none_as_null=True)),
        _account("proposed_by_id"),
        sa.Column("proposed_at", sa.DateTime(timezone=True)),
        sa.Column("version", sa.Integer, nullable=False),
        _account("created_by_id"),
        _account("changed_by_id"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("state IN ('draft', 'released', 'archived')", name="state"),
        sa.CheckConstraint("cost_band IN ('none', 'to_5', 'to_50', 'to_500', 'over_500')", name="cost_band"),
        sa.CheckConstraint("duration IN ('to_6', 'to_12', 'to_36', 'over_36', 'lasting')", name="duration"),
    )
    op.create_index("ix_practices_town_id_state", "practices", ["town_id", "state"])
    op.create_index("ix_practices_state_released_at", "practices", ["state", "released_at"])
    op.create_table(
        "practice_subjects",
        sa.Column(
            "practice_id", sa.Integer, sa.ForeignKey("practices.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("subject", sa.String(20), primary_key=True),
    )
    op.create_index("ix_practice_subjects_subject", "practice_subjects", ["subject"])


def downgrade() -> None:
    op.drop_table("practice_subjects")
    op.drop_table("practices")


def _content() -> list[sa.Column]:
    texts = ("problem", "steps", "success_factors", "failures")
    lines = {
        "title": 120,
        "slug": 160,
        "staff": 200,
        "partners_inside": 300,
        "partners_outside": 300,
        "funding": 300,
        "legal_basis": 300,
        "contact_office": 120,
    }
    chosen = {"cost_band": 10, "duration": 10, "instrument": 20, "began_on": 7, "ended_on": 7}
    return [
        *(sa.Column(name, sa.String(width), nullable=False) for name, width in lines.items()),
        *(sa.Column(name, sa.JSON if name == "steps" else sa.Text, nullable=False) for name in texts),
        *(sa.Column(name, sa.String(width)) for name, width in chosen.items()),
        sa.Column("is_funded", sa.Boolean),
    ]


def _account(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer, sa.ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
