"""Files of the installation below DATA_DIR: written whole or not at all, read and deleted by their names."""

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from kleinstadt_net import settings

NAME = re.compile(r"[A-Za-z0-9_-]{1,80}(?:\.[a-z0-9]{1,5})?")


def write(folder: str, name: str, data: bytes) -> None:
    """Store a file; whoever reads at the same moment finds the old one or the new one. Raises OSError."""
    path = _path(folder, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def read(folder: str, name: str) -> bytes | None:
    """The bytes of a file; None where there is none."""
    try:
        return _path(folder, name).read_bytes()
    except FileNotFoundError:
        return None


def delete(folder: str, name: str) -> None:
    """Delete a file; one that is not there is no fault."""
    _path(folder, name).unlink(missing_ok=True)


def names(folder: str) -> Iterator[tuple[str, float]]:
    """Every file of a folder with the second (Unix time) it was written."""
    directory = settings.current().data_dir / folder
    if directory.is_dir():
        for entry in os.scandir(directory):
            yield entry.name, entry.stat().st_mtime


def _path(folder: str, name: str) -> Path:
    """Names come from addresses too: nothing but letters, digits and one ending."""
    if not (NAME.fullmatch(folder) and NAME.fullmatch(name)):
        raise ValueError("no name of a file of ours")
    return settings.current().data_dir / folder / name
