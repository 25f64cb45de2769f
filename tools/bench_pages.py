"""Measure pages at the server with 30 and with 10,752 listed towns, on SQLite and PostgreSQL, beside a bare answer.

    python tools/bench_pages.py [--sqlite | --postgresql]

Warm requests of a signed-in person inside one process: half of them and 95 of a hundred take no longer than what is
printed, with the queries and the bytes of one. All lines take turns, so that a machine that slows down slows all of
them, the bare Flask answers of as many bytes too. Towns and their texts are invented and exist only there.
"""

import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

# A script's own directory is searched first, and a tool here bears the name of a library.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Town
from kleinstadt_net.services import stances
from tools import bench_requests
from tools.bench_network import application
from tools.bench_requests import Page, Took

SAVED = 15
AFTER_SAVING = "directory, no filter, after a statement was saved"
SCRIPT = {"HX-Request": "true"}

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
        client = bench_requests.signed_in(app)
        sizes = {page.name: bench_requests.size(client, page) for page in PAGES}
        queries = {page.name: bench_requests.queries(client, page) for page in PAGES}
        pages = {page.name: bench_requests.asking(client, page) for page in PAGES}
        # A page and its bare answer take turns with all others.
        times = bench_requests.in_turns(
            {**pages, **{f"bare {name}": bench_requests.bare(size) for name, size in sizes.items()}}
        )
        found = {
            name: Measured(
                *bench_requests.summary(times[name]),
                bench_requests.summary(times[f"bare {name}"])[0],
                queries[name],
                sizes[name],
            )
            for name in pages
        }
        saved, asked = _after_saving(app, client)
        first = found[PAGES[0].name]
        return {
            **found,
            AFTER_SAVING: Measured(*bench_requests.summary(saved), first.bare, asked, first.size),
        }


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
        times.append(bench_requests.milliseconds(bench_requests.asking(client, PAGES[0])))
    save(SAVED)
    return times, bench_requests.queries(client, PAGES[0])


def _print(found: Mapping[str, Measured]) -> None:
    promised = {page.name: page.promised for page in PAGES}
    for name, line in found.items():
        limit = promised.get(name)
        said = f"promised {limit:.0f}" if limit else ""
        times = f"{line.median:8.1f} {line.p95:8.1f} {line.cpu:8.1f} {line.bare:8.1f}"
        print(f"  {name:50} {times} {line.queries:4} {line.size:9,}  {said}", flush=True)


def main() -> None:
    """Print the figures for a small and for the full network."""
    options = bench_requests.parse(__doc__ or "", "with the full network alone")
    for database, place in bench_requests.places(options).items():
        for count in (10_752,) if bench_requests.is_chosen(options) else (30, 10_752):
            head = "ms: half, 95 of 100, processor, bare; queries; bytes"
            print(f"{count:,} towns on {database} ({head}), {bench_requests.load()}")
            with place() as url:
                _print(measured(count, url))


if __name__ == "__main__":
    main()
