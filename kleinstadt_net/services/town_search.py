"""Finding a town by its name, for operators who need its key."""

from dataclasses import dataclass

from sqlalchemy import or_, select

from kleinstadt_net.database import db
from kleinstadt_net.models import Town, TownFigure
from kleinstadt_net.search.folding import fold
from kleinstadt_net.services.snapshot_facts import FigureRow, current


@dataclass(frozen=True)
class FoundTown:
    """A town with the figure it is known by; None where it has none."""

    ags: str
    name: str
    kreis_name: str | None
    population: int | None
    is_estimate: bool


def find(text: str, *, limit: int) -> list[FoundTown]:
    """Towns, of any size, with words in name or Kreis that begin like every word of ``text``; by name."""
    words = fold(text).split()
    if not words:
        return []
    begins = [or_(Town.search_fold.startswith(word), Town.search_fold.contains(f" {word}")) for word in words]
    rows = db.session.execute(
        select(Town.id, Town.ags, Town.name, Town.kreis_name)
        .where(Town.gone_on.is_(None), *begins)
        .order_by(Town.sort_key, Town.ags)
        .limit(limit)
    ).all()
    return [_found(*row) for row in rows]


def _found(town_id: int, ags: str, name: str, kreis_name: str | None) -> FoundTown:
    columns = (TownFigure.population_on, TownFigure.population, TownFigure.area_km2, TownFigure.quality)
    stored = db.session.execute(select(*columns).where(TownFigure.town_id == town_id))
    figure = current([FigureRow._make(row) for row in stored])
    population = figure.population if figure else None
    return FoundTown(ags, name, kreis_name, population, figure is not None and not figure.official)
