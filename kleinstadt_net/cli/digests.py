"""``flask digests``: write the Monatsbriefe that are due into the outbox, and see those of months to come."""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from flask import current_app
from flask.cli import AppGroup

from kleinstadt_net import clock, formats
from kleinstadt_net.database import Base, db
from kleinstadt_net.services import digest_rehearsal, digest_simulation, digests
from kleinstadt_net.services.digest_writing import Outcome
from kleinstadt_net.services.digests import EnqueueReport
from kleinstadt_net.settings import SETTINGS_KEY

group = AppGroup("digests", help="The monthly letter.")
# What a dry run says of one person; another process, which could be faster, is none there.
IN_WORDS: dict[Outcome, str] = {
    "enqueued": "gets a letter",
    "asked": "is asked whether to pause",
    "nothing_new": "gets none, there is nothing new",
    "waiting_for_round": "waits for the round of the month",
    "failed": "gets none, it cannot be made; the log says why",
}
MONTH = re.compile(r"20[0-9][0-9]-(0[1-9]|1[0-2])")


@group.command("enqueue")
@click.option("--month", help="Month of the issue, such as 2026-12; default: the present one.")
@click.option(
    "--now",
    "any_day",
    is_flag=True,
    help="On any day, not only from the first Tuesday on.",
)
@click.option(
    "--dry-run", is_flag=True, help="Make every letter, write none; say what each person would get."
)
def enqueue(month: str | None, any_day: bool, dry_run: bool) -> None:
    """Write the letter of everybody who is due, exactly once."""
    if month is not None and not MONTH.fullmatch(month):
        raise click.BadParameter("a month looks like 2026-12", param_hint="--month")
    report = (
        _rehearse(month, any_day)
        if dry_run
        else digests.enqueue_due(clock.now(), month=month, any_day=any_day)
    )
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


def _rehearse(month: str | None, any_day: bool) -> EnqueueReport:
    outcomes: Counter[str] = Counter()
    for one in digest_rehearsal.rehearse(clock.now(), month=month, any_day=any_day):
        outcomes[one.outcome] += 1
        said = IN_WORDS[one.outcome] + (f": {one.subject}" if one.subject else "")
        click.echo(f"account {one.account_id}, {one.town}: {said}")
    return EnqueueReport(**outcomes)


@group.command("simulate")
@click.option("--months", type=click.IntRange(1, 120), default=24, show_default=True)
@click.option(
    "--towns", type=click.IntRange(2, 2_000), help="Invent so many instead of copying this database."
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed, the same months.")
@click.option(
    "--jitter",
    type=click.IntRange(0, 29),
    default=25,
    show_default=True,
    help="How many minutes a tick comes early or late.",
)
def simulate(months: int, towns: int | None, seed: int, jitter: int) -> None:
    """Print who would get what when, on a scratch database; changes and sends nothing."""
    outcomes: Counter[str] = Counter()
    with _scratch(towns, seed):
        for one in digest_simulation.run(months, seed=seed, jitter=jitter):
            outcomes[one.outcome] += 1
            click.echo(
                f"{one.at:%Y-%m-%d %H:%M}  {one.month}  account {one.account_id}  {one.town}  {one.outcome}"
                + (f"  {one.subject}" if one.subject else "")
            )
    counted = ", ".join(f"{formats.number(count)} {outcome}" for outcome, count in sorted(outcomes.items()))
    click.echo(f"{months} months: {counted or 'nobody reads the Monatsbrief'}")


@contextmanager
def _scratch(towns: int | None, seed: int) -> Iterator[None]:
    """An application of its own on an SQLite file that is gone afterwards."""
    # The factory imports this file.
    from kleinstadt_net import create_app

    with TemporaryDirectory() as directory:
        url = f"sqlite:///{Path(directory) / 'simulation.sqlite3'}"
        settings = current_app.config[SETTINGS_KEY].model_copy(
            update={"database_url": url, "data_dir": Path(directory)}
        )
        config = {
            **current_app.config,
            SETTINGS_KEY: settings,
            "SQLALCHEMY_DATABASE_URI": url,
            "SQLALCHEMY_ENGINE_OPTIONS": {},
        }
        scratch = create_app(config)
        with scratch.app_context():
            engine = db.engine
            Base.metadata.create_all(engine)
        if towns is None:
            with engine.begin() as connection:
                digest_simulation.copy_into(connection)
        with scratch.app_context():
            try:
                if towns is not None:
                    digest_simulation.invent(towns, seed)
                yield
            finally:
                db.session.remove()
                engine.dispose()
