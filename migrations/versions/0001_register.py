"""The register: towns, their former keys and figures, applied imports, and this installation's one row."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "towns",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("ags", sa.String(8), nullable=False, unique=True),
        sa.Column("ars", sa.String(12)),
        sa.Column("name_official", sa.String(160), nullable=False),
        sa.Column("name", sa.String(160), nullable=False),
        sa.Column("slug", sa.String(160), nullable=False),
        sa.Column("sort_key", sa.String(200), nullable=False, index=True),
        sa.Column("search_fold", sa.String(400), nullable=False),
        sa.Column("land", sa.String(2), nullable=False, index=True),
        sa.Column("kreis", sa.String(5), nullable=False),
        sa.Column("kreis_name", sa.String(160)),
        sa.Column("kind", sa.String(40)),
        sa.Column("lat", sa.Double),
        sa.Column("lon", sa.Double),
        sa.Column("postcode", sa.String(5)),
        sa.Column("tourism_region", sa.String(120)),
        sa.Column("urbanisation", sa.Integer),
        sa.Column("register_source", sa.String(200), nullable=False),
        sa.Column("position_source", sa.String(200)),
        sa.Column("joined_on", sa.Date),
        sa.Column("paused_until", sa.Date),
        sa.Column("suspended_at", sa.DateTime(timezone=True)),
        sa.Column("gone_on", sa.Date),
        sa.Column("hidden_on", sa.Date),
        sa.Column("revision", sa.Integer, nullable=False, index=True),
    )
    op.create_table(
        "town_codes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("ags", sa.String(8), nullable=False, unique=True),
        sa.Column(
            "town_id", sa.Integer, sa.ForeignKey("towns.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("name", sa.String(160)),
        sa.Column("valid_until", sa.Date),
    )
    op.create_table(
        "town_figures",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "town_id", sa.Integer, sa.ForeignKey("towns.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("population_on", sa.Date, nullable=False),
        sa.Column("population", sa.Integer, nullable=False),
        sa.Column("area_km2", sa.Double),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("area_source", sa.String(200)),
        sa.Column("quality", sa.String(10), nullable=False),
        sa.UniqueConstraint("town_id", "population_on", "quality"),
        sa.CheckConstraint("quality IN ('official', 'estimate')", name="quality"),
    )
    op.create_table(
        "register_imports",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("format", sa.String(40), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("status_on", sa.Date, nullable=False, index=True),
        sa.Column("population_on", sa.Date, nullable=False),
        sa.Column("is_history", sa.Boolean, nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("municipalities", sa.Integer, nullable=False),
    )
    installation = op.create_table(
        "installation",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.CheckConstraint("id = 1", name="single_row"),
        sa.CheckConstraint("kind IN ('regular', 'demonstration')", name="kind"),
    )
    op.bulk_insert(installation, [{"id": 1, "kind": "regular", "revision": 0}])


def downgrade() -> None:
    for table in ("installation", "register_imports", "town_figures", "town_codes", "towns"):
        op.drop_table(table)
