"""``flask jobs``: the one process that keeps the timetable."""

import click
from flask import current_app
from flask.cli import AppGroup

from kleinstadt_net import jobs

group = AppGroup("jobs", help="The timetable: letters, rounds, digests, housekeeping.")


@group.command("run")
def run() -> None:
    """Run all jobs when they are due until told to stop (SIGTERM, Ctrl-C)."""
    for job in jobs.JOBS:
        click.echo(f"{job.name}: {job.trigger}")
    with jobs.stopping() as stop:
        click.echo("Jobs are running.")
        jobs.run(current_app._get_current_object(), stop)  # type: ignore[attr-defined]
    click.echo("Jobs have ended.")
