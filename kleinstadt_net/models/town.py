"""A town, its earlier keys, its figures with their sources, and the imports they came from."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kleinstadt_net.database import Base


class Town(Base):
    """A municipality. Outside the database it is known by its AGS alone."""

    __tablename__ = "towns"
    __table_args__ = (
        CheckConstraint("requests_a_month BETWEEN 0 AND 20", name="requests_a_month"),
        CheckConstraint(
            "pause_reason IS NULL OR pause_reason IN ('election', 'budget', 'vacancy', 'other')",
            name="pause_reason",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ags: Mapped[str] = mapped_column(String(8), unique=True)
    ars: Mapped[str | None] = mapped_column(String(12))
    name_official: Mapped[str] = mapped_column(String(160))
    name: Mapped[str] = mapped_column(String(160))
    slug: Mapped[str] = mapped_column(String(160))
    sort_key: Mapped[str] = mapped_column(String(200), index=True)
    search_fold: Mapped[str] = mapped_column(String(400))
    land: Mapped[str] = mapped_column(String(2), index=True)
    kreis: Mapped[str] = mapped_column(String(5))
    kreis_name: Mapped[str | None] = mapped_column(String(160))
    kind: Mapped[str | None] = mapped_column(String(40))
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    postcode: Mapped[str | None] = mapped_column(String(5))
    tourism_region: Mapped[str | None] = mapped_column(String(120))
    urbanisation: Mapped[int | None]
    # Where name, keys and position come from, worded for display.
    register_source: Mapped[str] = mapped_column(String(200))
    position_source: Mapped[str | None] = mapped_column(String(200))
    joined_on: Mapped[date | None]
    # The last day of a break; seen by the town and the operator alone, like the reason.
    paused_until: Mapped[date | None]
    pause_reason: Mapped[str | None] = mapped_column(String(20))
    # How many towns may ask it for a talk in a month; 0 is none.
    requests_a_month: Mapped[int] = mapped_column(default=3)
    suspended_at: Mapped[datetime | None]
    # What an editor writes waits until a lead releases it; a lead may switch that off.
    needs_release: Mapped[bool] = mapped_column(default=True)
    # Marked, never deleted: a town that ceased to exist keeps what its people wrote.
    gone_on: Mapped[date | None]
    # A bundled candidate that no official file knows and nobody uses.
    hidden_on: Mapped[date | None]
    revision: Mapped[int] = mapped_column(default=0, index=True)

    figures: Mapped[list["TownFigure"]] = relationship(
        back_populates="town", cascade="all, delete-orphan", order_by="TownFigure.population_on"
    )


class TownCode(Base):
    """A former AGS that still finds its town."""

    __tablename__ = "town_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    ags: Mapped[str] = mapped_column(String(8), unique=True)
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"), index=True)
    name: Mapped[str | None] = mapped_column(String(160))
    valid_until: Mapped[date | None]


class TownFigure(Base):
    """Inhabitants and area of a town at one date; ``quality`` says official or estimate."""

    __tablename__ = "town_figures"
    __table_args__ = (
        UniqueConstraint("town_id", "population_on", "quality"),
        CheckConstraint("quality IN ('official', 'estimate')", name="quality"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"), index=True)
    population_on: Mapped[date]
    population: Mapped[int]
    area_km2: Mapped[float | None]
    source: Mapped[str] = mapped_column(String(200))
    area_source: Mapped[str | None] = mapped_column(String(200))
    quality: Mapped[str] = mapped_column(String(10))

    town: Mapped[Town] = relationship(back_populates="figures")


class RegisterImport(Base):
    """One file that was applied to the register, so that an older one can be recognised."""

    __tablename__ = "register_imports"
    __table_args__ = (Index("ix_register_imports_status_on", "status_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    format: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(200))
    status_on: Mapped[date]
    population_on: Mapped[date]
    is_history: Mapped[bool] = mapped_column(default=False)
    applied_at: Mapped[datetime]
    municipalities: Mapped[int]
