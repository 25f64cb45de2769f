"""Whatever we hand on with the service may be handed on under EUPL-1.2 (its article 5 and appendix)."""

import hashlib
import json
import re
from importlib import metadata
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.house.source import PACKAGE

VENDOR = PACKAGE / "static" / "vendor"
FITTING = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "EUPL-1.2", "HPND", "ISC", "LGPL-2.1-or-later",
    "LGPL-3.0-only", "LGPL-3.0-or-later", "MIT", "MIT-0", "MIT-CMU", "MPL-2.0", "OFL-1.1", "PSF-2.0", "Unlicense",
    "Zlib",
}  # fmt: skip
# Older packages name their licence in words of their own.
WORDS = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.1-or-later",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
}
# Locked for other systems than the one the tests run on; read once by hand.
FOR_OTHER_SYSTEMS = {"brotlicffi": "MIT", "colorama": "BSD-3-Clause", "tzdata": "Apache-2.0"}
# Their descriptions name none; the files they bring were read once by hand.
IN_A_FILE = {"imapclient": "BSD-3-Clause"}
NAME = re.compile(r"^([A-Za-z0-9_.-]+)==", re.MULTILINE)


def locked() -> list[str]:
    return sorted(set(NAME.findall((ROOT / "requirements" / "run.txt").read_text(encoding="utf-8"))))


def stated(package: str) -> str:
    """The licence as an SPDX expression, from the package's own description."""
    if package in IN_A_FILE:
        return IN_A_FILE[package]
    try:
        found = metadata.metadata(package)
    except metadata.PackageNotFoundError:
        return FOR_OTHER_SYSTEMS.get(package, "not installed")
    if "License-Expression" in found:
        return found["License-Expression"]
    classifiers = [
        c.split(" :: ")[-1] for c in found.get_all("Classifier") or [] if c.startswith("License ::")
    ]
    words = [c for c in classifiers if c != "OSI Approved"] or [str(found["License"]).split("\n")[0]]
    return " OR ".join(WORDS.get(word, word) for word in words)


def fits(expression: str) -> bool:
    """Every part joined by AND must fit, one of those joined by OR."""
    plain = re.sub(r"[()]", "", expression)
    return all(any(part.strip() in FITTING for part in term.split(" OR ")) for term in plain.split(" AND "))


@pytest.mark.parametrize(
    "expression", ["GPL-3.0-only", "AGPL-3.0-or-later", "MIT AND GPL-3.0-only", "None", ""]
)
def test_a_licence_that_does_not_fit_would_be_noticed(expression: str) -> None:
    assert not fits(expression)


@pytest.mark.parametrize("package", locked())
def test_the_licence_of_each_dependency_fits(package: str) -> None:
    assert fits(stated(package)), f"{package}: {stated(package)}"


def manifest() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
    return entries


def test_vendored_files_are_exactly_those_of_the_manifest() -> None:
    listed = {name: digest for entry in manifest() for name, digest in entry["files"].items()}
    present = {
        path.relative_to(VENDOR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert present == listed


def test_vendored_parts_bring_a_fitting_licence_with_its_text() -> None:
    for entry in manifest():
        assert entry["name"] and entry["version"]
        assert fits(entry["licence"]), entry
        assert any("licen" in name.lower() for name in entry["files"]), f"{entry['name']} lacks its licence"
