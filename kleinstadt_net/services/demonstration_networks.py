"""Three invented networks with some of the invented towns: one for a topic, one for a region, one association."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Network, NetworkMember, Town
from kleinstadt_net.search.folding import slug, sort_key
from kleinstadt_net.services.networks import Content

SEED = 909
# Places in the order of the invented names: 0 is Ellernrode, 1 is Lauenfurt.
ELLERNRODE, LAUENFURT, CONTACT, ASKING = 0, 1, 6, 9
NEIGHBOURS = 8

CENTRE = Content(
    "Städtenetz Lebendige Mitte",
    "city_network",
    "innenstadt",
    "Wir haben uns zusammengetan, weil wir alle dieselbe Frage haben: Was kommt nach dem Kaufhaus?\n\n"
    "- zwei Treffen im Jahr, immer vor Ort in einer anderen Stadt\n"
    "- ein **gemeinsames Verzeichnis** der Leerstände mit Vorlagen für Mietverträge auf Zeit\n"
    "- einmal im Monat eine Stunde am Bildschirm, ohne Tagesordnung",
    "https://www.lebendige-mitte.example",
)
REGION = Content(
    "Region Lauenfurter Land",
    "region",
    None,
    "Nachbarstädte und Gemeinden rund um Lauenfurt. Gemeinsam betreiben wir den Rufbus und werben um Gäste.",
    "https://www.lauenfurter-land.example",
)
RIVERS = Content(
    "Verband der Städte am Fluss",
    "association",
    "klima",
    "Hochwasser hält sich nicht an Grenzen. Wir üben zusammen, leihen einander Pumpen und sprechen mit einer "
    "Stimme.",
)


def insert_networks(town_ids: Sequence[int]) -> None:
    """The networks with their towns, in the running transaction; in two of them a request waits."""
    draw = random.Random(SEED)
    others = [town_id for place, town_id in enumerate(town_ids) if place not in (ELLERNRODE, CONTACT, ASKING)]
    centre = [town_ids[ELLERNRODE], town_ids[LAUENFURT], *draw.sample(others[1:], 9)]
    _insert(draw, CENTRE, centre, asking=town_ids[ASKING])
    _insert(draw, REGION, _nearest(town_ids[LAUENFURT]))
    rivers = [town_ids[CONTACT], *draw.sample(others, 6)]
    _insert(draw, RIVERS, rivers, asking=town_ids[ELLERNRODE])


def _nearest(town_id: int) -> list[int]:
    """The town and its neighbours among the invented ones; of degrees, which is near enough here."""
    columns = select(Town.id, Town.lat, Town.lon).where(Town.joined_on.is_not(None))
    places = {row.id: row for row in db.session.execute(columns)}
    here = places[town_id]
    near = sorted(
        places.values(),
        key=lambda row: ((row.lat - here.lat) ** 2 + ((row.lon - here.lon) * 0.63) ** 2, row.id),
    )
    return [row.id for row in near[: NEIGHBOURS + 1]]


def _insert(draw: random.Random, content: Content, members: Sequence[int], asking: int | None = None) -> None:
    """The first of the towns is the contact."""
    network = Network(
        slug=slug(content.name),
        sort_key=sort_key(content.name),
        contact_town_id=members[0],
        created_at=_days_ago(200),
        version=1,
        **vars(content),
    )
    db.session.add(network)
    db.session.flush()
    for town_id in members:
        since = _days_ago(draw.randint(5, 190))
        db.session.add(
            NetworkMember(
                network_id=network.id, town_id=town_id, state="confirmed", asked_at=since, confirmed_at=since
            )
        )
    if asking is not None:
        db.session.add(
            NetworkMember(network_id=network.id, town_id=asking, state="asked", asked_at=_days_ago(2))
        )


def _days_ago(days: int) -> datetime:
    return clock.now() - timedelta(days=days)
