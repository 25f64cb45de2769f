"""``flask digests``: write the Monatsbriefe that are due into the outbox."""

import re
import sys

import click
from flask.cli import AppGroup

from kleinstadt_net import clock
from kleinstadt_net.services import digest_rehearsal, digests

group = AppGroup("digests", help="The monthly letter.")
MONTH = re.compile(r"20[0-9][0-9]-(0[1-9]|1[0-2])")


@group.command("enqueue")
@click.option("--month", help="Month of the issue, such as 2026-12; default: the present one.")
@click.option(
    "--now",
    "any_day",
    is_flag=True,
    help="On any day, not only from the first Tuesday on.",
)
@click.option("--dry-run", is_flag=True, help="Write nothing; only say what would be written now.")
def enqueue(month: str | None, any_day: bool, dry_run: bool) -> None:
    """Write the letter of everybody who is due, exactly once."""
    if month is not None and not MONTH.fullmatch(month):
        raise click.BadParameter("a month looks like 2026-12", param_hint="--month")
    write = digest_rehearsal.rehearse if dry_run else digests.enqueue_due
    report = write(clock.now(), month=month, any_day=any_day)
    click.echo(
        ("Dry run, nothing is written: " if dry_run else "")
        + f"{report.enqueued} letters written, {report.asked} asking about a pause, "
        f"{report.nothing_new} with nothing new, "
        f"{report.waiting_for_round} waiting for the round, {report.overtaken} written elsewhere, "
        f"{report.failed} failed"
    )
    if report.failed:
        click.echo("the log names the accounts and the reasons", err=True)
        sys.exit(1)
