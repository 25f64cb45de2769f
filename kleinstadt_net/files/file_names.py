"""Names of files as people sent them: what they end with, and what is left of them when they are safe to save."""

import re
import unicodedata
from collections.abc import Sequence

MAX_LENGTH = 120
# File systems count bytes and stop at 255; programs add " (1)" to what is there already.
MAX_STEM_BYTES = 220
UNNAMED = "Dokument"
PATH_PARTS = re.compile(r"[/\\]")
# Windows knows these as something else in a name.
RESERVED = re.compile(r'[<>:"|?*]')
# Files of these names are devices on Windows, whatever follows the dot.
DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
# Controls, invisible and turning characters, halves of characters, private ones, line and paragraph ends.
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
ENDING = re.compile(r"\.([a-z][a-z0-9]{1,5})", re.IGNORECASE)


def ending(name: str) -> str:
    """What stands after the last dot, in lower case; empty where that is no ending, as in "Entwurf vom 3.12"."""
    found = ENDING.fullmatch("." + _plain(name).rpartition(".")[2])
    return found[1].lower() if found and "." in _plain(name) else ""


def cleaned(name: str, endings: Sequence[str]) -> str:
    """The name to save a file under whose kind has these endings: at most 120 characters, and never a path."""
    stem = _plain(name)
    if ending(name) in endings:
        stem = stem.rpartition(".")[0]
    stem = RESERVED.sub("_", stem).strip(". ")
    if DEVICES.match(stem):
        stem = f"_{stem}"
    room = MAX_LENGTH - len(endings[0]) - 1
    return f"{_at_most(stem, room).rstrip('. ') or UNNAMED}.{endings[0]}"


def shown(name: str) -> str:
    """The name as a sentence may hold it: short, and without anything unseen."""
    return _at_most(_plain(name), MAX_LENGTH) or UNNAMED


def _plain(name: str) -> str:
    last = PATH_PARTS.split(name)[-1]
    seen = "".join(
        " " if char.isspace() else char
        for char in unicodedata.normalize("NFC", last)
        if char.isspace() or unicodedata.category(char) not in UNSEEN
    )
    return " ".join(seen.split())


def _at_most(text: str, length: int) -> str:
    return text[:length].encode()[:MAX_STEM_BYTES].decode(errors="ignore")
