"""All figures the project promises, each as a median: ``python tools/bench.py`` or ``make bench``.

The official import is measured when an extract is given:  python tools/bench.py --extract AuszugGV….xlsx
(or found beside the checkout under ../shared/data).
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = (
    "bench_matching.py",
    "bench_rounds.py",
    "bench_pages.py",
    "bench_practices.py",
    "bench_exchanges.py",
    "bench_mail.py",
    "bench_digests.py",
)
EXTRACT = ROOT.parent / "shared" / "data" / "destatis" / "AuszugGV4Q_31122024.xlsx"
RUNS = 3


def measure_import(extract: Path) -> None:
    """Import the extract into a fresh database, several times, as an operator does."""
    seconds = []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as directory:
            environment = {
                **os.environ,
                "KLEINSTADT_CONFIG": "development",
                "SECRET_KEY": "x" * 40,
                "DATA_DIR": directory,
                "DATABASE_URL": "",
            }
            _flask(environment, "db", "upgrade", "--directory", str(ROOT / "migrations"))
            _flask(environment, "towns", "load")
            start = time.perf_counter()
            _flask(environment, "towns", "import", str(extract))
            seconds.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"import of {extract.name}: {statistics.median(seconds):.1f} s, largest process {peak:.0f} MB")


def _flask(environment: dict[str, str], *arguments: str) -> None:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)


def main() -> int:
    """Run every benchmark in a process of its own and print the load before and after."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--extract", type=Path, default=EXTRACT)
    options = parser.parse_args()
    print(f"machine: {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    if options.extract.exists():
        measure_import(options.extract)
    else:
        print(f"import: no extract at {options.extract}, not measured")
    failed = [tool for tool in TOOLS if not _runs(tool)]
    print(f"\nload at the end {os.getloadavg()[0]:.1f}")
    for tool in failed:
        sys.stderr.write(f"{tool} says that a promise is not kept, or did not run; see above\n")
    return 1 if failed else 0


def _runs(tool: str) -> bool:
    print(f"\n== {tool}", flush=True)
    return subprocess.run([sys.executable, str(ROOT / "tools" / tool)], cwd=ROOT, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
