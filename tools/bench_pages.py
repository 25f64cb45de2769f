"""Measure pages at the server with 30 and with 10,752 listed towns, on SQLite and PostgreSQL, beside a bare answer.

    python tools/bench_pages.py [--sqlite | --postgresql]

Warm requests of a signed-in person inside one process: half of them and 95 of a hundred take no longer than what is
printed, with the queries and the bytes of one. All lines take turns, so that a machine that slows down slows all of
them; the last line is a bare Flask answer of the largest page's bytes. Towns and their texts are invented and exist
only there. PostgreSQL is started as for the tests, or is the server TEST_DATABASE_URL names.
"""

import argparse
import logging
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, insert, select

# A script's own directory is searched first, and a tool here bears the name of a library.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

import config
from kleinstadt_net import clock, create_app, register_data
from kleinstadt_net.database import Base, db
from kleinstadt_net.models import Account, Focus, Installation, Section, Stance, Town, TownFigure
from kleinstadt_net.services import accounts, stances, town_names
from kleinstadt_net.territory import LAENDER
from kleinstadt_net.vocabulary import SUBJECTS, THESES, State
from tests.support import databases, postgres

PASSWORD = "ein langer satz"
REQUESTS = 120
SAVED = 15
BARE = "bare Flask answer of the largest page's bytes"
SCRIPT = {"HX-Request": "true"}


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
    Page("Übersicht", "/uebersicht"),
)


@dataclass(frozen=True)
class Measured:
    """Milliseconds of a page, its queries and its bytes."""

    median: float
    p95: float
    queries: int
    size: int


def measured(count: int, url: str) -> dict[str, Measured]:
    """By line what was measured with ``count`` towns in the empty database at ``url``."""
    with tempfile.TemporaryDirectory() as directory, application(Path(directory), count, url) as app:
        client = _signed_in(app)
        sizes = {page.name: _size(client, page) for page in PAGES}
        queries = {page.name: _queries(client, page) for page in PAGES}
        bare = _bare(max(sizes.values()))
        actions = {page.name: _asking(client, page) for page in PAGES}
        times = _in_turns({**actions, BARE: bare})
        found = {
            name: Measured(*_quantiles(took), queries.get(name, 0), sizes.get(name, max(sizes.values())))
            for name, took in times.items()
        }
        saved = _after_saving(app, client)
        first = PAGES[0].name
        found[f"{first}, after a statement was saved"] = Measured(*_quantiles(saved), 0, sizes[first])
        return found


@contextmanager
def application(directory: Path, count: int, url: str = "") -> Iterator[Flask]:
    """An application with ``count`` towns, all taking part, and one account, on the empty database at ``url``.

    Without an address the database is a file in ``directory``.
    """
    url = url or f"sqlite:///{directory / 'bench.sqlite3'}"
    overrides: dict[str, Any] = {"secret_key": "x" * 40, "data_dir": directory, "database_url": url}
    app = create_app(config.load("testing", **overrides))
    logging.disable(logging.INFO)
    with app.app_context():
        Base.metadata.create_all(db.engine)
        db.session.add(Installation(id=1, kind="regular", revision=0))
        db.session.commit()
        _invent(count)
        accounts.create("karla@ellernrode.example", town_ags="99000000")
        token = accounts.create("karla@ellernrode.example", is_operator=True).token
        accounts.set_password(token, PASSWORD)
        db.session.remove()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _invent(count: int) -> None:
    draw, today, now = random.Random(7), clock.today(), clock.now()
    names = register_data.invented_names()
    words = _words(draw)
    db.session.execute(insert(Town), [_town(draw, number, names, today) for number in range(count)])
    ids = db.session.scalars(select(Town.id).order_by(Town.ags)).all()
    for model, rows in (
        (TownFigure, (row for town in ids for row in _figures(draw, town))),
        (Focus, ({"town_id": town, "thesis": key} for town in ids for key in draw.sample(list(THESES), 2))),
        (Stance, (row for town in ids for row in _statements(draw, town, words, today, now))),
        (Section, (row for town in ids for row in _sections(draw, town, words, today, now))),
    ):
        db.session.execute(insert(model), list(rows))
    db.session.commit()


def _words(draw: random.Random) -> list[str]:
    """Some thousand words to write with, of which a text holds a few."""
    syllables = (
        "markt",
        "bau",
        "platz",
        "rat",
        "weg",
        "haus",
        "feld",
        "werk",
        "bad",
        "schul",
        "lauf",
        "netz",
    )
    made = ["".join(draw.choices(syllables, k=3)) for _ in range(4_000)]
    return [*made, *("wochenmarkt", "genossenschaft", "und", "die", "der", "mit") * 40]


def _town(draw: random.Random, number: int, names: Sequence[str], today: date) -> dict[str, Any]:
    suffix = number // len(names)
    name = names[number % len(names)] + (f" {_numeral(suffix)}" if suffix else "")
    kreis = f"{names[number % 290]}kreis"
    return {
        "ags": f"99{number:06d}",
        "name_official": name,
        **town_names.columns(name, kreis),
        "kreis_name": kreis,
        "postcode": f"{number % 99_000 + 1_000:05d}",
        "land": draw.choice(list(LAENDER)),
        "kreis": "99001",
        "lat": draw.uniform(47.5, 54.5),
        "lon": draw.uniform(6.2, 14.8),
        "register_source": "invented",
        "joined_on": today,
        "revision": 0,
    }


def _numeral(number: int) -> str:
    """A number as letters, because names hold none."""
    return "".join("abcdefghij"[int(digit)] for digit in str(number))


def _figures(draw: random.Random, town_id: int) -> Iterator[dict[str, Any]]:
    area, population = draw.uniform(10, 200), draw.randint(5_500, 19_000)
    for year, now in ((2019, population), (2024, int(population * draw.uniform(0.95, 1.05)))):
        yield {
            "town_id": town_id,
            "population_on": date(year, 12, 31),
            "population": now,
            "area_km2": area,
            "source": "invented",
            "quality": "official",
        }


def _statements(draw: random.Random, town_id: int, words: list[str], today: date, now: Any) -> Iterator[Any]:
    for subject in draw.sample(list(SUBJECTS), 6):
        yield {
            "town_id": town_id,
            "subject": subject,
            "state": draw.choice(list(State)).value,
            "sentence": " ".join(draw.choices(words, k=12)),
            "confirmed_on": today,
            "version": 1,
            "changed_at": now,
        }


def _sections(draw: random.Random, town_id: int, words: list[str], today: date, now: Any) -> Iterator[Any]:
    for thesis in draw.sample(list(THESES), 2):
        yield {
            "town_id": town_id,
            "thesis": thesis,
            "fields": {},
            "text": " ".join(draw.choices(words, k=60)),
            "visibility": draw.choice(("public", "verified")),
            "confirmed_on": today,
            "changed_at": now,
        }


def _signed_in(app: Flask) -> FlaskClient:
    client = app.test_client()
    app.config["WTF_CSRF_ENABLED"] = False
    client.post("/anmelden", data={"email": "karla@ellernrode.example", "password": PASSWORD})
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


def _after_saving(app: Flask, client: FlaskClient) -> list[float]:
    """The first page after somebody saved a statement, which reads that town anew."""
    with app.app_context():
        account_id = db.session.scalars(select(Account.id)).one()
        town_id = db.session.scalars(select(func.min(Town.id))).one()
        version = stances.find(town_id, "t04").version
    times = []
    for run in range(SAVED):
        with app.app_context():
            sentence = f"Der Wochenmarkt ist zum {run}. Mal zurück."
            stances.save(
                town_id,
                account_id,
                "t04",
                state="strength",
                sentence=sentence,
                since=None,
                version=version + run,
            )
        times.append(_milliseconds(_asking(client, PAGES[0])))
    return times


def _in_turns(actions: Mapping[str, Callable[[], object]]) -> dict[str, list[float]]:
    """Milliseconds by name; every action once, then all again."""
    times: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(REQUESTS):
        for name, action in actions.items():
            times[name].append(_milliseconds(action))
    return times


def _milliseconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1000


def _quantiles(times: list[float]) -> tuple[float, float]:
    ordered = sorted(times)
    return ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


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
        print(
            f"  {name:50} {line.median:8.1f} {line.p95:8.1f} {line.queries:4} {line.size:8,}  {said}",
            flush=True,
        )


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
            print(f"{count:,} towns on {database} (ms: half, 95 of 100; queries; bytes), load {load:.1f}")
            with place() as url:
                _print(measured(count, url))


if __name__ == "__main__":
    main()
