"""From facts to committed letters of the Monatsbrief: time for each with its parts, queries, memory, both databases.

    python tools/bench_digests.py [--towns 2300]

Every town takes part and has one reader. The time of a letter is that of its chunk, shared among its letters.
"""

import argparse
import resource
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import event, insert, select

# A script's own directory is searched first, and a tool here bears the name of a library.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from kleinstadt_net import clock, territory
from kleinstadt_net.database import db
from kleinstadt_net.mail import letters
from kleinstadt_net.models import Account, Membership, Subscription, Town
from kleinstadt_net.security.tokens import new_token
from kleinstadt_net.services import digest_facts, digest_letter, digest_writing, digests, rounds
from tests.support import databases, postgres
from tools.bench_network import application

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


def measure(towns: int, url: str = "") -> None:
    """Write the letters of one month and print what it took."""
    with (
        tempfile.TemporaryDirectory() as directory,
        application(Path(directory), towns, url) as app,
        app.app_context(),
        clock.at(MOMENT),
    ):
        give_readers()
        rounds.run(MONTH)
        db.session.remove()
        spent: defaultdict[str, float] = defaultdict(float)
        with counted() as words, timed(spent):
            start, worked = time.perf_counter(), time.process_time()
            report = digests.enqueue_due(clock.now())
            whole, worked = time.perf_counter() - start, time.process_time() - worked
        dialect = db.engine.dialect.name
    written, thousands = report.enqueued, max(1, report.enqueued / 1_000)
    each, computing = (seconds / max(1, written) * 1_000 for seconds in (whole, worked))
    print(f"{dialect}: {written} letters, {each:.1f} ms each, {computing:.1f} ms of it computing; {report}")
    for name, seconds in spent.items():
        print(f"  {name}: {seconds / max(1, written) * 1_000:.2f} ms")
    said = ", ".join(f"{count / thousands:.0f} {word}" for word, count in words.most_common(5))
    print(f"  statements in a thousand letters: {said}")
    print(f"  largest so far: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def main() -> None:
    """On SQLite, and on PostgreSQL where there is one."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--towns", type=int, default=2_300)
    towns = parser.parse_args().towns
    measure(towns)
    if not postgres.is_available():
        print(f"not measured on PostgreSQL: {postgres.MISSING}")
        return
    server = postgres.start()
    try:
        measure(towns, databases.new_postgresql(server, "bench_digests", "template0").url)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
