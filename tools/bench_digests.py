"""From facts to committed letters of the Monatsbrief: time for each with its parts, queries, memory, both databases.

    python tools/bench_digests.py [--towns 2300] [--runs 5]

Every town takes part and has one reader. The time of a letter is that of its run, shared among its letters: the median
of several runs over the same facts. Network and round are made in one process, the letters written in another, so that
the memory told is that of the letters alone.
"""

import argparse
import logging
import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import delete, event, insert, select

# A script's own directory is searched first, and a tool here bears the name of a library.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

import config
from kleinstadt_net import clock, create_app, territory
from kleinstadt_net.database import db
from kleinstadt_net.mail import letters
from kleinstadt_net.models import (
    Account,
    DigestIssue,
    DigestItem,
    Letter,
    LetterContent,
    Membership,
    OneTimeLink,
    Subscription,
    Town,
)
from kleinstadt_net.security.tokens import new_token
from kleinstadt_net.services import digest_facts, digest_letter, digest_writing, digests, rounds
from kleinstadt_net.services.digests import EnqueueReport
from tests.support import databases, postgres
from tools.bench_network import analyse, application

MONTH = "2026-12"
# In the morning of the first Tuesday, when all are due.
MOMENT = datetime(2026, 12, 1, 9, 0, tzinfo=territory.TIME_ZONE)
PARTS: tuple[tuple[str, ModuleType, str], ...] = (
    ("facts", digest_facts, "of_readers"),
    ("composition", digests, "compose"),
    ("letter", digest_letter, "fitted"),
    ("of it templates and CSS", letters, "render"),
    ("of it bytes", letters, "build"),
    ("storing and commit", digest_writing, "close"),
)


@contextmanager
def timed(spent: defaultdict[str, float]) -> Iterator[None]:
    """Add up how long each part takes."""

    def watch(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any, **named: Any) -> Any:
            start = time.perf_counter()
            try:
                return function(*given, **named)
            finally:
                spent[name] += time.perf_counter() - start

        return run

    originals = [(module, attribute, getattr(module, attribute)) for _, module, attribute in PARTS]
    for name, module, attribute in PARTS:
        setattr(module, attribute, watch(name, getattr(module, attribute)))
    try:
        yield
    finally:
        for module, attribute, original in originals:
            setattr(module, attribute, original)


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """Count statements by their first word."""
    words: Counter[str] = Counter()

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        words[statement.split(None, 1)[0].upper()] += 1

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield words
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def give_readers() -> None:
    """One reader to every town."""
    towns, now = db.session.scalars(select(Town.id).order_by(Town.id)).all(), clock.now()
    people = [
        {
            "email": f"person{n}@netz.example",
            "last_name": f"Person {n}",
            "created_at": now,
            "confirmed_at": now,
        }
        for n in range(len(towns))
    ]
    db.session.execute(insert(Account), people)
    ids = db.session.scalars(select(Account.id).where(Account.email.like("person%")).order_by(Account.id))
    pairs = list(zip(ids, towns, strict=True))
    db.session.execute(
        insert(Membership),
        [
            {"account_id": person, "town_id": town, "role": "lead", "state": "confirmed", "is_home": True}
            for person, town in pairs
        ],
    )
    db.session.execute(
        insert(Subscription),
        [
            {
                "account_id": person,
                "frequency": "monthly",
                "token": new_token(),
                "consent_at": now,
                "changed_at": now,
            }
            for person, _ in pairs
        ],
    )
    db.session.commit()


@dataclass
class Run:
    """One month written for everybody: seconds for each letter, whole and by part, statements for a thousand."""

    written: int
    each: float
    computing: float
    parts: dict[str, float]
    statements: Counter[str]


def lay_down(directory: Path, towns: int, url: str) -> None:
    """A network with its readers and the round of the month."""
    with application(directory, towns, url) as app, app.app_context(), clock.at(MOMENT):
        give_readers()
        rounds.run(MONTH)
        analyse()


def write_months(directory: Path, url: str, runs: int) -> None:
    """Write the letters of the same month as often as asked for, and print what it took."""
    overrides: dict[str, Any] = {"secret_key": "x" * 40, "data_dir": directory, "database_url": url}
    app = create_app(config.load("testing", **overrides))
    logging.disable(logging.INFO)
    with app.app_context(), clock.at(MOMENT):
        dialect, before = db.engine.dialect.name, largest()
        found = []
        first = 0.0
        for _ in range(runs):
            forget_letters()
            found.append(write_month())
            first = first or largest()
    print_runs(dialect, found)
    print(
        f"  memory at most {first:.0f} MB for a month, {before:.0f} MB of it before the first letter;"
        f" {largest():.0f} MB after {runs} of them",
        flush=True,
    )


def write_month() -> Run:
    """The letters of the month, for everybody at once, as the job writes them."""
    spent: defaultdict[str, float] = defaultdict(float)
    with counted() as words, timed(spent):
        start, worked = time.perf_counter(), time.process_time()
        report = digests.enqueue_due(clock.now())
        whole, worked = time.perf_counter() - start, time.process_time() - worked
    if report != EnqueueReport(enqueued=report.enqueued) or not report.enqueued:
        raise RuntimeError(f"not everybody got a letter: {report}")
    written = report.enqueued
    return Run(
        written,
        whole / written,
        worked / written,
        {name: seconds / written for name, seconds in spent.items()},
        Counter({word: round(1_000 * count / written) for word, count in words.items()}),
    )


def forget_letters() -> None:
    """As if the month had not been written."""
    for model in (DigestItem, DigestIssue, OneTimeLink, LetterContent, Letter):
        db.session.execute(delete(model), execution_options={"synchronize_session": False})
    db.session.commit()
    db.session.remove()


def print_runs(dialect: str, found: list[Run]) -> None:
    """The medians; the statements of a process's first run, which reads the whole network once, and of the others."""

    def median(of: Callable[[Run], float]) -> str:
        return f"{1_000 * statistics.median(map(of, found)):.2f} ms"

    print(
        f"{dialect}: {found[0].written} letters, median of {len(found)} runs {median(lambda run: run.each)} each,"
    )
    print(f"  {median(lambda run: run.computing)} of it computing")
    for name, _, _ in PARTS:
        print(f"  {name}: {median(lambda run, part=name: run.parts[part])}")  # type: ignore[misc]
    for which, run in (("first", found[0]), ("last", found[-1])):
        said = ", ".join(f"{count} {word}" for word, count in run.statements.most_common())
        print(f"  statements for a thousand letters, {which} run: {run.statements.total()} ({said})")


def largest() -> float:
    """The most memory this process ever had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(towns: int, runs: int, url: str = "") -> None:
    """Each step in a process of its own, because what one has had stays with it."""
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as directory:
        url = url or f"sqlite:///{Path(directory) / 'bench.sqlite3'}"
        for step, given in ((lay_down, (towns, url)), (write_months, (url, runs))):
            process = spawn.Process(target=step, args=(Path(directory), *given))
            process.start()
            process.join()
            if process.exitcode:
                raise SystemExit(process.exitcode)


def main() -> None:
    """On SQLite, and on PostgreSQL where there is one."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--towns", type=int, default=2_300)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    measure(options.towns, options.runs)
    if not postgres.is_available():
        print(f"not measured on PostgreSQL: {postgres.MISSING}")
        return
    server = postgres.start()
    try:
        url = databases.new_postgresql(server, "bench_digests", "template0").url
        measure(options.towns, options.runs, url)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
