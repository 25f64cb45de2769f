"""A real Chromium for the journeys: found or installed, and started so that it asks nobody anything.

``python -m tests.support.browser`` prints the path, installing Debian's package when that is allowed.
"""

import os
import shutil
import sys

from tests.support import apt

MISSING = "no Chromium: set CHROMIUM_PATH or `apt-get install chromium`"
# Updates, field trials and the like would reach out to the network in the middle of a test.
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
)


def path() -> str | None:
    """The browser's program: CHROMIUM_PATH, else Debian's, else whatever is called chromium."""
    if given := os.environ.get("CHROMIUM_PATH"):
        return given if os.access(given, os.X_OK) else None
    return shutil.which("chromium", path=f"/usr/bin{os.pathsep}{os.environ.get('PATH', '')}")


def arguments() -> list[str]:
    # Chromium's sandbox refuses to work for root, and CI is often root.
    return [*QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


def main() -> int:
    found = path()
    if found is None:
        sys.stderr.write("Installing Chromium for the journeys …\n")
        apt.install("chromium")
        found = path()
    if found is None:
        sys.stderr.write(f"{MISSING}\n")
        return 1
    sys.stdout.write(f"{found}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
