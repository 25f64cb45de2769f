"""Runs several ``flask`` commands at once, each in a process of its own.

    python launcher.py "jobs run" "@2026-12-01T09:30+01:00 letters deliver" ...

The processes are forked once the application is imported: otherwise a test of ten would mostly
measure imports. A moment before a command is what its clock shows at first. Prints a line when a process
starts and when it ends; exits with the worst code.
"""

import os
import sys
from datetime import datetime

import click
import flask.cli
import time_machine

import wsgi  # noqa: F401  # what every command would import first


def main(commands: list[str]) -> int:
    pids = [_start(command) for command in commands]
    worst = 0
    for _ in pids:
        pid, status = os.wait()
        code = os.waitstatus_to_exitcode(status)
        click.echo(f"ended {pid} {code}")
        worst = max(worst, abs(code))
    return worst


def _start(command: str) -> int:
    pid = os.fork()
    if pid == 0:
        first, *rest = command.split()
        if first.startswith("@"):
            time_machine.travel(datetime.fromisoformat(first[1:])).start()
        sys.argv = ["flask", *(rest if first.startswith("@") else [first, *rest])]
        flask.cli.main()
        os._exit(0)
    click.echo(f"started {pid} {command}")
    return pid


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
