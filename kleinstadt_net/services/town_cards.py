"""What lists and cards show of a town: one shape for the directory, the ranking and the suggestions."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.matching.similarity import distance_km
from kleinstadt_net.models import Town
from kleinstadt_net.services.snapshot import Snapshot


@dataclass(frozen=True)
class TownCard:
    """A town in a list; ``land`` is the Land's key, ``focus`` keys of theses, a distance None where unknown."""

    town_id: int
    ags: str
    slug: str
    name: str
    land: str
    kreis_name: str | None
    population: int | None
    is_estimate: bool
    distance_km: float | None
    focus: tuple[str, ...]
    taking_part: bool


def cards(picture: Snapshot, town_ids: Iterable[int], *, seen_from: int | None = None) -> dict[int, TownCard]:
    """Cards of some towns by id, with the distance from the town ``seen_from``: one query, however many."""
    ids = list(town_ids)
    rows = db.session.execute(
        select(Town.id, Town.ags, Town.slug, Town.name, Town.land, Town.kreis_name).where(Town.id.in_(ids))
    )
    return {row.id: _card(picture, seen_from, row) for row in rows}


def _card(picture: Snapshot, seen_from: int | None, town: Any) -> TownCard:
    row = picture.rows[town.id]
    population = picture.population[row]
    taking_part = bool(picture.taking_part[row])
    own = None if seen_from is None else picture.rows[seen_from]
    return TownCard(
        town_id=town.id,
        ags=town.ags,
        slug=town.slug,
        name=town.name,
        land=town.land,
        kreis_name=town.kreis_name,
        population=None if np.isnan(population) else int(population),
        is_estimate=not picture.official[row],
        distance_km=None if own in (None, row) else distance_km(picture.features, own, row),
        # Towns that do not take part have none there.
        focus=tuple(
            picture.features.subjects[n] for n in np.flatnonzero(picture.features.declared.focus[:, row])
        ),
        taking_part=taking_part,
    )
