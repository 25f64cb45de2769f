"""Which format a file has, told from its content; its name says nothing."""

import stat
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from kleinstadt_net.importers import auszug_csv, gv100ad
from kleinstadt_net.importers.records import UnreadableFile

# Ten times the largest official file.
MAX_BYTES = 32 * 2**20
MAX_LINES = 200_000

ZIP_START = b"PK"
# First bytes of files that are taken for a register by mistake, and what to do about it.
KNOWN_STRANGERS = {
    b"\xd0\xcf\x11\xe0": "an old .xls or a password-protected workbook; please save it as .xlsx without password",
    b"%PDF": "a PDF document",
    b"\x1f\x8b": "a packed file; please unpack it first",
    b"7z\xbc\xaf": "a packed file; please unpack it first",
    b"\xff\xfe": "text in UTF-16; please save it as UTF-8",
    b"\xfe\xff": "text in UTF-16; please save it as UTF-8",
}


class Format(StrEnum):
    """The formats a register comes in."""

    GV100AD = "GV100AD"
    XLSX = "AuszugGV xlsx"
    CSV = "AuszugGV CSV"


@dataclass(frozen=True, slots=True)
class Detected:
    """A file's format with its bytes (workbook) or its lines without line ends (text)."""

    format: Format
    data: bytes = b""
    lines: tuple[str, ...] = ()


def detect(path: Path) -> Detected:
    """Read a file and tell its format; raises UnreadableFile when it can be no register."""
    data = file_bytes(path)
    if data.startswith(ZIP_START):
        return Detected(Format.XLSX, data=data)
    for start, what in KNOWN_STRANGERS.items():
        if data.startswith(start):
            raise UnreadableFile(f"The file is {what}.")
    lines = text_lines(decoded(data))
    fixed_width = gv100ad.data_lines(lines)
    separated = max(auszug_csv.data_lines(lines, separator) for separator in auszug_csv.SEPARATORS)
    if not fixed_width and not separated:
        raise UnreadableFile(
            "The file is no register: it is neither GV100AD (fixed width), nor an AuszugGV workbook (.xlsx), "
            "nor such a workbook saved as CSV."
        )
    return Detected(Format.GV100AD if fixed_width > separated else Format.CSV, lines=tuple(lines))


def file_bytes(path: Path) -> bytes:
    """The whole file, if it is an ordinary one of a possible size."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise UnreadableFile(f"{path} is a directory; please name the file itself.")
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableFile(f"{path} is not an ordinary file.")
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UnreadableFile(f"{path} cannot be read: {reason}.") from error
    if len(data) > MAX_BYTES:
        raise UnreadableFile(f"{path} is larger than {MAX_BYTES // 2**20} MB; no register is that large.")
    if not data.strip():
        raise UnreadableFile(f"{path} is empty.")
    return data


def decoded(data: bytes) -> str:
    """The bytes as text, in UTF-8 or Windows-1252; raises UnreadableFile for anything else."""
    if b"\0" in data:
        raise UnreadableFile("The file is binary, not text: it is no register.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if _is_mostly_utf8(data):
            # A few damaged letters are problems of their rows, not another encoding.
            return data.decode("utf-8-sig", errors="replace")
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            "The file's encoding is neither UTF-8 nor Windows-1252; please save it as UTF-8."
        ) from error


def _is_mostly_utf8(data: bytes) -> bool:
    foreign = [line for line in data.split(b"\n") if not line.isascii()]
    return sum(map(_is_utf8, foreign)) * 2 > len(foreign)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def text_lines(text: str) -> list[str]:
    """The lines without their ends; raises UnreadableFile beyond a possible number."""
    # Not splitlines(): it would also break at control characters inside a damaged row.
    lines = [line.removesuffix("\r") for line in text.removesuffix("\x1a").split("\n")]
    if len(lines) > MAX_LINES:
        raise UnreadableFile(f"The file has more than {MAX_LINES} lines; no register is that long.")
    return lines
