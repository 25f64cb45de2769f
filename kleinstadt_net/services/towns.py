"""The public side of towns: one town's page, the directory, the map, and the figures of the network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import Engine, exists, func, select
from sqlalchemy.orm import joinedload

from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Bookmark, Focus, Membership, Stance, Town, TownCode, TownFigure
from kleinstadt_net.services import networks, pictures, practices, sections, snapshot, snapshot_facts
from kleinstadt_net.services.directory_networks import NetworkLink
from kleinstadt_net.services.pictures import PictureRow
from kleinstadt_net.services.practices import PracticeCard
from kleinstadt_net.services.sections import SectionRow
from kleinstadt_net.services.snapshot_facts import OFFICIAL, FigureRow
from kleinstadt_net.vocabulary import CONFIDENTIAL_STATES, SUBJECTS

# So many examples stand on the page itself.
EXAMPLES = 5

_TAKING_PART = (Town.joined_on.is_not(None), Town.suspended_at.is_(None), Town.gone_on.is_(None))


@dataclass(frozen=True)
class MapPoint:
    """A listed town on the map of the network."""

    lat: float
    lon: float
    taking_part: bool


@dataclass(frozen=True)
class NetworkFigures:
    """Three numbers for the start page; needs are in none of them."""

    listed: int
    taking_part: int
    public_statements: int


@dataclass(frozen=True)
class Figure:
    """Inhabitants and area as a page shows them, each with its date and source."""

    population: int
    population_on: date
    source: str
    is_estimate: bool
    area_km2: float | None
    area_source: str | None
    density: float | None
    growth: float | None
    growth_from: date | None


@dataclass(frozen=True)
class Statement:
    """What a town says on one subject, as its page shows it."""

    subject: str
    state: str
    sentence: str | None
    since: date | None
    confirmed_on: date


@dataclass(frozen=True)
class Speaker:
    """Who is responsible for a town's profile and lets verified towns see that."""

    name: str
    office: str


@dataclass(frozen=True)
class TownPage:
    """Everything the page of one town shows to this reader."""

    town_id: int
    ags: str
    slug: str
    name: str
    name_official: str
    kind: str | None
    land: str
    kreis_name: str | None
    register_source: str
    joined_on: date | None
    taking_part: bool
    gone_on: date | None
    successor: "TownLink | None"
    figure: Figure | None
    focus: tuple[str, ...]
    statements: tuple[Statement, ...]
    speakers: tuple[Speaker, ...] = ()
    picture: PictureRow | None = None
    is_marked: bool = False
    sections: Mapping[str, SectionRow] = field(default_factory=dict)
    networks: tuple[NetworkLink, ...] = ()
    practices: tuple[PracticeCard, ...] = ()
    practice_count: int = 0

    def of_state(self, state: str) -> tuple[Statement, ...]:
        """The statements of one state, theses and topics in their order."""
        return tuple(statement for statement in self.statements if statement.state == state)


@dataclass(frozen=True)
class TownLink:
    """Enough of a town to link to its page."""

    ags: str
    slug: str
    name: str


def find(ags: str) -> TownPage | None:
    """The page of a town as a visitor may see it; None where there is none."""
    return _page(ags, with_needs=False)


def find_for_verified(ags: str, seen_from: int | None = None) -> TownPage | None:
    """The page of a town as people of verified towns may see it: with what it seeks advice on.

    ``seen_from`` is the town they act for, on whose list the other may stand.
    """
    return _page(ags, with_needs=True, seen_from=seen_from)


def former(ags: str) -> TownLink | None:
    """The town that answers to a former key."""
    row = db.session.execute(
        select(Town.ags, Town.slug, Town.name)
        .join(TownCode, TownCode.town_id == Town.id)
        .where(TownCode.ags == ags)
    ).first()
    return None if row is None else TownLink(*row)


_points: "WeakKeyDictionary[Engine, tuple[int, tuple[MapPoint, ...]]]" = WeakKeyDictionary()


def map_points() -> tuple[MapPoint, ...]:
    """All listed towns with a known place; read anew only when some town changed."""
    picture = snapshot.current()
    known = _points.get(db.engine)
    if known is None or known[0] != picture.revision:
        known = (picture.revision, tuple(_read_points(picture)))
        _points[db.engine] = known
    return known[1]


def network_figures() -> NetworkFigures:
    """How many towns are listed, how many take part, and how much they tell in public."""
    picture = snapshot.current()
    statements = db.session.scalar(
        select(func.count())
        .select_from(Stance)
        .join(Town, Town.id == Stance.town_id)
        .where(Stance.state.not_in(CONFIDENTIAL_STATES), *_TAKING_PART)
    )
    return NetworkFigures(
        listed=int(np.count_nonzero(picture.listed)),
        taking_part=int(np.count_nonzero(picture.taking_part)),
        public_statements=statements or 0,
    )


def _read_points(picture: snapshot.Snapshot) -> list[MapPoint]:
    places = db.session.execute(select(Town.id, Town.lat, Town.lon))
    points = []
    for town_id, lat, lon in places:
        row = picture.rows.get(town_id)
        if lat is not None and lon is not None and row is not None and picture.listed[row]:
            points.append(MapPoint(lat, lon, bool(picture.taking_part[row])))
    return points


def _page(ags: str, *, with_needs: bool, seen_from: int | None = None) -> TownPage | None:
    is_marked = exists().where(Bookmark.town_id == seen_from, Bookmark.marked_town_id == Town.id)
    query = select(Town, is_marked).options(joinedload(Town.figures))
    found = db.session.execute(query.where(Town.ags == ags, Town.hidden_on.is_(None))).unique().one_or_none()
    if found is None:
        return None
    town, marked = found
    taking_part = town.joined_on is not None and town.suspended_at is None and town.gone_on is None
    examples, count = practices.of_town(town.id, limit=EXAMPLES) if taking_part else ((), 0)
    return TownPage(
        town_id=town.id,
        ags=town.ags,
        slug=town.slug,
        name=town.name,
        name_official=town.name_official,
        kind=town.kind,
        land=town.land,
        kreis_name=town.kreis_name,
        register_source=town.register_source,
        is_marked=marked,
        joined_on=town.joined_on,
        taking_part=taking_part,
        gone_on=town.gone_on,
        successor=former(town.ags) if town.gone_on else None,
        figure=figure_of(town.figures),
        focus=_focus(town.id) if taking_part else (),
        statements=_statements(town.id, with_needs=with_needs) if taking_part else (),
        speakers=_speakers(town.id) if taking_part and with_needs else (),
        picture=pictures.of_town(town.id, verified=with_needs) if taking_part else None,
        sections=sections.of_town(town.id, verified=with_needs) if taking_part else {},
        networks=networks.of_town(town.id) if taking_part else (),
        practices=examples,
        practice_count=count,
    )


def _speakers(town_id: int) -> tuple[Speaker, ...]:
    rows = db.session.execute(
        select(Account.first_name, Account.last_name, Membership.office)
        .join(Account.memberships)
        .where(
            Membership.town_id == town_id,
            Membership.role == "lead",
            Membership.state == "confirmed",
            Account.shows_name,
            Account.last_name != "",
        )
        .order_by(Account.last_name, Account.first_name, Account.id)
    )
    return tuple(Speaker(f"{first} {last}".strip(), office) for first, last, office in rows)


def figure_of(rows: Sequence[TownFigure]) -> Figure | None:
    """The figure a town is known by, with its trend; None where there is none at all."""
    if not rows:
        return None
    newest = max(rows, key=lambda row: (row.quality == OFFICIAL, row.population_on))
    plain = [FigureRow(row.population_on, row.population, row.area_km2, row.quality) for row in rows]
    area = newest.area_km2
    growth = snapshot_facts.growth(plain)
    return Figure(
        population=newest.population,
        population_on=newest.population_on,
        source=newest.source,
        is_estimate=newest.quality != OFFICIAL,
        area_km2=area,
        area_source=newest.area_source,
        density=newest.population / area if area else None,
        growth=growth,
        growth_from=min(row.population_on for row in rows if row.quality == OFFICIAL)
        if growth is not None
        else None,
    )


def _focus(town_id: int) -> tuple[str, ...]:
    return tuple(
        db.session.scalars(select(Focus.thesis).where(Focus.town_id == town_id).order_by(Focus.thesis))
    )


def _statements(town_id: int, *, with_needs: bool) -> tuple[Statement, ...]:
    query = select(Stance).where(Stance.town_id == town_id)
    if not with_needs:
        # Left out by the database, so that nothing on the page can depend on them.
        query = query.where(Stance.state.not_in(CONFIDENTIAL_STATES))
    order = list(SUBJECTS)
    return tuple(
        Statement(row.subject, row.state, row.sentence, row.since, row.confirmed_on)
        for row in sorted(db.session.scalars(query), key=lambda row: order.index(row.subject))
    )
