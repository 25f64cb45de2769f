"""Measure a whole ``flask rounds run``: start, reading the country, deciding, writing the reasons, storing.

    python tools/bench_rounds.py

The engine alone is measured in ``bench_matching.py``. Towns are invented and exist only in a temporary directory.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import delete, update

# A script's own directory is searched first, and a tool here bears the name of a library.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from kleinstadt_net.database import db
from kleinstadt_net.models import Stance, Town
from tools.bench_network import application

ACTIVE = 2_300
MONTHS = ("2026-10", "2026-11", "2026-12")


def seconds(stored: int) -> tuple[float, float]:
    """Median over three months of the command, with ``stored`` towns of which ACTIVE take part; and its start."""
    with tempfile.TemporaryDirectory() as directory:
        with application(Path(directory), stored) as app, app.app_context():
            db.session.execute(update(Town).where(Town.id > ACTIVE).values(joined_on=None))
            db.session.execute(delete(Stance).where(Stance.town_id > ACTIVE))
            db.session.commit()
            url = db.engine.url.render_as_string()
        whole = statistics.median(_command(url, "run", "--month", month) for month in MONTHS)
        return whole, statistics.median(_command(url, "--help") for _ in MONTHS)


def _command(url: str, *arguments: str) -> float:
    environment = {
        **os.environ,
        "KLEINSTADT_CONFIG": "development",
        "SECRET_KEY": "x" * 40,
        "DATABASE_URL": url,
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "rounds", *arguments]
    start = time.perf_counter()
    subprocess.run(command, cwd=sys.path[0], env=environment, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    """Print the figure for the small towns alone and for every municipality."""
    for stored in (ACTIVE, 10_752):
        whole, start = seconds(stored)
        print(
            f"flask rounds run, {ACTIVE:,} active of {stored:,} towns: {whole:.1f} s, {start:.1f} s of it to start"
        )


if __name__ == "__main__":
    main()
