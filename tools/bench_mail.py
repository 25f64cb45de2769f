"""Letters per second, from the outbox to a real SMTP server, beside a bare smtplib loop with the same bytes.

    python tools/bench_mail.py [--letters 300] [--runs 5]

The server only counts, in a process of its own; so does the bare loop send. What lies between both figures is ours:
claims, commits, the log. On both databases, each of its own and removed afterwards.
"""

import argparse
import asyncio
import logging
import multiprocessing
import resource
import smtplib
import socket
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import select

# A script's own directory is searched first, and a tool here bears the name of a library.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.mail import delivery, letters, outbox
from kleinstadt_net.mail.letters import Rendered
from kleinstadt_net.models import Letter
from tests.support import databases
from tests.support.databases import Database
from tests.support.smtp import LOOPBACK, loopback_socket
from tools.soak import every_database

# A counter shared by two processes; typeshed has no name for it that can be written here.
Received = Any
# The size of a Monatsbrief: some 30 kB with its HTML.
BODY = "Ein Absatz, so lang wie im Monatsbrief, mit Größe und Umlauten. " * 400
MEGABYTE = 1024


class Counter:
    """Accepts every letter, keeps none, and counts them where the other process can see it."""

    def __init__(self, received: Received) -> None:
        self.received = received

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.received.value += 1
        return "250 OK"


@dataclass
class Times:
    """Seconds of every run, those of them that commits took, and what each way used of a processor."""

    bare: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)
    commits: list[float] = field(default_factory=list)
    bare_cpu: float = 0
    our_cpu: float = 0


def serve(bound: socket.socket, received: Received) -> None:
    """The mail server; a process of its own, as in life, so that its work is not counted as ours."""
    logging.disable(logging.INFO)

    async def forever() -> None:
        server = await asyncio.get_running_loop().create_server(lambda: SMTP(Counter(received)), sock=bound)
        await server.serve_forever()

    asyncio.run(forever())


@contextmanager
def mail_server() -> Iterator[tuple[int, Received]]:
    """Its port, and how many letters it has taken."""
    received: Received = multiprocessing.Value("i", 0)
    bound = loopback_socket()
    server = multiprocessing.Process(target=serve, args=(bound, received), daemon=True)
    server.start()
    try:
        yield bound.getsockname()[1], received
    finally:
        server.terminate()
        server.join()


def post(number: int) -> None:
    """Lay down so many letters."""
    for n in range(number):
        rendered = Rendered(f"Brief {n}", BODY[:4000], f"<p>{BODY}</p>")
        key, recipient = f"bench:{clock.monotonic()}:{n}", f"empfang{n}@rathaus.example"
        outbox.post(letters.build(rendered, key=key, kind="digest", recipient=recipient))
    db.session.commit()


def cpu_seconds() -> float:
    """What this process has used of a processor: on a crowded machine the only figure that can be compared."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def bare(port: int, posted: list[tuple[str, str, bytes]], taken: Any) -> None:
    """The same bytes by nothing but smtplib; how long it took, and how much of a processor."""
    started, used = clock.monotonic(), cpu_seconds()
    with smtplib.SMTP(LOOPBACK, port) as server:
        for sender, recipient, content in posted:
            server.sendmail(sender, [recipient], content)
    taken[:] = [clock.monotonic() - started, cpu_seconds() - used]


def run_bare(port: int) -> tuple[float, float]:
    """The bare loop in a process of its own, over the letters that are due."""
    rows = db.session.execute(
        select(Letter.sender, Letter.recipient, Letter.content).where(Letter.state == "pending")
    ).all()
    db.session.rollback()
    taken = multiprocessing.Array("d", 2)
    process = multiprocessing.Process(target=bare, args=(port, [tuple(row) for row in rows], taken))
    process.start()
    process.join()
    return taken[0], taken[1]


def run_ours() -> tuple[float, float]:
    """Delivery as it is; how long it took, and how much of that was committing."""
    dialect, in_commits = db.engine.dialect, 0.0
    commit = dialect.do_commit

    def timed(connection: Any) -> None:
        nonlocal in_commits
        began = clock.monotonic()
        commit(connection)
        in_commits += clock.monotonic() - began

    dialect.do_commit = timed  # type: ignore[assignment, method-assign]
    try:
        started = clock.monotonic()
        delivery.deliver_due()
        return clock.monotonic() - started, in_commits
    finally:
        dialect.do_commit = commit  # type: ignore[method-assign]


def measure(database: Database, number: int, runs: int) -> Times:
    """Both ways in turn, so that what else the machine does meets both."""
    times = Times()
    with mail_server() as (port, received):
        app = databases.application(database.url, mail_port=port)
        with app.app_context():
            for run in range(1, runs + 1):
                post(number)
                taken, used = run_bare(port)
                times.bare.append(taken)
                times.bare_cpu += used / (number * runs)
                before = cpu_seconds()
                taken, in_commits = run_ours()
                times.our_cpu += (cpu_seconds() - before) / (number * runs)
                times.ours.append(taken)
                times.commits.append(in_commits)
                if received.value != 2 * number * run:
                    raise RuntimeError(f"{received.value} letters arrived, {2 * number * run} were sent")
    return times


def report(kind: str, times: Times, number: int) -> None:
    plain, ours = statistics.median(times.bare), statistics.median(times.ours)
    share = sum(times.commits) / sum(times.ours)
    print(
        f"{kind:<12} bare smtplib {number / plain:>5,.0f} letters a second, delivery {number / ours:>5,.0f}:"
        f" ratio {plain / ours:.2f}, commits {share:.0%} of the time;"
        f" processor {1000 * times.bare_cpu:.2f} and {1000 * times.our_cpu:.2f} ms a letter",
        flush=True,
    )


def main() -> int:
    """Print the medians."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--letters", type=int, default=300)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    logging.disable(logging.INFO)
    print(f"{options.letters} letters, median of {options.runs} runs")
    with tempfile.TemporaryDirectory() as directory, every_database(Path(directory)) as found:
        for database in found:
            report(database.kind, measure(database, options.letters, options.runs), options.letters)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // MEGABYTE
    print(f"memory at most {memory} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
