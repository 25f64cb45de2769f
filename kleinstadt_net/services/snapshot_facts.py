"""What the engine is told of each town: seven column queries, no objects, however many towns there are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple, cast

from sqlalchemy import ColumnElement, func, select

from kleinstadt_net.database import db
from kleinstadt_net.matching.features import Statement, TownFacts
from kleinstadt_net.models import (
    Account,
    Focus,
    Indicator,
    IndicatorValue,
    Membership,
    Network,
    NetworkMember,
    Stance,
    Town,
    TownFigure,
)

OFFICIAL = "official"
# Far enough apart for a trend to be more than the correction of a census.
TREND_SPAN = timedelta(days=3 * 365)
DAYS_A_YEAR = 365.25
# A town of which nobody has been seen for this long is not proposed to others as somebody to talk to.
SIGN_OF_LIFE = timedelta(days=365)


class TownRow(NamedTuple):
    """The columns of a town that are filtered, ranked or listed by."""

    id: int
    ags: str
    land: str
    lat: float | None
    lon: float | None
    urbanisation: int | None
    tourism_region: str | None
    joined_on: date | None
    paused_until: date | None
    suspended_at: datetime | None
    gone_on: date | None
    hidden_on: date | None
    sort_key: str

    @property
    def taking_part(self) -> bool:
        """Has joined, and is neither suspended nor gone: what it says of itself counts."""
        return self.joined_on is not None and self.suspended_at is None and self.gone_on is None


class FigureRow(NamedTuple):
    """One vintage of a town's figures."""

    population_on: date
    population: int
    area_km2: float | None
    quality: str


@dataclass(frozen=True, slots=True)
class CurrentFigure:
    """What a town is known by: its newest official figure, else its newest estimate.

    ``growth`` is the yearly change as a fraction between the oldest and the newest official date, None
    unless they lie three years apart; ``area_km2`` is the newest one known.
    """

    population: int
    area_km2: float | None
    official: bool
    growth: float | None


def towns(*which: ColumnElement[bool]) -> Sequence[TownRow]:
    """The towns for which all conditions hold, in the order of their ids."""
    columns = [getattr(Town, name) for name in TownRow._fields]
    # Put in order here: SQLite would rather read all towns in the order of their ids than find one by its revision.
    rows = db.session.execute(select(*columns).where(*which))
    return sorted((TownRow._make(row) for row in rows), key=lambda row: row.id)


def facts(rows: Sequence[TownRow], day: date, *, only: Iterable[int] | None = None) -> list[TownFacts]:
    """The engine's facts about these towns as of ``day``; ``only`` keeps the other queries to their ids."""
    ids = None if only is None else list(only)
    figures, statements = _figures(ids), _statements(ids, day)
    focuses, seen, networks = _focuses(ids), _last_seen(ids), _networks(ids)
    indicators = _indicators(ids)
    return [
        _town_facts(
            row,
            current(figures.get(row.id, ())),
            statements[row.id],
            focuses[row.id],
            networks.get(row.id, ()),
            indicators.get(row.id, ()),
            seen.get(row.id),
            day,
        )
        for row in rows
    ]


def current(figures: Sequence[FigureRow]) -> CurrentFigure | None:
    """The figure a town is known by; None where there is none at all."""
    if not figures:
        return None
    newest = max(figures, key=lambda f: (f.quality == OFFICIAL, f.population_on))
    areas = [f for f in figures if f.area_km2 is not None]
    area = newest.area_km2 if newest.area_km2 is not None or not areas else _latest(areas).area_km2
    return CurrentFigure(newest.population, area, newest.quality == OFFICIAL, growth(figures))


def growth(figures: Iterable[FigureRow]) -> float | None:
    """The yearly change of the population as a fraction, from official figures three years apart or more."""
    official = sorted(f for f in figures if f.quality == OFFICIAL)
    if not official or not official[0].population:
        return None
    span = official[-1].population_on - official[0].population_on
    if span < TREND_SPAN:
        return None
    ratio = official[-1].population / official[0].population
    return float(ratio ** (DAYS_A_YEAR / span.days) - 1)


def _latest(figures: Iterable[FigureRow]) -> FigureRow:
    return max(figures, key=lambda f: f.population_on)


def _town_facts(
    row: TownRow,
    figure: CurrentFigure | None,
    statements: list[Statement],
    focus: list[str],
    networks: Sequence[tuple[str, str]],
    indicators: Sequence[tuple[str, float]],
    seen_on: date | None,
    day: date,
) -> TownFacts:
    return TownFacts(
        ags=row.ags,
        land=row.land,
        lat=row.lat,
        lon=row.lon,
        population=figure.population if figure else None,
        area_km2=figure.area_km2 if figure else None,
        growth=figure.growth if figure else None,
        urbanisation=row.urbanisation,
        tourism=row.tourism_region,
        statements=tuple(statements),
        focus=tuple(focus),
        taking_part=row.taking_part,
        active=row.taking_part and _is_awake(row, seen_on, day),
        figures_official=figure is not None and figure.official,
        networks=tuple(networks),
        indicators=tuple(sorted(indicators)),
    )


def _is_awake(row: TownRow, seen_on: date | None, day: date) -> bool:
    """Not on a break, and somebody of the town was here within a year (joining counts)."""
    paused = row.paused_until is not None and row.paused_until >= day
    signs = [sign for sign in (seen_on, row.joined_on) if sign is not None]
    return not paused and max(signs) >= day - SIGN_OF_LIFE


def _figures(ids: list[int] | None) -> Mapping[int, list[FigureRow]]:
    found: defaultdict[int, list[FigureRow]] = defaultdict(list)
    columns = [getattr(TownFigure, name) for name in FigureRow._fields]
    for town_id, *figure in db.session.execute(
        select(TownFigure.town_id, *columns).where(*_among(TownFigure.town_id, ids))
    ):
        found[town_id].append(FigureRow(*figure))
    return found


def _statements(ids: list[int] | None, day: date) -> defaultdict[int, list[Statement]]:
    found: defaultdict[int, list[Statement]] = defaultdict(list)
    for town_id, subject, state, confirmed_on in db.session.execute(
        select(Stance.town_id, Stance.subject, Stance.state, Stance.confirmed_on)
        .where(*_among(Stance.town_id, ids))
        .order_by(Stance.town_id, Stance.subject)
    ):
        found[town_id].append(Statement(subject, state, max(0, (day - confirmed_on).days)))
    return found


def _focuses(ids: list[int] | None) -> defaultdict[int, list[str]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    for town_id, thesis in db.session.execute(
        select(Focus.town_id, Focus.thesis)
        .where(*_among(Focus.town_id, ids))
        .order_by(Focus.town_id, Focus.thesis)
    ):
        found[town_id].append(thesis)
    return found


def _networks(ids: list[int] | None) -> Mapping[int, list[tuple[str, str]]]:
    found: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    for town_id, slug, name in db.session.execute(
        select(NetworkMember.town_id, Network.slug, Network.name)
        .join(Network, Network.id == NetworkMember.network_id)
        .where(NetworkMember.state == "confirmed", *_among(NetworkMember.town_id, ids))
        .order_by(NetworkMember.town_id, Network.slug)
    ):
        found[town_id].append((slug, name))
    return found


def _indicators(ids: list[int] | None) -> Mapping[int, list[tuple[str, float]]]:
    found: defaultdict[int, list[tuple[str, float]]] = defaultdict(list)
    for town_id, key, value in db.session.execute(
        select(IndicatorValue.town_id, Indicator.key, IndicatorValue.value)
        .join(Indicator, Indicator.id == IndicatorValue.indicator_id)
        .where(*_among(IndicatorValue.town_id, ids))
        .order_by(IndicatorValue.town_id)
    ):
        found[town_id].append((key, value))
    return found


def _last_seen(ids: list[int] | None) -> Mapping[int, date | None]:
    rows = db.session.execute(
        select(Membership.town_id, func.max(Account.seen_on).label("seen_on"))
        .join(Account, Account.id == Membership.account_id)
        .where(Membership.state == "confirmed", *_among(Membership.town_id, ids))
        .group_by(Membership.town_id)
    )
    return {row.town_id: row.seen_on for row in rows}


def _among(column: object, ids: list[int] | None) -> tuple[ColumnElement[bool], ...]:
    return () if ids is None else (cast("ColumnElement[int]", column).in_(ids),)
