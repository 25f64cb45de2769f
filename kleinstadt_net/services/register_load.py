"""Puts the bundled register into an empty installation: towns with estimates, until official figures come."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, select

from kleinstadt_net import register_data
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import RegisterImport, Town, TownCode, TownFigure
from kleinstadt_net.register_data import BundledTown
from kleinstadt_net.services import installation, town_names

ESTIMATE = "estimate"


@dataclass(frozen=True)
class Loaded:
    """How many bundled towns were added, and of how many; ``has_official`` means they are not needed."""

    added: int
    bundled: int
    has_official: bool = False


def load_bundled() -> Loaded:
    """Add the bundled towns that are not known yet; what is there already stays as it is.

    Once an official register was imported nothing is added: a bundled town it lacks no longer exists.
    """
    bundled = register_data.bundled_towns()
    begin_writing(db.session)
    has_official = (
        db.session.scalar(select(RegisterImport.id).where(~RegisterImport.is_history).limit(1)) is not None
    )
    known = set(db.session.scalars(select(Town.ags))) | set(db.session.scalars(select(TownCode.ags)))
    missing = [] if has_official else [town for town in bundled if town.ags not in known]
    if not missing:
        db.session.rollback()
        return Loaded(0, len(bundled), has_official)
    _insert(missing)
    db.session.commit()
    return Loaded(len(missing), len(bundled))


def _insert(towns: list[BundledTown]) -> None:
    db.session.execute(insert(Town), [_town(town) for town in towns])
    ids = {row.ags: row.id for row in db.session.execute(select(Town.ags, Town.id))}
    estimated_on = _edition()
    db.session.execute(insert(TownFigure), [_figure(town, ids[town.ags], estimated_on) for town in towns])
    installation.touch_towns([ids[town.ags] for town in towns])


def _edition() -> date:
    """The day the estimates are filed under: they state none, so it is that of the territory they describe."""
    day = register_data.source_of("population_estimate").reference_date
    day = day or register_data.source_of("ags").reference_date
    if day is None:
        raise ValueError("sources.json states no reference date for the bundled register")
    return day


def _town(town: BundledTown) -> dict[str, Any]:
    return {
        "ags": town.ags,
        "ars": town.ars,
        "name_official": town.name_official,
        **town_names.columns(town.name, town.kreis_name),
        "land": town.land,
        "kreis": town.kreis,
        "kreis_name": town.kreis_name,
        "kind": town.kind,
        "lat": town.lat,
        "lon": town.lon,
        "register_source": register_data.source_of("name_official").attribution,
        "position_source": register_data.source_of("lat").attribution,
    }


def _figure(town: BundledTown, town_id: int, estimated_on: date) -> dict[str, Any]:
    return {
        "town_id": town_id,
        "population_on": estimated_on,
        "population": town.population_estimate,
        "area_km2": town.area_km2,
        "source": register_data.source_of("population_estimate").attribution,
        "area_source": register_data.source_of("area_km2").attribution,
        "quality": ESTIMATE,
    }
