"""Other towns as the Monatsbrief names them to the people of a town."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlalchemy import Row, select

from kleinstadt_net import territory
from kleinstadt_net.database import db
from kleinstadt_net.digest.sources.towns import Peer
from kleinstadt_net.models import Town, TownFigure
from kleinstadt_net.services.digest_people import HomeTown

# By the reader's town and the other one.
PeerOf = Callable[[int, int], Peer]
Columns = Row[*tuple[Any, ...]]


def peers(homes: Mapping[int, HomeTown], peer_ids: Collection[int]) -> PeerOf:
    """How each of these towns is named to each of the homes: two queries."""
    rows = select(Town.id, Town.ags, Town.slug, Town.name, Town.land, Town.lat, Town.lon)
    towns = {row.id: row for row in db.session.execute(rows.where(Town.id.in_(peer_ids)))}
    figures: dict[int, Columns] = {}
    for figure in db.session.execute(
        select(TownFigure.town_id, TownFigure.population, TownFigure.quality)
        .where(TownFigure.town_id.in_(peer_ids))
        # Ascending and official last, so that what stays is the latest official figure where there is one.
        .order_by(TownFigure.quality == "official", TownFigure.population_on)
    ):
        figures[figure.town_id] = figure

    def peer_of(home_id: int, peer_id: int) -> Peer:
        return _peer(homes[home_id], towns[peer_id], figures.get(peer_id))

    return peer_of


def _peer(home: HomeTown, town: Columns, figure: Columns | None) -> Peer:
    land = territory.LAENDER.get(town.land)
    return Peer(
        town_id=town.id,
        ags=town.ags,
        slug=town.slug,
        name=town.name,
        land=land.name if land else "",
        population=figure.population if figure else None,
        is_estimate=figure is not None and figure.quality != "official",
        distance_km=_distance(home, town),
    )


def _distance(home: HomeTown, town: Columns) -> float | None:
    if home.lat is None or home.lon is None or town.lat is None or town.lon is None:
        return None
    return territory.distance_km(home.lat, home.lon, town.lat, town.lon)
