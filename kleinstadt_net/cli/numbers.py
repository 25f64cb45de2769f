"""``flask numbers``: what towns did together in a period."""

import sys

import click
from flask.cli import AppGroup

from kleinstadt_net.services import operator_numbers
from kleinstadt_net.services.operator_numbers import Period

group = AppGroup("numbers", help="The numbers of a period, small ones hidden.")


@group.command("export")
@click.option("--from", "first", required=True, help="First month, such as 2026-01.")
@click.option("--to", "last", required=True, help="Last month, counted as well.")
def export(first: str, last: str) -> None:
    """Write the table by Land as CSV to standard output."""
    try:
        period = Period(first, last)
    except ValueError:
        click.echo("months look like 2026-01, and the first is not after the last", err=True)
        sys.exit(1)
    click.echo(operator_numbers.as_csv(operator_numbers.of_period(period)), nl=False)
