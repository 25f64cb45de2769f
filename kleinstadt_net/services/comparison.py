"""Up to four towns side by side, as this reader may see them; what differs is told in codes for the page's words."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload

from kleinstadt_net.database import db
from kleinstadt_net.matching.declarations import STATE_NAMES
from kleinstadt_net.matching.weights import COMPARABLE_SIZE, STABLE_GROWTH
from kleinstadt_net.models import Town, TownCode
from kleinstadt_net.services import networks, sections, snapshot, towns
from kleinstadt_net.services.directory_networks import NetworkLink
from kleinstadt_net.services.sections import SectionRow
from kleinstadt_net.services.snapshot import Snapshot
from kleinstadt_net.services.towns import Figure
from kleinstadt_net.territory import is_key
from kleinstadt_net.vocabulary import CONFIDENTIAL_STATES, SUBJECTS, THESES

MOST = 4
# An address with more keys than this was not made by our pages; the others are not even looked up.
MOST_KEYS = 12
# What differs: codes of a row's last cell.
SAME, SIMILAR, DIFFERENT, PARTLY, ONE = "same", "similar", "different", "partly", "one"


@dataclass(frozen=True)
class Told:
    """What a town says on a subject."""

    state: str
    confirmed_on: date


@dataclass(frozen=True)
class Column:
    """One town; whoever does not take part says nothing of itself."""

    town_id: int
    ags: str
    slug: str
    name: str
    land: str
    kreis_name: str | None
    joined_on: date | None
    taking_part: bool
    figure: Figure | None
    told: Mapping[str, Told]
    focus: tuple[str, ...]
    sections: Mapping[str, SectionRow]
    networks: tuple[NetworkLink, ...]


@dataclass(frozen=True)
class Difference:
    """How the towns differ in one row; ``names``: the town that alone says something, or what all share."""

    code: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gone:
    """A town that ceased to exist, and the name of the one that stands here for it, if any."""

    name: str
    successor: str | None


@dataclass(frozen=True)
class Comparison:
    """The columns in the order asked for, and what of the keys asked for is not shown as asked."""

    columns: tuple[Column, ...]
    unknown: int
    doubled: tuple[str, ...]
    gone: tuple[Gone, ...]
    too_many: tuple[str, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the towns that are shown."""
        return tuple(column.ags for column in self.columns)

    @property
    def subjects(self) -> tuple[str, ...]:
        """Those on which at least one of the towns says something."""
        return tuple(key for key in SUBJECTS if any(key in column.told for column in self.columns))

    @property
    def theses(self) -> tuple[str, ...]:
        """Those on which at least one of the towns has written a section."""
        return tuple(key for key in THESES if any(key in column.sections for column in self.columns))

    def of_figure(self, key: str) -> Difference:
        """How inhabitants, area or density differ; a fourth more is not called different."""
        values = self._values(key)
        if len(values) < 2:
            return Difference()
        if max(values) == min(values):
            return Difference(SAME)
        return Difference(SIMILAR if max(values) <= COMPARABLE_SIZE * min(values) else DIFFERENT)

    def of_growth(self) -> Difference:
        """Whether all grow, all lose inhabitants, or all stay about the same."""
        directions = {
            0 if abs(value) < STABLE_GROWTH else value / abs(value) for value in self._values("growth")
        }
        if len(self._values("growth")) < 2:
            return Difference()
        return Difference(SIMILAR if len(directions) == 1 else DIFFERENT)

    def of_subject(self, subject: str) -> Difference:
        """Whether all say the same on a subject, or one of them alone says anything."""
        speaking = [column for column in self.columns if subject in column.told]
        if len(self.columns) < 2 or not speaking:
            return Difference()
        if len(speaking) == 1:
            return Difference(ONE, (speaking[0].name,))
        states = {column.told[subject].state for column in speaking}
        return Difference(SAME if len(states) == 1 and len(speaking) == len(self.columns) else DIFFERENT)

    def of_focus(self) -> Difference:
        """Which focus theses all share."""
        return _shared([{THESES[key].title for key in column.focus} for column in self.columns])

    def of_networks(self) -> Difference:
        """Which networks all belong to."""
        return _shared([{network.name for network in column.networks} for column in self.columns])

    def of_section(self, thesis: str) -> Difference:
        """Who alone has written on a thesis."""
        writing = [column.name for column in self.columns if thesis in column.sections]
        return Difference(ONE, (writing[0],)) if len(writing) == 1 < len(self.columns) else Difference()

    def _values(self, key: str) -> list[float]:
        found = (getattr(column.figure, key) for column in self.columns if column.figure)
        return [float(value) for value in found if value is not None]


def of(keys: Sequence[str], *, verified: bool) -> Comparison:
    """The towns with these keys: three queries, however many there are.

    The first four are shown; keys without a town, named twice or of a town that is gone are told instead.
    """
    wanted = list(keys[:MOST_KEYS])
    by_key = _towns({key for key in wanted if is_key(key)})
    shown: dict[int, Town] = {}
    unknown, doubled, gone, too_many = 0, [], [], []
    for key in wanted:
        town, former = by_key.get(key, (None, None))
        if former is not None:
            gone.append(Gone(former.name, town.name if town else None))
        if town is None:
            unknown += former is None
        elif town.id in shown:
            doubled.append(town.name)
        elif len(shown) == MOST:
            too_many.append(town.name)
        else:
            shown[town.id] = town
    return Comparison(
        columns=_columns(list(shown.values()), verified=verified),
        unknown=unknown + len(keys[MOST_KEYS:]),
        doubled=tuple(dict.fromkeys(doubled)),
        gone=tuple(dict.fromkeys(gone)),
        too_many=tuple(dict.fromkeys(too_many)),
    )


def _shared(sets: Sequence[set[str]]) -> Difference:
    """The same, partly the same, or nothing in common; nothing to tell where fewer than two have any."""
    if sum(map(bool, sets)) < 2:
        return Difference()
    if all(one == sets[0] for one in sets):
        return Difference(SAME)
    common = sorted(set.intersection(*sets))
    return Difference(PARTLY, tuple(common)) if common else Difference(DIFFERENT)


def _towns(keys: Collection[str]) -> dict[str, tuple[Town | None, Town | None]]:
    """By key the town to show, and the town of that key that is gone."""
    rows = db.session.execute(
        select(Town, TownCode.ags)
        .outerjoin(TownCode, and_(TownCode.town_id == Town.id, TownCode.ags.in_(keys)))
        .options(joinedload(Town.figures))
        .where(Town.hidden_on.is_(None), or_(Town.ags.in_(keys), TownCode.ags.is_not(None)))
    ).unique()
    found: dict[str, tuple[Town | None, Town | None]] = {}
    for town, former_key in rows:
        if former_key is not None:
            found[former_key] = (town, found.get(former_key, (None, None))[1])
        if town.ags in keys:
            is_gone = town.gone_on is not None
            successor = found.get(town.ags, (None, None))[0]
            found[town.ags] = (successor, town) if is_gone else (town, None)
    return found


def _columns(shown: Sequence[Town], *, verified: bool) -> tuple[Column, ...]:
    picture = snapshot.current()
    ids = [town.id for town in shown]
    written = sections.of_towns(ids, verified=verified)
    belongs = networks.of_towns(ids)
    return tuple(_column(picture, town, written, belongs, verified=verified) for town in shown)


def _column(
    picture: Snapshot,
    town: Town,
    written: Mapping[int, Mapping[str, SectionRow]],
    belongs: Mapping[int, Sequence[NetworkLink]],
    *,
    verified: bool,
) -> Column:
    row = picture.rows[town.id]
    taking_part = bool(picture.taking_part[row])
    focus = picture.features.declared.focus[:, row]
    return Column(
        town_id=town.id,
        ags=town.ags,
        slug=town.slug,
        name=town.name,
        land=town.land,
        kreis_name=town.kreis_name,
        joined_on=town.joined_on,
        taking_part=taking_part,
        figure=towns.figure_of(town.figures),
        told=_told(picture, row, verified=verified),
        focus=tuple(
            subject for subject, chosen in zip(picture.features.subjects, focus, strict=True) if chosen
        ),
        sections=written.get(town.id, {}) if taking_part else {},
        networks=tuple(belongs.get(town.id, ())) if taking_part else (),
    )


def _told(picture: Snapshot, row: int, *, verified: bool) -> dict[str, Told]:
    declared = picture.features.declared
    told = {
        subject: Told(STATE_NAMES[code], picture.day - timedelta(days=age))
        for subject, code, age in zip(
            picture.features.subjects,
            declared.state[:, row].tolist(),
            declared.age[:, row].tolist(),
            strict=True,
        )
        if code
    }
    return {key: one for key, one in told.items() if verified or one.state not in CONFIDENTIAL_STATES}
