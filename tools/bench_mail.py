"""Letters per second: stored bytes from the outbox to a real SMTP server on the loopback address.

    python tools/bench_mail.py [--letters 300] [--runs 5]

The server only counts; what is measured is ours: claims, commits, SMTP. On SQLite in a temporary
directory, or on the database named by BENCH_DATABASE_URL (its tables are made and emptied).
"""

import argparse
import asyncio
import logging
import multiprocessing
import os
import socket
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask

# A script's own directory is searched first, and a tool here bears the name of a library.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

import config
from kleinstadt_net import clock, create_app
from kleinstadt_net.database import Base, db
from kleinstadt_net.mail import delivery, letters, outbox
from kleinstadt_net.mail.letters import LetterDraft, Rendered

# A counter shared by two processes; typeshed has no name for it that can be written here.
Received = Any
LOOPBACK = "127.0.0.1"
# The size of a Monatsbrief: some 30 kB with its HTML.
BODY = "Ein Absatz, so lang wie im Monatsbrief, mit Größe und Umlauten. " * 400


class Counter:
    """Accepts every letter, keeps none, and counts them where the other process can see it."""

    def __init__(self, received: Received) -> None:
        self.received = received

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.received.value += 1
        return "250 OK"


def serve(bound: socket.socket, received: Received) -> None:
    """The mail server; a process of its own, as in life, so that its work is not counted as ours."""
    logging.disable(logging.INFO)

    async def forever() -> None:
        server = await asyncio.get_running_loop().create_server(lambda: SMTP(Counter(received)), sock=bound)
        await server.serve_forever()

    asyncio.run(forever())


def build(number: int) -> LetterDraft:
    """One letter as it would be stored."""
    rendered = Rendered(f"Brief {number}", BODY[:4000], f"<p>{BODY}</p>")
    return letters.build(
        rendered,
        key=f"bench:{clock.monotonic()}:{number}",
        kind="digest",
        recipient=f"empfang{number}@rathaus.example",
    )


@contextmanager
def prepared() -> Iterator[Received]:
    """An application before a counting mail server, with empty tables."""
    received: Received = multiprocessing.Value("i", 0)
    bound = socket.create_server((LOOPBACK, 0))
    server = multiprocessing.Process(target=serve, args=(bound, received), daemon=True)
    server.start()
    try:
        with tempfile.TemporaryDirectory() as directory, application(directory, bound).app_context():
            Base.metadata.create_all(db.engine)
            yield received
            db.session.remove()
            db.engine.dispose()
    finally:
        server.terminate()
        server.join()


def application(directory: str, bound: socket.socket) -> Flask:
    """Built in the tests' configuration: it needs nothing but these settings."""
    settings = {
        "secret_key": "b" * 40,
        "database_url": os.environ.get("BENCH_DATABASE_URL") or f"sqlite:///{directory}/bench.sqlite3",
        "mail_server": LOOPBACK,
        "mail_port": bound.getsockname()[1],
    }
    return create_app(config.load("testing", **settings))


def seconds(work: Callable[[], object]) -> float:
    """How long it took."""
    started = clock.monotonic()
    work()
    return clock.monotonic() - started


def post(number: int) -> float:
    """Build and lay down so many letters; how long the building took."""
    drafts: list[LetterDraft] = []
    taken = seconds(lambda: drafts.extend(map(build, range(number))))
    for draft in drafts:
        outbox.post(draft)
    db.session.commit()
    return taken


def deliver(number: int, runs: int) -> dict[str, float]:
    """Medians over ``runs``: letters built and letters delivered per second."""
    build_times, delivery_times = [], []
    with prepared() as received:
        for run in range(runs):
            build_times.append(post(number))
            delivery_times.append(seconds(delivery.deliver_due))
            if received.value != number * (run + 1):
                raise RuntimeError(f"{received.value} letters arrived, {number * (run + 1)} were due")
    return {
        "letters built per second": number / statistics.median(build_times),
        "letters delivered per second": number / statistics.median(delivery_times),
    }


def main() -> int:
    """Print the medians."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--letters", type=int, default=300)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    print(f"{options.letters} letters, median of {options.runs} runs")
    for name, figure in deliver(options.letters, options.runs).items():
        print(f"{name}: {figure:,.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
