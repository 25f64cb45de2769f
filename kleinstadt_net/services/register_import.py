"""Brings an official register file into the database: compare, then write the difference in one transaction.

Official figures stand beside the estimates they replace: the newest official one counts, an estimate only
where there is none. What people entered is never touched.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import exists, insert, or_, select, update

from kleinstadt_net import clock, settings
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.importers import RegisterFile
from kleinstadt_net.models import (
    Focus,
    Installation,
    Membership,
    RegisterImport,
    Stance,
    StanceDraft,
    Town,
    TownCode,
    TownFigure,
)
from kleinstadt_net.services import audit, installation
from kleinstadt_net.services.register_difference import Bands, ImportPlan, KnownTown, compare
from kleinstadt_net.services.snapshot_facts import OFFICIAL, FigureRow
from kleinstadt_net.territory import DEMONSTRATION_KEY_PREFIX

REGISTER_COLUMNS = (
    "ars",
    "name_official",
    "name",
    "slug",
    "sort_key",
    "search_fold",
    "land",
    "kreis",
    "kreis_name",
    "kind",
    "lat",
    "lon",
    "postcode",
    "tourism_region",
    "urbanisation",
    "register_source",
    "position_source",
)


class WrongTimeError(Exception):
    """The file does not fit the register that is in place; the text tells the operator what to do."""


def plan(file: RegisterFile, *, history: bool = False, force: bool = False) -> ImportPlan:
    """What ``apply`` would do, without doing it. Raises WrongTimeError as ``apply`` does."""
    _check_time(file, history=history, force=force)
    bound = settings.current()
    bands = Bands(bound.size_range, bound.estimate_size_range)
    return compare(file, _known_towns(), bands, history=history, force=force)


def apply(file: RegisterFile, *, history: bool = False, force: bool = False) -> ImportPlan:
    """Write the difference, and say what it was.

    ``history`` only adds the file's figures to known towns. Raises WrongTimeError for a file older than the
    register (unless ``history`` or ``force``), and for a history that is none; nothing is written then.
    """
    begin_writing(db.session)
    # Two imports at once would both add the same town; the second waits for the first.
    db.session.execute(select(Installation.id).with_for_update())
    try:
        planned = plan(file, history=history, force=force)
    except WrongTimeError:
        db.session.rollback()
        raise
    if planned.changes_nothing and _is_recorded(file, history):
        db.session.rollback()
        return planned
    _write(planned)
    _record(planned)
    db.session.commit()
    return planned


def latest_status() -> date | None:
    """The day whose territory the register shows; None before the first official file."""
    return db.session.scalar(
        select(RegisterImport.status_on)
        .where(~RegisterImport.is_history)
        .order_by(RegisterImport.id.desc())
        .limit(1)
    )


def _check_time(file: RegisterFile, *, history: bool, force: bool) -> None:
    latest = latest_status()
    if history and latest is None:
        raise WrongTimeError(
            "There is no official register yet that this file could be the history of; import that first."
        )
    if history and latest is not None and file.status_on > latest:
        raise WrongTimeError(
            f"The file ({file.status_on}) is newer than the register ({latest}); import it without --history."
        )
    if not history and not force and latest is not None and file.status_on < latest:
        raise WrongTimeError(
            f"The file ({file.status_on}) is older than the register ({latest}). Use --history to add its figures "
            "to the towns there are, or --force to go back to it."
        )


def _known_towns() -> dict[str, KnownTown]:
    """All towns but invented ones, by AGS."""
    figures: defaultdict[int, list[FigureRow]] = defaultdict(list)
    official: defaultdict[int, dict[date, int]] = defaultdict(dict)
    for figure_id, town_id, day, people, area, quality in db.session.execute(
        select(
            TownFigure.id,
            TownFigure.town_id,
            TownFigure.population_on,
            TownFigure.population,
            TownFigure.area_km2,
            TownFigure.quality,
        )
    ):
        figure = FigureRow(day, people, area, quality)
        figures[town_id].append(figure)
        if figure.quality == OFFICIAL:
            official[town_id][figure.population_on] = figure_id
    used, succeeded = _used_ids(), set(db.session.scalars(select(TownCode.ags)))
    columns = [getattr(Town, name) for name in REGISTER_COLUMNS]
    return {
        ags: KnownTown(
            id=town_id,
            ags=ags,
            columns=dict(zip(REGISTER_COLUMNS, values, strict=True)),
            gone_on=gone_on,
            hidden_on=hidden_on,
            is_used=town_id in used,
            has_successor=ags in succeeded,
            figures=tuple(figures[town_id]),
            official_ids=official[town_id],
        )
        for town_id, ags, gone_on, hidden_on, *values in db.session.execute(
            select(Town.id, Town.ags, Town.gone_on, Town.hidden_on, *columns).where(
                Town.ags.not_like(f"{DEMONSTRATION_KEY_PREFIX}%")
            )
        )
    }


def _used_ids() -> set[int]:
    entered = (exists().where(rows.town_id == Town.id) for rows in (Membership, Stance, StanceDraft, Focus))
    return set(db.session.scalars(select(Town.id).where(or_(*entered))))


def _write(planned: ImportPlan) -> None:
    _many(insert(Town), planned.new_towns)
    new_ids = _ids(planned.figures_by_ags)
    _many(update(Town), planned.town_rows)
    _many(update(Town), planned.mark_rows)
    new_figures = [{"town_id": new_ids[ags], **row} for ags, row in planned.figures_by_ags.items()]
    _many(insert(TownFigure), planned.new_figures + new_figures)
    _many(update(TownFigure), planned.figure_rows)
    if changed := planned.changed_ids | set(new_ids.values()):
        installation.touch_towns(changed)


def _many(statement: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        db.session.execute(statement, rows)


def _ids(keys: Iterable[str]) -> dict[str, int]:
    wanted = set(keys)
    if not wanted:
        return {}
    return {ags: town_id for ags, town_id in db.session.execute(select(Town.ags, Town.id)) if ags in wanted}


def _is_recorded(file: RegisterFile, history: bool) -> bool:
    same = (
        RegisterImport.format == file.format,
        RegisterImport.status_on == file.status_on,
        RegisterImport.population_on == file.population_on,
        RegisterImport.is_history.is_(history),
    )
    return db.session.scalar(select(RegisterImport.id).where(*same).limit(1)) is not None


def _record(planned: ImportPlan) -> None:
    file = planned.file
    db.session.add(
        RegisterImport(
            format=file.format,
            source=file.source,
            status_on=file.status_on,
            population_on=file.population_on,
            is_history=planned.is_history,
            applied_at=clock.now(),
            municipalities=len(file.municipalities),
        )
    )
    audit.record(
        "register.imported",
        status_on=file.status_on.isoformat(),
        history=planned.is_history,
        new=len(planned.new),
        gone=len(planned.gone),
        changed=len(planned.changed_ids),
    )
