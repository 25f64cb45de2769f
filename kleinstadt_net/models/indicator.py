"""Figures beyond the register that an operator brings in: what they mean, where they come from, whom they concern."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kleinstadt_net.database import Base


class Indicator(Base):
    """One column of statistics. ``audience`` "own": its values are shown to a town's own people alone."""

    __tablename__ = "indicators"
    __table_args__ = (
        CheckConstraint("level IN ('town', 'verband')", name="level"),
        CheckConstraint("audience IN ('everybody', 'own')", name="audience"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    unit: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(200))
    licence: Mapped[str] = mapped_column(String(80))
    # Values of a Gemeindeverband hold for each of its towns.
    level: Mapped[str] = mapped_column(String(10))
    audience: Mapped[str] = mapped_column(String(10))
    as_of: Mapped[date]
    imported_at: Mapped[datetime]


class IndicatorValue(Base):
    """What an indicator is for a town; unknown ones have no row."""

    __tablename__ = "indicator_values"
    __table_args__ = (UniqueConstraint("indicator_id", "town_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicators.id", ondelete="CASCADE"))
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"), index=True)
    value: Mapped[float]
