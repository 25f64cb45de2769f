"""``flask towns``: load the bundled register, import official files, follow mergers, find a town's key."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NoReturn

import click
from flask.cli import AppGroup

from kleinstadt_net import importers
from kleinstadt_net.importers import RowProblem, UnreadableFile, indicators
from kleinstadt_net.services import indicator_import, register_import, register_load, successions, town_search
from kleinstadt_net.services.indicator_import import NotTaken
from kleinstadt_net.services.register_difference import ImportPlan, Line
from kleinstadt_net.services.register_import import WrongTimeError
from kleinstadt_net.services.successions import SuccessionReport

group = AppGroup("towns", help="The register of towns.")

# Enough to see what is wrong; whoever needs all of it has the file.
PROBLEMS_SHOWN = 20
LINES_SHOWN = 5
FOUND_AT_MOST = 50
NOTHING_WRITTEN = "Dry run: nothing was written."

FILE = click.argument("file", type=click.Path(path_type=Path))
DRY_RUN = click.option("--dry-run", is_flag=True, help="Print what would change, and change nothing.")
DAY = click.DateTime(formats=["%Y-%m-%d"])


@group.command("load")
def load() -> None:
    """Add the bundled towns (estimates) that the register does not have yet."""
    loaded = register_load.load_bundled()
    if loaded.has_official:
        click.echo("An official register was imported before; the bundled one has nothing to add.")
        return
    click.echo(f"Bundled register: {loaded.added:,} of {loaded.bundled:,} towns added.")


@group.command("import")
@FILE
@DRY_RUN
@click.option("--history", is_flag=True, help="Only add the figures of an older file, for the trend.")
@click.option("--status-date", type=DAY, help="Day of the territory, where the file does not state it.")
@click.option("--population-date", type=DAY, help="Day of the population, where the file does not state it.")
@click.option("--force", is_flag=True, help="Accept an older file or one that lacks many known towns.")
def import_(
    file: Path,
    dry_run: bool,
    history: bool,
    status_date: datetime | None,
    population_date: datetime | None,
    force: bool,
) -> None:
    """Bring an official file (GV100AD, AuszugGV as xlsx or CSV) into the register."""
    try:
        read = importers.read_register(
            file, status_date=_day(status_date), population_date=_day(population_date)
        )
        click.echo(f"{read.format}: territory of {read.status_on}, population of {read.population_on}")
        _print_problems(read.problems)
        act = register_import.plan if dry_run else register_import.apply
        planned = act(read, history=history, force=force)
    except (UnreadableFile, WrongTimeError) as error:
        _refuse(error)
    _print_difference(planned)
    if dry_run:
        click.echo(NOTHING_WRITTEN)


@group.command("successions")
@FILE
@DRY_RUN
def follow(file: Path, dry_run: bool) -> None:
    """Follow mergers, new keys and new names (Gebietsänderungen, xlsx)."""
    try:
        read = importers.read_successions(file)
    except UnreadableFile as error:
        _refuse(error)
    _print_problems(read.problems)
    _print_successions(successions.apply(read, dry_run=dry_run))
    if dry_run:
        click.echo(NOTHING_WRITTEN)


@group.command("import-indicators")
@FILE
@DRY_RUN
@click.option("--as-of", type=DAY, required=True, help="Day the figures are of, such as 2021-12-31.")
@click.option(
    "--mapping",
    type=click.Path(path_type=Path),
    help="What the columns mean (TOML); default: the file's name with .toml at the end.",
)
@click.option("--force", is_flag=True, help="Accept figures older than those that are stored.")
def import_indicators(file: Path, dry_run: bool, as_of: datetime, mapping: Path | None, force: bool) -> None:
    """Bring figures by AGS or Verband key (CSV) in, for comparing towns; docs/how-to/import-indicators.md."""
    try:
        meant = indicators.read_mapping(mapping or file.with_suffix(".toml"))
        read = indicators.read_indicators(file, meant)
        _print_problems(read.problems)
        report = indicator_import.apply(read, as_of.date(), force=force, dry_run=dry_run)
    except (UnreadableFile, NotTaken) as error:
        _refuse(error)
    for taken in report.taken:
        before = f", instead of those of {taken.replaced}" if taken.replaced else ""
        click.echo(f"{taken.key}: {taken.towns:,} towns, as of {as_of.date()}{before}")
    if read.empty:
        click.echo(f"Cells without a number: {read.empty:,}")
    if report.unknown:
        shown = ", ".join(report.unknown[:LINES_SHOWN])
        click.echo(
            f"Keys no town has: {len(report.unknown):,} ({shown}{', …' if len(report.unknown) > LINES_SHOWN else ''})"
        )
    click.echo(f"Towns without any of these figures: {report.missing:,}")
    if dry_run:
        click.echo(NOTHING_WRITTEN)


@group.command("find")
@click.argument("name", nargs=-1, required=True)
def find(name: tuple[str, ...]) -> None:
    """Print key, name, Kreis and population of the towns called NAME (or the beginning of it)."""
    found = town_search.find(" ".join(name), limit=FOUND_AT_MOST + 1)
    if not found:
        raise click.ClickException("No town is called that.")
    _table(
        (
            town.ags,
            town.name,
            town.kreis_name or "",
            _number(town.population) + (" (estimate)" * town.is_estimate),
        )
        for town in found[:FOUND_AT_MOST]
    )
    if len(found) > FOUND_AT_MOST:
        click.echo("and more; please give more of the name")


def _day(value: datetime | None) -> date | None:
    return value.date() if value else None


def _refuse(error: Exception) -> NoReturn:
    raise click.ClickException(f"{error} Nothing was changed.") from error


def _print_problems(problems: Sequence[RowProblem]) -> None:
    for problem in problems[:PROBLEMS_SHOWN]:
        click.echo(f"line {problem.line}: {problem.reason}", err=True)
    if problems:
        more = len(problems) - PROBLEMS_SHOWN
        click.echo(f"Rows left out: {len(problems)}" + (f" ({more} not shown)" if more > 0 else ""), err=True)


def _print_difference(planned: ImportPlan) -> None:
    click.echo(f"Municipalities in the file: {len(planned.file.municipalities):,}")
    if planned.is_history:
        click.echo(f"Figures of {planned.file.population_on} added to {len(planned.new_figures):,} towns.")
        return
    if planned.changes_nothing:
        click.echo("Nothing changed: the register already is as the file says.")
    else:
        _print_lists(_lists(planned))
    click.echo(f"Towns of the listed size: {planned.in_band:,}")
    if planned.unmarked_because:
        click.echo(
            f"No missing town was marked: {planned.unmarked_because}. Use --force to mark them.", err=True
        )


def _lists(planned: ImportPlan) -> list[tuple[str, list[Line]]]:
    return [
        ("new", planned.new),
        ("renamed", planned.renamed),
        ("population changed", planned.population),
        ("enters the listed size", planned.entering),
        ("leaves the listed size", planned.leaving),
        ("back again", planned.returned),
        ("gone (marked, kept)", planned.gone),
        ("estimate hidden", planned.hidden),
        ("in no official file, but in use", planned.kept),
    ]


def _print_successions(report: SuccessionReport) -> None:
    if report.changes_nothing:
        click.echo("Nothing changed: all of it was done before, or concerns no known town.")
    else:
        _print_lists(
            [("dissolved", report.dissolved), ("new key", report.rekeyed), ("renamed", report.renamed)]
        )
        click.echo(f"Statements that became drafts: {report.drafts}; accesses moved: {report.memberships}")
    _print_lists([("not in the register", report.unknown)] if report.unknown else [])
    if report.unknown:
        click.echo(
            "Import the register of the same year and repeat this command if towns above should be known."
        )
    if report.partial_transfers:
        click.echo(f"Rows on parts of a territory, which change no profile: {report.partial_transfers}")


def _print_lists(lists: Iterable[tuple[str, list[Line]]]) -> None:
    for title, lines in lists:
        click.echo(f"{title + ':':32}{len(lines):>7,}")
        _table((line.ags, line.name, _change(line)) for line in lines[:LINES_SHOWN])
        if len(lines) > LINES_SHOWN:
            click.echo(f"    and {len(lines) - LINES_SHOWN:,} more")


def _change(line: Line) -> str:
    if line.before is None or line.after is None:
        return _shown(line.before if line.after is None else line.after)
    return f"{_shown(line.before)} -> {_shown(line.after)}"


def _shown(value: str | int | None) -> str:
    return value if isinstance(value, str) else _number(value)


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _table(rows: Iterable[tuple[str, ...]]) -> None:
    cells = list(rows)
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("    " + "  ".join(padded).rstrip())
