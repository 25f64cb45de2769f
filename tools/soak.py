"""The long crash test: processes that deliver letters are killed at random moments, and the mailboxes counted.

    python tools/soak.py [--kills 200] [--letters 300] [--seed 1]

On both databases, each of its own and removed afterwards. Exits with 1 when a letter was lost, came under another
Message-ID, or was doubled though nobody was sending it at a kill. The short version is in tests/mail/test_processes.py.
"""

import argparse
import logging
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

# A script's own directory is searched first, and a tool here bears the name of a library.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from tests.mail.crashing import CrashReport, crash
from tests.mail.processes import commands
from tests.support import databases, postgres
from tests.support.databases import Database
from tests.support.smtp import PostOffice

NAME = "kleinstadt_soak"


@contextmanager
def every_database(directory: Path) -> Iterator[list[Database]]:
    """One of each kind, migrated and empty."""
    with ExitStack() as stack:
        made = [databases.sqlite_copy(databases.sqlite_template(directory), directory)]
        if postgres.is_available():
            server = postgres.start()
            stack.callback(server.stop)
            databases.postgresql_template(server)
            made.append(databases.new_postgresql(server, NAME))
            stack.callback(databases.remove_postgresql, server, NAME)
        yield made


def soak(database: Database, directory: Path, *, letters: int, kills: int, seed: int) -> CrashReport:
    """One run on one database, before a mail server of its own."""
    smtp = PostOffice()
    smtp.start()
    try:
        with databases.application(database.url).app_context(), commands(database, directory) as started:
            return crash(started, smtp, letters=letters, kills=kills, seed=seed)
    finally:
        smtp.stop()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--letters", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    logging.disable(logging.INFO)
    is_bad = False
    with tempfile.TemporaryDirectory() as directory, every_database(Path(directory)) as found:
        for database in found:
            report = soak(
                database, Path(directory), letters=given.letters, kills=given.kills, seed=given.seed
            )
            is_bad |= bool(report.lost or report.strange or report.unsent or report.doubled > report.kills)
            print(f"{database.kind:<12} {report}", flush=True)
    return int(is_bad)


if __name__ == "__main__":
    sys.exit(main())
