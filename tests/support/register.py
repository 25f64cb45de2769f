"""Small invented register files: the records an importer would have made of them."""

from datetime import date
from typing import Any

from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.importers import MunicipalityRecord, RegisterFile, RowProblem
from kleinstadt_net.models import Town, TownFigure

STATUS_ON, POPULATION_ON = date(2024, 12, 31), date(2023, 12, 31)
SOURCE = "Erfundenes Amt, Gebietsstand"


def record(
    ags: str, name: str = "Ellernrode, Stadt", population: int = 8_000, **given: Any
) -> MunicipalityRecord:
    values: dict[str, Any] = {
        "ags": ags,
        "ars": ags[:5] + "0000" + ags[5:],
        "name_official": name,
        "name": name.partition(",")[0],
        "kind_key": "63",
        "kind": "Stadt",
        "land": ags[:2],
        "kreis": ags[:5],
        "area_km2": 40.5,
        "population": population,
        "postcode": "34999",
        "lat": 50.5,
        "lon": 9.5,
        "tourism_region": "Ellernland",
        "urbanisation": 3,
    }
    return MunicipalityRecord(**{**values, **given})


def register(
    *records: MunicipalityRecord,
    status_on: date = STATUS_ON,
    population_on: date = POPULATION_ON,
    problems: tuple[RowProblem, ...] = (),
) -> RegisterFile:
    kreise = {found.kreis: "Ellernkreis" for found in records}
    return RegisterFile(
        "AuszugGV CSV", status_on, population_on, records, kreise, problems, f"{SOURCE} {status_on:%d.%m.%Y}"
    )


def town(ags: str) -> Town:
    """The stored town, read anew."""
    db.session.expire_all()
    found: Town = db.session.scalars(select(Town).where(Town.ags == ags)).one()
    return found


def figures(ags: str) -> list[tuple[str, date, int]]:
    """Quality, date and inhabitants of all figures of a town, the oldest first."""
    rows = db.session.execute(
        select(TownFigure.quality, TownFigure.population_on, TownFigure.population)
        .join(Town)
        .where(Town.ags == ags)
        .order_by(TownFigure.population_on)
    )
    return [(row.quality, row.population_on, row.population) for row in rows]
