"""``flask domains``: the register of official mail domains."""

from collections.abc import Callable
from pathlib import Path

import click
from flask.cli import AppGroup

from kleinstadt_net.importers import UnreadableFile
from kleinstadt_net.services import domains
from kleinstadt_net.services.operator_tables import TableReport

group = AppGroup("domains", help="Official mail domains of towns.")

# Enough to see what is wrong; whoever needs all of it has the file.
PROBLEMS_SHOWN = 20


@group.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Print what would change, and change nothing.")
def import_(file: Path, dry_run: bool) -> None:
    """Bring a CSV file with the columns ags,domain[,source] into the register."""
    run_import(domains.import_file, file, dry_run)


def run_import(act: Callable[..., TableReport], file: Path, dry_run: bool) -> None:
    """Import an operator's table and print what became of its rows."""
    try:
        report = act(file, dry_run=dry_run)
    except UnreadableFile as error:
        raise click.ClickException(f"{error} Nothing was changed.") from error
    for problem in report.problems[:PROBLEMS_SHOWN]:
        click.echo(f"line {problem.line}: {problem.reason}", err=True)
    if report.problems:
        more = len(report.problems) - PROBLEMS_SHOWN
        shown = f" ({more} not shown)" if more > 0 else ""
        click.echo(f"Rows left out: {len(report.problems)}{shown}", err=True)
    click.echo(f"added: {report.added:,}, changed: {report.changed:,}, unchanged: {report.unchanged:,}")
    if dry_run:
        click.echo("Dry run: nothing was written.")
