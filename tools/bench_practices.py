"""Measure the library of examples with 5,000 and with 50,000 of them, on SQLite and PostgreSQL.

    python tools/bench_practices.py [--sqlite | --postgresql]

As ``bench_pages.py``: warm requests of a signed-in person, all lines in turn. Towns and examples are invented and exist
only there; their words follow the usual rule that a few are common and most are rare.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select, update

# A script's own directory is searched first, and a tool here bears the name of a library.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Practice, PracticeSubject, Town
from kleinstadt_net.services import demonstration_practices, installation, practice_editing, practices
from kleinstadt_net.vocabulary import COST_BANDS, DURATIONS, INSTRUMENTS, SUBJECTS
from tests.support import postgres
from tools import bench_pages
from tools.bench_network import application
from tools.bench_pages import Page

TOWNS = 2_300
SEED = 50
WORDS, WORDS_EACH = 40_000, 90
PROMISED = 80.0
PAGES = tuple(
    Page(name, address, PROMISED)
    for name, address in (
        ("library, no filter", "/beispiele"),
        ("library, newest, page 40", "/beispiele?sortierung=neu&seite=40"),
        ("library, subject + size + cost", "/beispiele?thema=innenstadt&groesse=to_10&kosten=to_50"),
        ("library, a common word", "/beispiele?suche=buergerbus"),
        ("library, a rare word", "/beispiele?suche=wort39321"),
        ("library, a mistyped word", "/beispiele?suche=buegrerbus"),
        ("one example", "/beispiel/17"),
    )
)
AFTER_SAVING = "library, after an example was changed"


@contextmanager
def library(count: int, url: str) -> Iterator[Flask]:
    """An application with so many released examples of towns that take part."""
    with tempfile.TemporaryDirectory() as directory, application(Path(directory), TOWNS, url) as app:
        with app.app_context():
            _fill(count)
        yield app


def _fill(count: int) -> None:
    rng = random.Random(SEED)
    town_ids = db.session.scalars(select(Town.id).where(Town.joined_on.is_not(None)).order_by(Town.id)).all()
    told = demonstration_practices.contents()
    weights = [1 / (rank + 1) for rank in range(WORDS)]
    words = [f"wort{number}" for number in range(WORDS)]
    now = clock.now()
    for start in range(0, count, 1_000):
        rows, subjects = [], []
        for number in range(start + 1, min(start + 1_000, count) + 1):
            content = rng.choice(told)
            text = {*rng.choices(words, weights, k=WORDS_EACH)}
            practice = Practice()
            practices.fill(practice, content)
            rows.append(
                {
                    **{name: getattr(practice, name) for name in vars(content) if name != "subjects"},
                    "id": number,
                    "town_id": rng.choice(town_ids),
                    "slug": practice.slug,
                    "cost_band": rng.choice([*COST_BANDS]),
                    "duration": rng.choice([*DURATIONS]),
                    "instrument": rng.choice([*INSTRUMENTS]),
                    "is_funded": rng.choice([True, False, None]),
                    "search_text": f"{practice.search_text} {' '.join(text)}",
                    "state": "released",
                    "version": 1,
                    "created_at": now,
                    "changed_at": now,
                    "released_at": now - timedelta(minutes=rng.randrange(1_000_000)),
                }
            )
            subjects += [
                {"practice_id": number, "subject": key}
                for key in rng.sample([*SUBJECTS], k=rng.randint(1, 4))
            ]
        db.session.execute(insert(Practice), rows)
        db.session.execute(insert(PracticeSubject), subjects)
    installation.touch_town(town_ids[0])
    db.session.commit()


def measure(count: int, url: str) -> None:
    """Print what was measured with ``count`` examples in the empty database at ``url``."""
    with library(count, url) as app:
        client = bench_pages._signed_in(app)
        start = time.perf_counter()
        client.get(PAGES[0].address)
        print(f"  {'first page of a new process':50} {(time.perf_counter() - start) * 1000:8.0f}")
        times = bench_pages._in_turns({page.name: bench_pages._asking(client, page) for page in PAGES})
        for page in PAGES:
            _line(page.name, times[page.name], bench_pages._queries(client, page))
        _line(AFTER_SAVING, _after_saving(app, client), bench_pages._queries(client, PAGES[0]))


def _after_saving(app: Flask, client: FlaskClient) -> list[bench_pages.Took]:
    """The first page after somebody changed a released example, which reads its town anew."""
    with app.app_context():
        account_id = db.session.scalars(select(Account.id)).one()
        town_id = db.session.scalars(select(Practice.town_id).where(Practice.id == 17)).one()
    times = []
    for _ in range(bench_pages.SAVED):
        with app.app_context():
            db.session.execute(update(Town).values(needs_release=False))
            db.session.commit()
            one = practice_editing.find(town_id, 17)
            practice_editing.save(town_id, account_id, 17, one.content, one.version, release=True)
        times.append(bench_pages._milliseconds(bench_pages._asking(client, PAGES[0])))
    return times


def _line(name: str, times: list[bench_pages.Took], queries: int) -> None:
    median, p95, cpu = bench_pages._summary(times)
    print(f"  {name:50} {median:8.1f} {p95:8.1f} {cpu:8.1f} {queries:4}  promised {PROMISED:.0f}", flush=True)


def main() -> None:
    """Print the figures for a small and for a full library."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sqlite", action="store_true", help="SQLite alone, with the full library alone")
    parser.add_argument("--postgresql", action="store_true", help="the same on PostgreSQL")
    options = parser.parse_args()
    places: dict[str, Callable[[], Any]] = {
        "SQLite": bench_pages._sqlite,
        "PostgreSQL": bench_pages._postgresql,
    }
    wanted = {"SQLite": options.sqlite, "PostgreSQL": options.postgresql}
    if any(wanted.values()):
        places = {name: place for name, place in places.items() if wanted[name]}
    if not postgres.is_available():
        places.pop("PostgreSQL", None)
        print(postgres.MISSING)
    for database, place in places.items():
        for count in (50_000,) if any(wanted.values()) else (5_000, 50_000):
            print(f"{count:,} examples on {database} (ms: half, 95 of 100, processor; queries)")
            with place() as url:
                measure(count, url)


if __name__ == "__main__":
    main()
