"""Refresh the vendored style sheets and fonts from npm: ``python tools/vendor.py``.

Needs Node's ``npm``; neither running nor testing the service does. Files are taken unchanged, with
their licence. What was taken is written to ``manifest.json``, which a test holds against the files.
"""

import gzip
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "kleinstadt_net" / "static" / "vendor"


@dataclass(frozen=True)
class Package:
    """One npm package: which version, under which folder, and which of its files are used."""

    npm_name: str
    version: str
    folder: str
    licence: str
    files: tuple[str, ...]
    # The web server sends the compressed twin where the browser takes it: 35 kB instead of 340.
    compressed: tuple[str, ...] = ()


PACKAGES = (
    Package(
        "@kern-ux/native",
        "2.7.2",
        "kern-ux",
        "EUPL-1.2",
        ("dist/kern.min.css", "LICENSE.md"),
        compressed=("dist/kern.min.css",),
    ),
    Package(
        "@fontsource/fira-sans",
        "5.3.0",
        "fira-sans",
        "OFL-1.1",
        (
            *(
                f"files/fira-sans-{script}-{weight}-normal.woff2"
                # The Sorbian names of some towns need letters outside plain Latin.
                for script in ("latin", "latin-ext")
                for weight in (400, 500, 600)
            ),
            "LICENSE",
        ),
    ),
    # Its pictures of markers and layers are not used: towns are drawn.
    Package(
        "leaflet",
        "1.9.4",
        "leaflet",
        "BSD-2-Clause",
        ("dist/leaflet.js", "dist/leaflet.css", "LICENSE"),
        compressed=("dist/leaflet.js", "dist/leaflet.css"),
    ),
)


def main() -> None:
    if shutil.which("npm") is None:
        sys.exit("npm is needed to refresh the vendored files: apt-get install npm")
    manifest = [_vendor(package) for package in PACKAGES]
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    (VENDOR / "manifest.json").write_text(text, encoding="utf-8")


def _vendor(package: Package) -> dict[str, object]:
    target = VENDOR / package.folder
    # Older versions must not linger: the manifest names every file there is.
    shutil.rmtree(target, ignore_errors=True)
    with tempfile.TemporaryDirectory() as scratch:
        source = _unpack(package, Path(scratch))
        for name in package.files:
            _copy(source / name, target / package.version / Path(name).name, name in package.compressed)
    return {
        "name": package.npm_name,
        "version": package.version,
        "licence": package.licence,
        "files": {
            path.relative_to(VENDOR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted((target / package.version).iterdir())
        },
    }


def _unpack(package: Package, scratch: Path) -> Path:
    """The unpacked npm package; npm itself checks the archive against the registry's digest."""
    command = ["npm", "pack", "--silent", f"{package.npm_name}@{package.version}"]
    subprocess.run(command, cwd=scratch, check=True)
    with tarfile.open(next(scratch.glob("*.tgz"))) as archive:
        archive.extractall(scratch, filter="data")
    return scratch / "package"


def _copy(source: Path, target: Path, compress: bool) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    data = source.read_bytes()
    target.write_bytes(data)
    if compress:
        target.with_name(target.name + ".gz").write_bytes(gzip.compress(data, mtime=0))


if __name__ == "__main__":
    main()
