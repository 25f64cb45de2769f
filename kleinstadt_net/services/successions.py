"""Follows changes of territory: what a dissolved town's people wrote and who they are moves to its successor.

A file may be applied before or after the register of its year, and any number of times.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import delete, select, update

from kleinstadt_net import register_data
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.importers import (
    DISSOLUTION,
    KEY_CHANGE,
    NAME_CHANGE,
    PARTIAL_TRANSFER,
    Succession,
    SuccessionFile,
)
from kleinstadt_net.models import AccountSession, Installation, Town, TownCode, TownFigure
from kleinstadt_net.services import audit, inheritance, installation, town_names
from kleinstadt_net.services.register_difference import Line
from kleinstadt_net.services.register_import import latest_status
from kleinstadt_net.services.snapshot_facts import FigureRow, current
from kleinstadt_net.territory import DISTRICT_KEY_LENGTH, KEY_LENGTH, STATE_KEY_LENGTH

MUNICIPALITY_DIGITS = KEY_LENGTH - DISTRICT_KEY_LENGTH


@dataclass(slots=True)
class SuccessionReport:
    """What a file of Gebietsänderungen did; counts are of its rows unless they say otherwise."""

    dissolved: list[Line] = field(default_factory=list)
    rekeyed: list[Line] = field(default_factory=list)
    renamed: list[Line] = field(default_factory=list)
    drafts: int = 0
    memberships: int = 0
    # Neither key is in the register, or the successor is not (yet).
    unknown: list[Line] = field(default_factory=list)
    partial_transfers: int = 0
    touched: set[int] = field(default_factory=set)

    @property
    def changes_nothing(self) -> bool:
        """Whether everything in the file was done before or concerns no known town."""
        return not (self.dissolved or self.rekeyed or self.renamed)


@dataclass(frozen=True, slots=True)
class _Merger:
    """A successor with everybody who is dissolved into it, by the number of inhabitants that came along."""

    successor: Town
    day: date
    parts: Sequence[tuple[Succession, int]]


def apply(file: SuccessionFile, *, dry_run: bool = False) -> SuccessionReport:
    """Apply all changes in one transaction and say what they were; ``dry_run`` then takes everything back."""
    begin_writing(db.session)
    db.session.execute(select(Installation.id).with_for_update())
    report = SuccessionReport()
    rows = sorted(file.successions, key=_day)
    report.partial_transfers = sum(row.kind == PARTIAL_TRANSFER for row in rows)
    _rename_all([row for row in rows if row.kind == NAME_CHANGE], report)
    for row in rows:
        if row.kind == KEY_CHANGE:
            _change_key(row, report)
    for merger in _mergers([row for row in rows if row.kind == DISSOLUTION], report):
        _merge(merger, report)
    if report.touched:
        installation.touch_towns(report.touched)
    if dry_run or report.changes_nothing:
        db.session.rollback()
    else:
        audit.record("register.successions", dissolved=len(report.dissolved), rekeyed=len(report.rekeyed))
        db.session.commit()
    return report


def _day(row: Succession) -> date:
    return row.statistical_on or row.legal_on


def _by_key(ags: str) -> Town | None:
    return db.session.scalar(select(Town).where(Town.ags == ags))


def _holder(ags: str) -> Town | None:
    """The town with this key, or the one a former key leads to."""
    town = _by_key(ags)
    if town is not None and town.gone_on is None:
        return town
    followed = select(Town).join(TownCode, TownCode.town_id == Town.id).where(TownCode.ags == ags)
    return db.session.scalar(followed) or town


# --- names


def _rename_all(rows: Iterable[Succession], report: SuccessionReport) -> None:
    # Only the last of several names counts, so that a second run finds nothing to do.
    for row in {row.ags_new: row for row in rows}.values():
        town = _by_key(row.ags_new)
        if town is None:
            report.unknown.append(Line(row.ags_new, row.name_new))
        elif town.name_official != row.name_new and not _register_knows(_day(row), town):
            report.renamed.append(
                Line(town.ags, town_names.short(row.name_new), town.name_official, row.name_new)
            )
            _rename(town, row.name_new)
            report.touched.add(town.id)


def _register_knows(day: date, town: Town) -> bool:
    """Whether the town comes from an official file that is no older than the change."""
    latest = latest_status()
    figure = _figure(town)
    return latest is not None and latest >= day and figure is not None and figure[1]


def _rename(town: Town, name_official: str) -> None:
    town.name_official = name_official
    _set(town, **town_names.columns(town_names.short(name_official), town.kreis_name))


def _set(town: Town, **values: str | None) -> None:
    for name, value in values.items():
        setattr(town, name, value)


def _figure(town: Town) -> tuple[int, bool] | None:
    """Inhabitants by the figure that counts, and whether it is official."""
    columns = (TownFigure.population_on, TownFigure.population, TownFigure.area_km2, TownFigure.quality)
    rows = db.session.execute(select(*columns).where(TownFigure.town_id == town.id))
    found = current([FigureRow._make(row) for row in rows])
    return None if found is None else (found.population, found.official)


# --- keys


def _change_key(row: Succession, report: SuccessionReport) -> None:
    """Give the same town its new key; only the long key, which no town is known by, may have changed."""
    if row.ags_old == row.ags_new:
        return
    town, namesake = _by_key(row.ags_old), _by_key(row.ags_new)
    line = Line(row.ags_new, town_names.short(row.name_new), row.ags_old, row.ags_new)
    if town is None and namesake is None:
        report.unknown.append(line)
    elif town is None and namesake is not None:
        if _remember(row, namesake):
            report.rekeyed.append(line)
    elif town is not None and not _leads_to(row.ags_old, namesake):
        if namesake is not None and inheritance.is_used(namesake.id):
            _merge(_Merger(namesake, _day(row), [(row, _population(town))]), report)
            return
        if namesake is not None:
            _absorb(town, namesake)
        _give_key(town, row)
        report.rekeyed.append(line)
        report.touched.add(town.id)


def _leads_to(ags: str, town: Town | None) -> bool:
    code = db.session.scalar(select(TownCode).where(TownCode.ags == ags))
    return code is not None and town is not None and code.town_id == town.id


def _absorb(town: Town, namesake: Town) -> None:
    """Take over the row an import made under the new key, which nobody uses: the older row has the history."""
    own = ("joined_on", "paused_until", "pause_reason", "requests_a_month", "suspended_at")
    kept = ("id", "ags", *own, "gone_on", "hidden_on", "revision")
    for column in Town.__table__.columns:
        if column.name not in kept:
            setattr(town, column.name, getattr(namesake, column.name))
    known = select(TownFigure.population_on).where(
        TownFigure.town_id == town.id, TownFigure.quality == "official"
    )
    days = list(db.session.scalars(known))
    db.session.execute(
        update(TownFigure)
        .where(
            TownFigure.town_id == namesake.id,
            TownFigure.quality == "official",
            TownFigure.population_on.not_in(days),
        )
        .values(town_id=town.id),
        execution_options={"synchronize_session": False},
    )
    _redirect_codes(namesake.id, town.id)
    db.session.execute(
        delete(Town).where(Town.id == namesake.id), execution_options={"synchronize_session": False}
    )
    db.session.expunge(namesake)


def _give_key(town: Town, row: Succession) -> None:
    district = row.ags_new[:DISTRICT_KEY_LENGTH]
    if town.ars is None or town.ars[:DISTRICT_KEY_LENGTH] + town.ars[-MUNICIPALITY_DIGITS:] != row.ags_new:
        # The long key holds the short one; the next import brings the right one.
        town.ars = None
    if town.kreis != district:
        town.kreis, town.kreis_name = district, _kreis_name(district)
    town.ags, town.land = row.ags_new, district[:STATE_KEY_LENGTH]
    town.gone_on = None
    _rename(town, row.name_new)
    db.session.flush()
    _remember(row, town)


def _kreis_name(kreis: str) -> str | None:
    bundled = register_data.kreise().get(kreis)
    imported = select(Town.kreis_name).where(Town.kreis == kreis, Town.kreis_name.is_not(None)).limit(1)
    return db.session.scalar(imported) or (bundled.name if bundled else None)


def _remember(row: Succession, town: Town) -> bool:
    """Let the old key lead to a town; False when it does already."""
    code = db.session.scalar(select(TownCode).where(TownCode.ags == row.ags_old))
    if code is not None and code.town_id == town.id:
        return False
    if code is None:
        db.session.add(TownCode(ags=row.ags_old, town_id=town.id, name=row.name_old, valid_until=_day(row)))
    else:
        code.town_id, code.name, code.valid_until = town.id, row.name_old, _day(row)
    db.session.flush()
    return True


def _redirect_codes(old_id: int, new_id: int) -> None:
    db.session.execute(
        update(TownCode).where(TownCode.town_id == old_id).values(town_id=new_id),
        execution_options={"synchronize_session": "fetch"},
    )


# --- mergers


def _mergers(rows: Sequence[Succession], report: SuccessionReport) -> list[_Merger]:
    """Dissolutions by successor; a town that was split goes to whoever got most of its inhabitants."""
    by_old: defaultdict[str, list[Succession]] = defaultdict(list)
    for row in rows:
        by_old[row.ags_old].append(row)
    by_successor: defaultdict[str, list[tuple[Succession, int]]] = defaultdict(list)
    for parts in by_old.values():
        main = max(parts, key=lambda row: (row.inhabitants or 0, row.area_m2 or 0))
        by_successor[main.ags_new].append((main, sum(row.inhabitants or 0 for row in parts)))
    found = []
    for ags, dissolved in by_successor.items():
        successor = _holder(ags)
        if successor is None:
            report.unknown += [_line(row) for row, _ in dissolved]
        else:
            found.append(_Merger(successor, max(_day(row) for row, _ in dissolved), dissolved))
    return sorted(found, key=lambda merger: merger.day)


def _line(row: Succession) -> Line:
    return Line(row.ags_old, town_names.short(row.name_old), row.ags_old, f"{row.name_new} ({row.ags_new})")


def _merge(merger: _Merger, report: SuccessionReport) -> None:
    successor = merger.successor
    news = [(row, people) for row, people in merger.parts if _remember(row, successor)]
    if not news:
        return
    # The largest first: its statements stay if it is larger than the successor was before.
    news.sort(key=lambda part: (-part[1], part[0].ags_old))
    own = _population_before(merger)
    for rank, (row, people) in enumerate(news):
        report.dissolved.append(_line(row))
        town = _by_key(row.ags_old)
        if town is None or town.id == successor.id:
            continue
        leads = rank == 0 and people > own
        _dissolve(town, successor, _day(row), report, leads=leads)
    report.touched.add(successor.id)


def _population_before(merger: _Merger) -> int:
    """The successor's inhabitants before the merger; about none for a town that the merger made."""
    population = _population(merger.successor)
    if not _register_knows(merger.day, merger.successor):
        return population
    return max(0, population - sum(people for _, people in merger.parts))


def _population(town: Town) -> int:
    figure = _figure(town)
    return figure[0] if figure else 0


def _dissolve(town: Town, successor: Town, day: date, report: SuccessionReport, *, leads: bool) -> None:
    moved = inheritance.inherit(town, successor, leads=leads)
    report.drafts += moved.drafts
    report.memberships += moved.memberships
    _redirect_codes(town.id, successor.id)
    db.session.execute(
        update(AccountSession)
        .where(AccountSession.acting_town_id == town.id)
        .values(acting_town_id=successor.id),
        execution_options={"synchronize_session": "fetch"},
    )
    town.gone_on = day
    successor.hidden_on = None
    db.session.flush()
    report.touched.add(town.id)
