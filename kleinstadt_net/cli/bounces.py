"""``flask bounces``: read what came back and draw the conclusions."""

import sys
from collections import Counter
from pathlib import Path

import click
from flask.cli import AppGroup

from kleinstadt_net import clock, jobs
from kleinstadt_net.services import bounce_mailbox, bounces

group = AppGroup("bounces", help="Reports about letters that came back.")

# Beside the mailbox's own folders, as Maildir++ has them.
DONE = ".processed/cur"


@group.command("process")
@click.argument("source")
def process(source: str) -> None:
    """Read the Maildir SOURCE, or one message from standard input (-).

    A message moves to the folder .processed once what follows from it is stored; one that cannot be read gets a star.
    """
    found = _read_maildir(Path(source)) if source != "-" else Counter([bounces.take(sys.stdin.buffer.read())])
    _conclude(bounces.said(found))


@group.command("poll")
@click.option("--limit", type=click.IntRange(min=1), default=bounce_mailbox.MESSAGES, show_default=True)
def poll(limit: int) -> None:
    """Read the mailbox of MAIL_IMAP_SERVER, at most so many messages.

    A message moves to MAIL_IMAP_DONE_FOLDER once what follows from it is stored; one that cannot be read gets a star.
    """
    if not bounce_mailbox.is_configured():
        raise click.ClickException("MAIL_IMAP_SERVER is not set.")
    with jobs.stopping() as stop:
        found = bounce_mailbox.poll(limit, stop=stop.is_set)
    _conclude(str(found))
    if found.error:
        raise click.ClickException(f"The mailbox cannot be used: {found.error}.")
    click.echo(f"Left in the mailbox: {found.waiting}.")


def _conclude(found: str) -> None:
    click.echo(f"Messages: {found}. Letters to colleagues: {bounces.tell_colleagues(clock.now())}.")


def _read_maildir(maildir: Path) -> Counter[bounces.Outcome]:
    if not (maildir / "new").is_dir():
        raise click.ClickException(f"{maildir} is no Maildir: it has no folder 'new'.")
    done = maildir / DONE
    done.mkdir(parents=True, exist_ok=True)
    found: Counter[bounces.Outcome] = Counter()
    for folder in ("new", "cur"):
        for path in sorted((maildir / folder).glob("*")):
            outcome = bounces.take(path.read_bytes())
            found[outcome] += 1
            path.rename(done / (_flagged(path.name) if outcome == "unreadable" else path.name))
    return found


def _flagged(name: str) -> str:
    """The name of a message with a star, as mail programs show it."""
    base, _, flags = name.partition(":2,")
    return f"{base}:2,{''.join(sorted({*flags, 'F'}))}"
