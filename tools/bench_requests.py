"""What the benchmarks of pages share: the databases, a signed-in person, her requests, their times and queries.

PostgreSQL is started as for the tests, or is the server TEST_DATABASE_URL names.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

# A script's own directory is searched first, and a tool here bears the name of a library.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from kleinstadt_net.database import db
from tests.support import databases, postgres
from tools.bench_network import EMAIL, PASSWORD

REQUESTS = 120
READS = ("SELECT", "WITH")
HEAD = "ms: half, 95 of 100, processor; queries"

# By the clock on the wall, and of this process's processor, in milliseconds.
Took = tuple[float, float]
Place = Callable[[], Any]


@dataclass(frozen=True)
class Page:
    """An address under the name it is printed with, and headers to ask with.

    ``promised``: the most milliseconds (p95); ``queries``: the most queries; None where nothing is promised.
    """

    name: str
    address: str
    promised: float | None = None
    headers: Mapping[str, str] | None = None
    queries: int | None = None


# As large as the first page.
BARE = Page("a bare answer", "/")


def signed_in(app: Flask) -> FlaskClient:
    """The browser of the one person of ``bench_network``."""
    client = app.test_client()
    app.config["WTF_CSRF_ENABLED"] = False
    client.post("/anmelden", data={"email": EMAIL, "password": PASSWORD})
    app.config["WTF_CSRF_ENABLED"] = True
    return client


def asking(client: FlaskClient, page: Page) -> Callable[[], object]:
    return lambda: client.get(page.address, headers=page.headers)


def size(client: FlaskClient, page: Page) -> int:
    """The bytes of the page. Raises RuntimeError where there is none."""
    response = client.get(page.address, headers=page.headers)
    if response.status_code != 200:
        raise RuntimeError(f"{page.address} answered {response.status_code}")
    return len(response.data)


def queries(client: FlaskClient, page: Page) -> int:
    """How often one request reads from the database."""
    with _counted(client.application) as statements:
        client.get(page.address, headers=page.headers)
    return len(statements)


def bare(size: int) -> Callable[[], object]:
    """Flask and nothing else, answering so many bytes: what the machine itself takes at the moment."""
    app = Flask("bare")
    body = "x" * size
    app.add_url_rule("/", view_func=lambda: body)
    client = app.test_client()
    return lambda: client.get("/")


def in_turns(actions: Mapping[str, Callable[[], object]]) -> dict[str, list[Took]]:
    """Milliseconds by name; every action once, then all again."""
    times: dict[str, list[Took]] = {name: [] for name in actions}
    for _ in range(REQUESTS):
        for name, action in actions.items():
            times[name].append(milliseconds(action))
    return times


def milliseconds(action: Callable[[], object]) -> Took:
    start, busy = time.perf_counter(), time.process_time()
    action()
    return (time.perf_counter() - start) * 1000, (time.process_time() - busy) * 1000


def summary(times: list[Took]) -> tuple[float, float, float]:
    """Half of the times, 95 of 100, and half of the processor's."""
    wall, busy = (sorted(column) for column in zip(*times, strict=True))
    return wall[len(wall) // 2], wall[int(len(wall) * 0.95)], busy[len(busy) // 2]


def measure(client: FlaskClient, pages: Sequence[Page]) -> list[str]:
    """Print a line for every page, all in turns; answers a sentence for each that asks the database too often."""
    asked = {page.name: queries(client, page) for page in pages if size(client, page)}
    actions = {page.name: asking(client, page) for page in pages}
    times = in_turns({**actions, BARE.name: bare(size(client, pages[0]))})
    line(BARE, times[BARE.name], 0)
    for page in pages:
        line(page, times[page.name], asked[page.name])
    return [
        f"{page.name}: {asked[page.name]} queries, promised are {page.queries}"
        for page in pages
        if page.queries is not None and asked[page.name] > page.queries
    ]


def line(page: Page, times: list[Took], asked: int) -> None:
    """Print what was measured of a page, and whether it holds what is promised."""
    median, p95, cpu = summary(times)
    said = f"promised {page.promised:.0f}" if page.promised else ""
    missed = "  MISSED" if page.promised and p95 > page.promised else ""
    print(f"  {page.name:50} {median:8.1f} {p95:8.1f} {cpu:8.1f} {asked:4}  {said}{missed}", flush=True)


def parse(description: str, small: str) -> argparse.Namespace:
    """The arguments all of them take; ``small`` says what is left out where one database is chosen."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--sqlite", action="store_true", help=f"SQLite alone, {small}")
    parser.add_argument("--postgresql", action="store_true", help="the same on PostgreSQL")
    return parser.parse_args()


def is_chosen(options: argparse.Namespace) -> bool:
    """Whether one database was asked for."""
    return bool(options.sqlite or options.postgresql)


def places(options: argparse.Namespace) -> dict[str, Place]:
    """The databases to measure on, by name: those asked for, else all there are."""
    known: dict[str, Place] = {"SQLite": _sqlite, "PostgreSQL": _postgresql}
    wanted = {"SQLite": options.sqlite, "PostgreSQL": options.postgresql}
    if is_chosen(options):
        known = {name: place for name, place in known.items() if wanted[name]}
    if not postgres.is_available():
        known.pop("PostgreSQL", None)
        print(postgres.MISSING)
    return known


def load() -> str:
    """How busy the machine is, to be printed beside what was measured."""
    return f"load {os.getloadavg()[0]:.1f}"


def finish(complaints: Sequence[str]) -> None:
    """Say what was not held, and end the program accordingly."""
    for complaint in complaints:
        sys.stderr.write(f"TOO MANY QUERIES: {complaint}\n")
    sys.exit(1 if complaints else 0)


@contextmanager
def _counted(app: Flask) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.lstrip().upper().startswith(READS):
            statements.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


@contextmanager
def _sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as directory:
        yield f"sqlite:///{Path(directory) / 'bench.sqlite3'}"


@contextmanager
def _postgresql() -> Iterator[str]:
    server = postgres.start()
    try:
        made = databases.new_postgresql(server, "kleinstadt_bench", "template0")
        yield made.url
        databases.remove_postgresql(server, "kleinstadt_bench")
    finally:
        server.stop()
