"""``flask`` commands as processes of their own, with their settings in the environment."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support import databases
from tests.support.databases import Database
from tests.support.smtp import LOOPBACK

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 120
NO_SETTINGS: Mapping[str, str] = {}


class Commands:
    """Starts commands on one database and one mail server, and ends whatever a test leaves running."""

    def __init__(self, database: Database, data_dir: Path) -> None:
        self.running: list[subprocess.Popen[str]] = []
        self._environment = {
            **os.environ,
            "FLASK_APP": "wsgi",
            "KLEINSTADT_CONFIG": "testing",
            "DATABASE_URL": database.url,
            "SECRET_KEY": databases.SECRET_KEY,
            "DATA_DIR": str(data_dir),
            "MAIL_SERVER": LOOPBACK,
            # Ten processes on two cores: a pool of threads in each would only make them wait.
            "OPENBLAS_NUM_THREADS": "1",
        }

    def start(self, *arguments: str, port: int) -> subprocess.Popen[str]:
        """``flask`` with these arguments, before the mail server at ``port``."""
        return self._run(["-m", "flask", *arguments], port)

    def start_together(self, commands: list[str], port: int) -> subprocess.Popen[str]:
        """The launcher of several commands; its output says which process is which."""
        return self._run(["-m", "tests.mail.launcher", *commands], port)

    def start_forker(self, port: int, **settings: object) -> subprocess.Popen[str]:
        """Forks commands that are written to its standard input; settings by their names in lower case."""
        named = {name.upper(): str(value) for name, value in settings.items()}
        return self._run(["-m", "tests.mail.forker"], port, named)

    def _run(
        self, arguments: list[str], port: int, settings: Mapping[str, str] = NO_SETTINGS
    ) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**self._environment, "MAIL_PORT": str(port), **settings},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.running.append(process)
        return process

    def end(self) -> None:
        for process in self.running:
            # The group, because a launcher that was killed alone would leave its children behind.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit code and output of a process that is about to end."""
    output, _ = process.communicate(timeout=SECONDS)
    return process.returncode, output


@contextmanager
def commands(database: Database, data_dir: Path) -> Iterator[Commands]:
    made = Commands(database, data_dir)
    try:
        yield made
    finally:
        made.end()
