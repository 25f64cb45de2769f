"""Commands for operators: ``flask <noun> <verb>``. English, one file per noun, exit code 1 with a reason."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Attach every command group to the application."""
    from kleinstadt_net.cli import (
        accounts,
        bounces,
        demo,
        digests,
        domains,
        jobs,
        letters,
        matching,
        numbers,
        rounds,
        town_addresses,
        towns,
    )

    for noun in (
        accounts,
        bounces,
        demo,
        digests,
        domains,
        jobs,
        letters,
        matching,
        numbers,
        rounds,
        town_addresses,
        towns,
    ):
        app.cli.add_command(noun.group)
