"""``flask demo``: invented towns to try the service with; never in Production."""

import os
from pathlib import Path

import click
from flask.cli import AppGroup

from kleinstadt_net import settings
from kleinstadt_net.services import demonstration

group = AppGroup("demo", help="Invented towns to try the service with.")
CREDENTIALS_FILE = "demo-accounts.txt"


@group.command("load")
def load() -> None:
    """Invent 300 towns with a small cast of people; does nothing where they exist."""
    if settings.current().is_production:
        raise click.ClickException("the demonstration is not for Production")
    if demonstration.exists():
        click.echo("The demonstration is there already.")
        return
    click.echo("Inventing 300 towns, running this month's round, writing the first letters ...")
    try:
        credentials = demonstration.load()
    except demonstration.NotEmpty:
        raise click.ClickException("this database holds accounts already; use an empty one") from None
    path = settings.current().data_dir / CREDENTIALS_FILE
    _write_privately(path, credentials)
    click.echo(f"Done. Who to sign in as stands in {path}.")


@group.command("remove")
@click.confirmation_option(prompt="Delete all invented towns, their people and all rounds?")
def remove() -> None:
    """Delete everything invented and make this a regular installation."""
    click.echo(f"{demonstration.remove()} invented towns removed.")
    (settings.current().data_dir / CREDENTIALS_FILE).unlink(missing_ok=True)


def _write_privately(path: Path, credentials: list[demonstration.Credential]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        f"{person.part}\n  E-Mail:   {person.email}\n  Passwort: {person.password}\n"
        for person in credentials
    ]
    # Created unreadable for others, not made so afterwards.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("\n".join(lines))
