"""``flask rounds``: run a month's round, exactly once, and say what came of it."""

import re
import sys

import click
from flask.cli import AppGroup

from kleinstadt_net import clock
from kleinstadt_net.services import round_reports, rounds, welcome
from kleinstadt_net.services.rounds import RoundResult

group = AppGroup("rounds", help="The monthly round of suggestions.")
MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
# Enough to see what is going on; the rest is in the database.
NOTES_SHOWN = 20
WHY = {
    True: "the others are known, declined, put off or lately proposed",
    False: "the others stand in as many lists as they may",
}
REMARKS = {
    "no_peer": "{one.towns} towns without a suggestion: {why}",
    "not_named": "{one.towns} towns in nobody's list",
    "fewer": "{one.towns} towns with {one.received} of {one.wanted} suggestions: {why}",
    "repeated": "{one.towns} pairs proposed lately were proposed again: the town had nobody else",
    "one_more": "{one.towns} towns with {one.received} suggestions for {one.wanted}, so that another has one",
}


@group.command("run")
@click.option("--month", help="Month of the round, such as 2026-12; default: the present one.")
def run(month: str | None) -> None:
    """Store the suggestions of a month; a month that is stored already stays as it is."""
    if month is not None and not MONTH.fullmatch(month):
        raise click.BadParameter("a month looks like 2026-12", param_hint="--month")
    result = rounds.run(month or clock.current_month())
    if not result.stored:
        click.echo(f"{result.month}: {result.active} active towns, at least two are needed", err=True)
        sys.exit(1)
    _report(result)


def _report(result: RoundResult) -> None:
    slots = ", ".join(f"{count} {slot}" for slot, count in (result.slots or {}).items())
    click.echo(f"{result.month}: {'stored now' if result.created else 'was stored before, unchanged'}")
    click.echo(f"{result.active} active towns, {result.suggestions} suggestions ({slots})")
    click.echo(f"coverage out: {_coverage(result.active, result.without)} received a suggestion")
    click.echo(f"coverage in:  {_coverage(result.active, result.unnamed)} stand in a list")
    click.echo(f"most lists a town stands in: {result.most_lists}")
    for remark in round_reports.remarks(result.notes):
        click.echo(REMARKS[remark.code].format(one=remark, why=WHY[remark.resting]))
    for note in result.notes[:NOTES_SHOWN]:
        click.echo(f"note: {note}")
    if len(result.notes) > NOTES_SHOWN:
        click.echo(f"and {len(result.notes) - NOTES_SHOWN} more notes")


def _coverage(active: int, missed: int) -> str:
    share = (active - missed) / active if active else 1.0
    return f"{active - missed} of {active} towns ({share:.1%})"


@group.command("welcome")
@click.option(
    "--now",
    "any_time",
    is_flag=True,
    help="At any time, not only in office hours an hour after the first statement.",
)
def welcome_newcomers(any_time: bool) -> None:
    """Write to towns that have said something for the first time, with suggestions from the running month."""
    report = welcome.write_due(clock.now(), any_time=any_time)
    click.echo(f"{report.written} towns welcomed, {report.overtaken} elsewhere, {report.failed} failed")
    if report.failed:
        click.echo("the log names the towns and the reasons", err=True)
        sys.exit(1)
