"""Debian's pango, without which no PDF can be drawn: found or installed.

``python -m tests.support.pango`` installs it when that is allowed and fails where it is missing in the end.
"""

import subprocess
import sys

from kleinstadt_net.documents import pdf
from tests.support import apt

PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0")


def is_there() -> bool:
    """Asked in a fresh process: this one may have looked before it was installed."""
    command = [sys.executable, "-c", "import weasyprint"]
    return subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode == 0


def main() -> int:
    if is_there():
        return 0
    sys.stderr.write("Installing pango for the printed documents …\n")
    apt.install(*PACKAGES)
    if is_there():
        return 0
    sys.stderr.write(f"{pdf.MISSING}\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
