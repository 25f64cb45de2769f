"""What an official file would change in the register: a comparison that touches no database.

Nothing is ever taken away by a comparison: a town that is missing from the file is marked at most, and a
file that holds only a part of the country, or rows whose key nobody can read, marks no town at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from kleinstadt_net import register_data
from kleinstadt_net.importers import MunicipalityRecord, RegisterFile
from kleinstadt_net.services import town_names
from kleinstadt_net.services.snapshot_facts import OFFICIAL, CurrentFigure, FigureRow, current

# A year's changes of territory concern far less than a tenth of the towns; who lacks more is a part.
MISSING_SHARE = 0.1
# In a handful of towns one is a tenth; only where many are missing does a share say something.
MISSING_UNSUSPICIOUS = 50

# A GV100AD file leaves these out, which does not mean that the town has lost them.
KEPT_IF_ABSENT = ("kreis_name", "lat", "lon", "position_source", "postcode", "tourism_region", "urbanisation")
TOURISM_REGION_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Bands:
    """Inhabitants (from, below) that list a town: by official figures, by an estimate."""

    official: tuple[int, int]
    estimate: tuple[int, int]

    def lists(self, figure: CurrentFigure | None) -> bool:
        """Whether this figure alone puts a town into the directory."""
        if figure is None:
            return False
        low, below = self.official if figure.official else self.estimate
        return low <= figure.population < below


@dataclass(frozen=True, slots=True)
class KnownTown:
    """A town as it is stored: its register columns by name, its marks, its figures.

    ``official_ids`` finds the row of an official figure by its date; ``is_used`` means that people have
    entered something or have access; ``has_successor`` that its key leads to another town.
    """

    id: int
    ags: str
    columns: Mapping[str, Any]
    gone_on: date | None
    hidden_on: date | None
    is_used: bool
    has_successor: bool
    figures: tuple[FigureRow, ...]
    official_ids: Mapping[date, int]


class Line(NamedTuple):
    """One town in the printed difference."""

    ags: str
    name: str
    before: str | int | None = None
    after: str | int | None = None


@dataclass(slots=True)
class ImportPlan:
    """The difference between the register and a file, in words for the operator and rows for the database."""

    file: RegisterFile
    is_history: bool
    new: list[Line] = field(default_factory=list)
    renamed: list[Line] = field(default_factory=list)
    population: list[Line] = field(default_factory=list)
    entering: list[Line] = field(default_factory=list)
    leaving: list[Line] = field(default_factory=list)
    returned: list[Line] = field(default_factory=list)
    gone: list[Line] = field(default_factory=list)
    hidden: list[Line] = field(default_factory=list)
    # In no official file, but somebody uses it.
    kept: list[Line] = field(default_factory=list)
    in_band: int = 0
    unmarked_because: str | None = None

    new_towns: list[dict[str, Any]] = field(default_factory=list)
    town_rows: list[dict[str, Any]] = field(default_factory=list)
    mark_rows: list[dict[str, Any]] = field(default_factory=list)
    # Figures of towns that are known, and of new towns by their AGS.
    new_figures: list[dict[str, Any]] = field(default_factory=list)
    figures_by_ags: dict[str, dict[str, Any]] = field(default_factory=dict)
    figure_rows: list[dict[str, Any]] = field(default_factory=list)
    # Towns that change in more than the wording of their source.
    changed_ids: set[int] = field(default_factory=set)

    @property
    def changes_nothing(self) -> bool:
        """Whether every town already is as the file says."""
        return not self.new_towns and not self.changed_ids


def compare(
    file: RegisterFile,
    known: Mapping[str, KnownTown],
    bands: Bands,
    *,
    history: bool = False,
    force: bool = False,
) -> ImportPlan:
    """The difference between the known towns (by AGS, without invented ones) and a file.

    ``history`` adds figures of an older date to known towns and does nothing else; ``force`` marks missing
    towns even if the file looks like a part of the register.
    """
    plan = ImportPlan(file, history)
    for record in file.municipalities:
        town = known.get(record.ags)
        if history:
            _add_vintage(plan, record, town)
        elif town is None:
            _add_town(plan, record, bands)
        else:
            _update_town(plan, record, town, bands)
    if not history:
        _mark_absent(plan, known, force=force)
    return plan


def _add_vintage(plan: ImportPlan, record: MunicipalityRecord, town: KnownTown | None) -> None:
    if town is None or plan.file.population_on in town.official_ids:
        return
    plan.new_figures.append({"town_id": town.id, **_figure(plan.file, record)})
    plan.changed_ids.add(town.id)


def _add_town(plan: ImportPlan, record: MunicipalityRecord, bands: Bands) -> None:
    plan.new.append(Line(record.ags, record.name, None, record.population))
    plan.new_towns.append({"ags": record.ags, **_columns(plan.file, record)})
    plan.figures_by_ags[record.ags] = _figure(plan.file, record)
    if bands.lists(CurrentFigure(record.population, record.area_km2, True, None)):
        plan.in_band += 1
        plan.entering.append(Line(record.ags, record.name, None, record.population))


def _update_town(plan: ImportPlan, record: MunicipalityRecord, town: KnownTown, bands: Bands) -> None:
    _update_columns(plan, record, town)
    after = _update_figure(plan, record, town)
    before = current(town.figures)
    line = Line(record.ags, record.name, before.population if before else None, after.population)
    if before is None or (before.population, before.official) != (after.population, after.official):
        plan.population.append(line)
    was_listed = bands.lists(before) and town.hidden_on is None and town.gone_on is None
    if town.gone_on is not None and not _is_back(plan.file, town):
        return
    if bands.lists(after):
        plan.in_band += 1
        if not was_listed:
            plan.entering.append(line)
    elif was_listed:
        plan.leaving.append(line)


def _update_columns(plan: ImportPlan, record: MunicipalityRecord, town: KnownTown) -> None:
    told = {
        name: value
        for name, value in _columns(plan.file, record).items()
        if value is not None or name not in KEPT_IF_ABSENT
    }
    # The Kreis may be known from elsewhere, and its name is among the words a town is found by.
    told |= town_names.columns(record.name, told.get("kreis_name", town.columns["kreis_name"]))
    merged = {**town.columns, **told}
    differing = {name for name, value in merged.items() if town.columns[name] != value}
    if differing:
        plan.town_rows.append({"id": town.id, **merged})
    if differing - {"register_source", "position_source"}:
        plan.changed_ids.add(town.id)
    # Bundled names lack titles such as ", Stadt"; that an official file adds one is no new name.
    if "name" in differing or ("name_official" in differing and town.official_ids):
        plan.renamed.append(
            Line(record.ags, record.name, town.columns["name_official"], record.name_official)
        )
    if _is_back(plan.file, town):
        plan.returned.append(Line(record.ags, record.name))
        plan.mark_rows.append({"id": town.id, "gone_on": None, "hidden_on": None})
        plan.changed_ids.add(town.id)


def _is_back(file: RegisterFile, town: KnownTown) -> bool:
    if town.gone_on is None:
        return town.hidden_on is not None
    # A file of the time before the town was merged into another does not undo the merger.
    return not (town.has_successor and town.gone_on > file.status_on)


def _update_figure(plan: ImportPlan, record: MunicipalityRecord, town: KnownTown) -> CurrentFigure:
    day, told = plan.file.population_on, _figure(plan.file, record)
    new = FigureRow(day, record.population, record.area_km2, OFFICIAL)
    stored = next((f for f in town.figures if f.quality == OFFICIAL and f.population_on == day), None)
    if stored is None:
        plan.new_figures.append({"town_id": town.id, **told})
    elif stored != new:
        plan.figure_rows.append({"id": town.official_ids[day], **told})
    if stored != new:
        plan.changed_ids.add(town.id)
    after = current([*(f for f in town.figures if f is not stored), new])
    assert after is not None
    return after


def _mark_absent(plan: ImportPlan, known: Mapping[str, KnownTown], *, force: bool) -> None:
    present = {record.ags for record in plan.file.municipalities}
    # Its row is there, only broken.
    present |= {problem.ags for problem in plan.file.problems if problem.ags}
    alive = [town for town in known.values() if town.gone_on is None and town.hidden_on is None]
    absent = [town for town in alive if town.ags not in present and town.figures]
    plan.unmarked_because = (
        None if force or not absent else _reason_not_to_mark(plan.file, len(absent), len(alive))
    )
    if plan.unmarked_because is None:
        for town in absent:
            _mark(plan, town)


def _reason_not_to_mark(file: RegisterFile, absent: int, alive: int) -> str | None:
    keyless = sum(problem.ags is None for problem in file.problems)
    if keyless:
        return f"{keyless} broken rows have no readable key, so a missing town may be one of them"
    if absent > MISSING_UNSUSPICIOUS and absent > MISSING_SHARE * alive:
        return f"the file lacks {absent} of {alive} known towns, so it looks like a part of the register"
    return None


def _mark(plan: ImportPlan, town: KnownTown) -> None:
    figure = current(town.figures)
    line = Line(town.ags, town.columns["name"], figure.population if figure else None)
    marks: dict[str, Any] = {"id": town.id, "gone_on": None, "hidden_on": None}
    if town.official_ids:
        plan.gone.append(line)
        marks["gone_on"] = plan.file.status_on
    elif town.is_used:
        plan.kept.append(line)
        return
    else:
        plan.hidden.append(line)
        marks["hidden_on"] = plan.file.status_on
    plan.mark_rows.append(marks)
    plan.changed_ids.add(town.id)


def _columns(file: RegisterFile, record: MunicipalityRecord) -> dict[str, Any]:
    kreis_name = _kreis_name(file, record.kreis)
    return {
        "ars": record.ars,
        "name_official": record.name_official,
        **town_names.columns(record.name, kreis_name),
        "land": record.land,
        "kreis": record.kreis,
        "kreis_name": kreis_name,
        "kind": record.kind,
        "lat": record.lat,
        "lon": record.lon,
        "postcode": record.postcode,
        "tourism_region": record.tourism_region and record.tourism_region[:TOURISM_REGION_LENGTH],
        "urbanisation": record.urbanisation,
        "register_source": file.source,
        "position_source": file.source if record.lat is not None else None,
    }


def _kreis_name(file: RegisterFile, key: str) -> str | None:
    if key in file.kreise:
        return town_names.short(file.kreise[key])
    # A list of municipalities alone says nothing of their Kreise.
    return register_data.kreise()[key].name if key in register_data.kreise() else None


def _figure(file: RegisterFile, record: MunicipalityRecord) -> dict[str, Any]:
    return {
        "population_on": file.population_on,
        "population": record.population,
        "area_km2": record.area_km2,
        "source": file.source,
        "area_source": file.source,
        "quality": OFFICIAL,
    }
