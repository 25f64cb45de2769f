"""Measure pages at the server: Passende Städte with 10 and with 10,752 towns, beside a bare Flask answer.

    python tools/bench_pages.py

Queries are counted, times are medians of warm requests by a signed-in person, on SQLite in a temporary
directory. Towns and their statements are invented and exist only there.
"""

import logging
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, insert, select

# A script's own directory is searched first, and a tool here bears the name of a library.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

import config
from kleinstadt_net import clock, create_app
from kleinstadt_net.database import Base, db
from kleinstadt_net.models import Account, Installation, Stance, Town, TownFigure
from kleinstadt_net.services import accounts, stances
from kleinstadt_net.territory import LAENDER
from kleinstadt_net.vocabulary import SUBJECTS, State

PASSWORD = "ein langer satz"
REQUESTS = 41
PAGES = ("/passende-staedte", "/passende-staedte?land=07&thema=innenstadt", "/staedte", "/uebersicht")


def measured(count: int) -> dict[str, tuple[float, int, int]]:
    """By page: median milliseconds, queries, bytes, with ``count`` towns in the database."""
    with tempfile.TemporaryDirectory() as directory, application(Path(directory), count) as app:
        client = _signed_in(app)
        found = {page: _page(client, page) for page in PAGES}
        found["/passende-staedte after a statement was saved"] = _after_a_change(app, client)
        found["bare Flask answer of the same bytes"] = _bare(found[PAGES[0]][2])
        return found


@contextmanager
def application(directory: Path, count: int) -> Iterator[Flask]:
    """An application on a database of its own in ``directory`` with ``count`` towns, all active, and one account."""
    url = f"sqlite:///{directory / 'bench.sqlite3'}"
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
        db.engine.dispose()


def _invent(count: int) -> None:
    draw, today, now = random.Random(7), clock.today(), clock.now()
    towns = [_town(draw, number, today) for number in range(count)]
    db.session.execute(insert(Town), towns)
    figures = [
        {
            "town_id": number + 1,
            "population_on": date(2024, 12, 31),
            "population": draw.randint(5_000, 19_999),
            "area_km2": draw.uniform(10, 200),
            "source": "invented",
            "quality": "official",
        }
        for number in range(count)
    ]
    db.session.execute(insert(TownFigure), figures)
    statements = [
        {
            "town_id": number + 1,
            "subject": subject,
            "state": draw.choice(list(State)).value,
            "confirmed_on": today,
            "version": 1,
            "changed_at": now,
        }
        for number in range(count)
        for subject in draw.sample(list(SUBJECTS), 6)
    ]
    db.session.execute(insert(Stance), statements)
    db.session.commit()


def _town(draw: random.Random, number: int, today: date) -> dict[str, Any]:
    name = f"Ellernrode {number}"
    return {
        "ags": f"99{number:06d}",
        "name_official": name,
        "name": name,
        "slug": f"ellernrode-{number}",
        "sort_key": f"ellernrode {number:06d}",
        "search_fold": f"ellernrode {number}",
        "land": draw.choice(list(LAENDER)),
        "kreis": "99001",
        "lat": draw.uniform(47.5, 54.5),
        "lon": draw.uniform(6.2, 14.8),
        "register_source": "invented",
        "joined_on": today,
        "revision": 0,
    }


def _signed_in(app: Flask) -> FlaskClient:
    client = app.test_client()
    app.config["WTF_CSRF_ENABLED"] = False
    client.post("/anmelden", data={"email": "karla@ellernrode.example", "password": PASSWORD})
    app.config["WTF_CSRF_ENABLED"] = True
    return client


def _page(client: FlaskClient, address: str) -> tuple[float, int, int]:
    response = client.get(address)
    if response.status_code != 200:
        raise RuntimeError(f"{address} answered {response.status_code}")
    with _counted(client.application) as queries:
        client.get(address)
    return _median_ms(lambda: client.get(address)), len(queries), len(response.data)


def _after_a_change(app: Flask, client: FlaskClient) -> tuple[float, int, int]:
    """The first page after somebody saved a statement, which reads that town anew."""
    times = []
    size = 0
    for version in range(11):
        with app.app_context():
            account_id = db.session.scalars(select(Account.id)).one()
            stances.save(
                1, account_id, "t04", state="strength", sentence=None, since=None, version=_version(version)
            )
        start = time.perf_counter()
        size = len(client.get(PAGES[0]).data)
        times.append((time.perf_counter() - start) * 1000)
    with _counted(app) as queries:
        client.get(PAGES[0])
    return statistics.median(times), len(queries), size


def _version(run: int) -> int:
    """The version stored now; the drawn statements may already hold one on the subject."""
    found = stances.find(1, "t04").version
    if found < run:
        raise RuntimeError("a statement was lost")
    return found


def _bare(size: int) -> tuple[float, int, int]:
    app = Flask("bare")
    body = "x" * size
    app.add_url_rule("/", view_func=lambda: body)
    client = app.test_client()
    return _median_ms(lambda: client.get("/")), 0, size


def _median_ms(action: Callable[[], object]) -> float:
    times = []
    for _ in range(REQUESTS):
        start = time.perf_counter()
        action()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


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


def main() -> None:
    """Print the figures for a small and for the full network."""
    for count in (30, 10_752):
        print(f"pages with {count:,} towns (median ms, queries, bytes)")
        for name, (milliseconds, queries, size) in measured(count).items():
            print(f"  {name:50} {milliseconds:8.1f} {queries:4} {size:8,}")


if __name__ == "__main__":
    main()
