"""Forks ``flask`` commands on request: a process that is killed every second should not import for two.

Reads commands from standard input, a line each, and writes ``started PID``; whatever ends is written as ``ended PID``.
"""

import os
import sys
from contextlib import suppress
from threading import Thread

import click
import flask.cli

import wsgi  # noqa: F401  # what every command would import first


def main() -> None:
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _run(line.split())
        click.echo(f"started {pid}")
        Thread(target=_await, args=(pid,), daemon=True).start()


def _run(arguments: list[str]) -> None:
    # The commands' own words would stand between ours.
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    sys.argv = ["flask", *arguments]
    with suppress(SystemExit):
        flask.cli.main()
    os._exit(0)


def _await(pid: int) -> None:
    os.waitpid(pid, 0)
    click.echo(f"ended {pid}")


if __name__ == "__main__":
    main()
