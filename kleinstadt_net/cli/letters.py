"""``flask letters``: deliver what is due, send a test letter, look at what has not arrived."""

import click
from flask.cli import AppGroup

from kleinstadt_net import jobs, settings
from kleinstadt_net.mail import delivery
from kleinstadt_net.services import addresses, letters, sending

group = AppGroup("letters", help="The outbox and its delivery.")


@group.command("deliver")
@click.option("--limit", type=click.IntRange(min=1), help="At most this many letters.")
def deliver(limit: int | None) -> None:
    """Deliver the letters that are due, then end."""
    with jobs.stopping() as stop:
        report = delivery.deliver_due(limit, stop=stop.is_set)
    click.echo(f"Letters: {report}.")
    _fail_if_away(report)


@group.command("test")
@click.argument("address")
def test(address: str) -> None:
    """Send a test letter to ADDRESS through the outbox, as every letter goes."""
    try:
        key = letters.post_test_letter(address)
    except ValueError as error:
        raise click.ClickException(f"{address!r}: {error}") from error
    report = delivery.deliver_due(only_key=key)
    _fail_if_away(report)
    if report.sent:
        click.echo("The mail server accepted the test letter.")
        return
    raise click.ClickException("The test letter was not sent; see `flask letters list`.")


@group.command("list")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True)
def show(limit: int) -> None:
    """Count the letters by state and list those not sent."""
    for state, number in sorted(letters.counts().items()):
        click.echo(f"{state}: {number}")
    for line in letters.unfinished(limit):
        click.echo(f"{line.key}  {line.state}  tries {line.attempts}  next {line.next_try} UTC  {line.error}")


@group.command("retry")
@click.option(
    "--days", type=click.IntRange(min=1), default=7, show_default=True, help="Failed since so many days."
)
def retry(days: int) -> None:
    """Make failed letters due again after the cause has been mended; never those to refused addresses."""
    click.echo(f"Letters due again: {letters.retry_failed(days)}.")


@group.command("hold")
def hold() -> None:
    """After a restore: send nothing that already waited in the backup; `retry` lets letters go again."""
    click.echo(
        f"Letters held: {letters.hold_waiting()}. `flask letters list` shows them, `flask letters retry` sends them."
    )


@group.command("pause")
def pause() -> None:
    """Let no letter leave, whichever process would send it, until `resume`."""
    click.echo("Sending is paused." if sending.halt(None) else "Sending was paused already.")


@group.command("resume")
def resume() -> None:
    """Let letters leave again."""
    click.echo("Letters leave again." if sending.resume(None) else "Sending was not paused.")


@group.command("unsuppress")
@click.argument("address")
def unsuppress(address: str) -> None:
    """Write again to ADDRESS, from which letters came back."""
    if not addresses.lift(address, None):
        raise click.ClickException(f"{address!r} is not suppressed.")
    click.echo("The address is written to again; `retry` sends what was held back.")


def _fail_if_away(report: delivery.DeliveryReport) -> None:
    if report.server_error is None:
        return
    bound = settings.current()
    raise click.ClickException(
        f"The mail server {bound.mail_server}:{bound.mail_port} cannot be used ({report.server_error})."
        " The letters wait in the outbox and are tried again."
    )
