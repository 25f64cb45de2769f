"""Measure pages at the server with 30 and with 10,752 listed towns, on SQLite and PostgreSQL, beside a bare answer.

    python tools/bench_pages.py [--sqlite | --postgresql]

Warm requests of a signed-in person inside one process: half of them and 95 of a hundred take no longer than what is
printed, with the queries and the bytes of one. All lines take turns, so that a machine that slows down slows all of
them, the bare Flask answers of as many bytes too. Towns and their texts are invented and exist only there. PostgreSQL
is started as for the tests, or is the server TEST_DATABASE_URL names.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

# A script's own directory is searched first, and a tool here bears the name of a library.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Town
from kleinstadt_net.services import stances
from tests.support import databases, postgres
from tools.bench_network import EMAIL, PASSWORD, application

REQUESTS = 120
SAVED = 15
AFTER_SAVING = "directory, no filter, after a statement was saved"
SCRIPT = {"HX-Request": "true"}


# By the clock on the wall, and of this process's processor, in milliseconds.
Took = tuple[float, float]


@dataclass(frozen=True)
class Page:
    """An address under the name it is printed with, the most milliseconds promised (p95), and headers to ask with."""

    name: str
    address: str
    promised: float | None = None
    headers: Mapping[str, str] | None = None


PAGES = (
    Page("directory, no filter", "/staedte", 60),
    Page("directory, Land + topic + state", "/staedte?land=07&thema=innenstadt&angabe=strength", 60),
    Page("directory, a word of the texts", "/staedte?suche=wochenmarkt", 60),
    Page("directory, a name", "/staedte?suche=ahorn", 60),
    Page("directory, a mistyped name", "/staedte?suche=elernrohde", 60),
    Page("while typing, one letter", "/staedte/vorschlaege?suche=a", 30, SCRIPT),
    Page("while typing, a name", "/staedte/vorschlaege?suche=ahornb", 30, SCRIPT),
    Page("while typing, a mistyped name", "/staedte/vorschlaege?suche=elernrohde", 30, SCRIPT),
    Page("map of all towns", "/staedte/karte", 200),
    Page("map of all towns, for the script", "/staedte/karte.json", 200),
    Page("Übersicht", "/uebersicht"),
)


@dataclass(frozen=True)
class Measured:
    """Milliseconds of a page, its processor time, those of a bare Flask answer of as many bytes; queries and bytes."""

    median: float
    p95: float
    cpu: float
    bare: float
    queries: int
    size: int


def measured(count: int, url: str) -> dict[str, Measured]:
    """By line what was measured with ``count`` towns in the empty database at ``url``."""
    with tempfile.TemporaryDirectory() as directory, application(Path(directory), count, url) as app:
        client = _signed_in(app)
        sizes = {page.name: _size(client, page) for page in PAGES}
        queries = {page.name: _queries(client, page) for page in PAGES}
        pages = {page.name: _asking(client, page) for page in PAGES}
        # A page and its bare answer take turns with all others.
        times = _in_turns({**pages, **{f"bare {name}": _bare(size) for name, size in sizes.items()}})
        found = {
            name: Measured(
                *_summary(times[name]), _summary(times[f"bare {name}"])[0], queries[name], sizes[name]
            )
            for name in pages
        }
        saved, asked = _after_saving(app, client)
        first = found[PAGES[0].name]
        return {**found, AFTER_SAVING: Measured(*_summary(saved), first.bare, asked, first.size)}


def _signed_in(app: Flask) -> FlaskClient:
    client = app.test_client()
    app.config["WTF_CSRF_ENABLED"] = False
    client.post("/anmelden", data={"email": EMAIL, "password": PASSWORD})
    app.config["WTF_CSRF_ENABLED"] = True
    return client


def _asking(client: FlaskClient, page: Page) -> Callable[[], object]:
    return lambda: client.get(page.address, headers=page.headers)


def _size(client: FlaskClient, page: Page) -> int:
    response = client.get(page.address, headers=page.headers)
    if response.status_code != 200:
        raise RuntimeError(f"{page.address} answered {response.status_code}")
    return len(response.data)


def _queries(client: FlaskClient, page: Page) -> int:
    with _counted(client.application) as queries:
        client.get(page.address, headers=page.headers)
    return len(queries)


def _bare(size: int) -> Callable[[], object]:
    app = Flask("bare")
    body = "x" * size
    app.add_url_rule("/", view_func=lambda: body)
    client = app.test_client()
    return lambda: client.get("/")


def _after_saving(app: Flask, client: FlaskClient) -> tuple[list[Took], int]:
    """The first page after somebody saved a statement, which reads that town anew; and the queries of one."""
    with app.app_context():
        account_id = db.session.scalars(select(Account.id)).one()
        town_id = db.session.scalars(select(func.min(Town.id))).one()
        version = stances.find(town_id, "t04").version

    def save(run: int) -> None:
        said = f"Der Wochenmarkt ist zum {run}. Mal zurück."
        with app.app_context():
            stances.save(
                town_id, account_id, "t04", state="strength", sentence=said, since=None, version=version + run
            )

    times = []
    for run in range(SAVED):
        save(run)
        times.append(_milliseconds(_asking(client, PAGES[0])))
    save(SAVED)
    return times, _queries(client, PAGES[0])


def _in_turns(actions: Mapping[str, Callable[[], object]]) -> dict[str, list[Took]]:
    """Milliseconds by name; every action once, then all again."""
    times: dict[str, list[Took]] = {name: [] for name in actions}
    for _ in range(REQUESTS):
        for name, action in actions.items():
            times[name].append(_milliseconds(action))
    return times


def _milliseconds(action: Callable[[], object]) -> Took:
    start, busy = time.perf_counter(), time.process_time()
    action()
    return (time.perf_counter() - start) * 1000, (time.process_time() - busy) * 1000


def _summary(times: list[Took]) -> tuple[float, float, float]:
    """Half of the times, 95 of 100, and half of the processor's."""
    wall, busy = (sorted(column) for column in zip(*times, strict=True))
    return wall[len(wall) // 2], wall[int(len(wall) * 0.95)], busy[len(busy) // 2]


@contextmanager
def _counted(app: Flask) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
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


def _print(found: Mapping[str, Measured]) -> None:
    promised = {page.name: page.promised for page in PAGES}
    for name, line in found.items():
        limit = promised.get(name)
        said = f"promised {limit:.0f}" if limit else ""
        times = f"{line.median:8.1f} {line.p95:8.1f} {line.cpu:8.1f} {line.bare:8.1f}"
        print(f"  {name:50} {times} {line.queries:4} {line.size:9,}  {said}", flush=True)


def main() -> None:
    """Print the figures for a small and for the full network."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sqlite", action="store_true", help="SQLite alone, with the full network alone")
    parser.add_argument("--postgresql", action="store_true", help="the same on PostgreSQL")
    options = parser.parse_args()
    places: dict[str, Callable[[], Any]] = {"SQLite": _sqlite, "PostgreSQL": _postgresql}
    if not postgres.is_available():
        del places["PostgreSQL"]
        print(postgres.MISSING)
    if options.sqlite or options.postgresql:
        wanted = {"SQLite": options.sqlite, "PostgreSQL": options.postgresql}
        places = {name: place for name, place in places.items() if wanted[name]}
    for database, place in places.items():
        for count in (10_752,) if options.sqlite or options.postgresql else (30, 10_752):
            load = os.getloadavg()[0]
            print(
                f"{count:,} towns on {database} (ms: half, 95 of 100, processor, bare; queries; bytes), load {load:.1f}"
            )
            with place() as url:
                _print(measured(count, url))


if __name__ == "__main__":
    main()
