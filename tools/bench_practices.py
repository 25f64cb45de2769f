"""Measure the library of examples with 5,000 and with 50,000 of them, on SQLite and PostgreSQL.

    python tools/bench_practices.py [--sqlite | --postgresql]

As ``bench_pages.py``: warm requests of a signed-in person, all lines in turn. Towns and examples are invented and exist
only there; their words follow the usual rule that a few are common and most are rare.
"""

import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

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
from tools import bench_requests
from tools.bench_network import analyse, application
from tools.bench_requests import Page, Took

TOWNS = 2_300
SEED = 50
SAVED = 15
WORDS, WORDS_EACH = 40_000, 90
PROMISED, QUERIES = 80.0, 8
PAGES = (
    *(
        Page(name, address, PROMISED, queries=QUERIES)
        for name, address in (
            ("library, no filter", "/beispiele"),
            ("library, newest, page 40", "/beispiele?sortierung=neu&seite=40"),
            ("library, subject + size + cost", "/beispiele?thema=innenstadt&groesse=to_10&kosten=to_50"),
            ("library, a common word", "/beispiele?suche=buergerbus"),
            ("library, a rare word", "/beispiele?suche=wort39321"),
            ("library, a mistyped word", "/beispiele?suche=buegrerbus"),
        )
    ),
    # No list: it tells of its town, its family and what is like it.
    Page("one example", "/beispiel/17", PROMISED),
)
AFTER_SAVING = Page("library, after an example was changed", "/beispiele", PROMISED)


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
    analyse()


def measure(count: int, url: str) -> list[str]:
    """Print what was measured with ``count`` examples in the empty database at ``url``; answers what was not held."""
    with library(count, url) as app:
        client = bench_requests.signed_in(app)
        start = time.perf_counter()
        client.get(PAGES[0].address)
        print(f"  {'first page of a new process':50} {(time.perf_counter() - start) * 1000:8.0f}")
        complaints = bench_requests.measure(client, PAGES)
        bench_requests.line(
            AFTER_SAVING, _after_saving(app, client), bench_requests.queries(client, AFTER_SAVING)
        )
    return complaints


def _after_saving(app: Flask, client: FlaskClient) -> list[Took]:
    """The first page after somebody changed a released example, which reads its town anew."""
    with app.app_context():
        account_id = db.session.scalars(select(Account.id)).one()
        town_id = db.session.scalars(select(Practice.town_id).where(Practice.id == 17)).one()
    times = []
    for _ in range(SAVED):
        with app.app_context():
            db.session.execute(update(Town).values(needs_release=False))
            db.session.commit()
            one = practice_editing.find(town_id, 17)
            practice_editing.save(town_id, account_id, 17, one.content, one.version, release=True)
        times.append(bench_requests.milliseconds(bench_requests.asking(client, AFTER_SAVING)))
    return times


def main() -> None:
    """Print the figures for a small and for a full library."""
    options = bench_requests.parse(__doc__ or "", "with the full library alone")
    complaints: list[str] = []
    for database, place in bench_requests.places(options).items():
        for count in (50_000,) if bench_requests.is_chosen(options) else (5_000, 50_000):
            print(f"{count:,} examples on {database} ({bench_requests.HEAD}), {bench_requests.load()}")
            with place() as url:
                complaints += measure(count, url)
    bench_requests.finish(complaints)


if __name__ == "__main__":
    main()
