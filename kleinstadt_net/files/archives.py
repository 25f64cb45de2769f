"""A ZIP archive looked through before anybody opens it: every byte belongs to a part, and nothing unfolds without end.

Archives are read from their end by a table that may lie. So the table is held against what is really there: parts lie
one behind another without gaps or overlaps, have plain names, and unpack to what the table says. Python's own reader
believes the table in most of this.
"""

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from kleinstadt_net.files.faults import Fault, Unfit

# A presentation of a hundred slides has some six hundred parts.
MAX_PARTS = 2_000
MAX_TABLE = 512 * 1024
# What a document may unfold into, with everything enclosed in it.
MAX_UNPACKED = 100 * 1024 * 1024
# Tables of numbers shrink to a thirtieth; a thousandth is what nothing but repetition shrinks to.
MAX_RATIO = 200
SMALL = 1024 * 1024
CHUNK = 256 * 1024
# The end of the table: signature, disks, how many parts (twice), size, where it begins, length of a comment.
END = struct.Struct("<4s4H2LH")
END_SIGNATURE = b"PK\5\6"
# Archives of more than four gigabytes have a second table; one of ours that has it holds two stories.
LARGE = b"PK\6\7"
LOCAL = struct.Struct("<4s5H3L2H")
# Sizes may follow a part whose writer did not know them before; bit 3 says so.
SIZES_FOLLOW, MAX_SIZES = 0x08, 24
LOCKED = 0x01
# Letters of drives, steps upwards, the root, other systems' separators, and whatever cannot be seen.
TRICK = re.compile(r"^/|\\|:|(?:^|/)\.\.?(?:/|$)|//|[\x00-\x1f\x7f]")
MAX_NAME = 200

# What Python's reader says to archives that are none.
_COMPLAINTS = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    EOFError,
    ValueError,
    OSError,
    struct.error,
)


@dataclass
class Allowance:
    """What may still be unpacked, shared with the archives inside an archive."""

    left: int = MAX_UNPACKED

    def spend(self, size: int) -> None:
        """Raises Unfit where it is used up."""
        self.left -= size
        if self.left < 0:
            raise Unfit(Fault.BOMB)


class Archive:
    """The parts of an archive whose table is true. Raises Unfit for anything else, here and while reading."""

    def __init__(self, data: bytes, allowance: Allowance) -> None:
        self._allowance = allowance
        _check_end(data)
        try:
            self._file = zipfile.ZipFile(io.BytesIO(data))
        except _COMPLAINTS:
            raise Unfit(Fault.BROKEN) from None
        self._parts = self._file.infolist()
        for part in self._parts:
            _check_part(part)
        if len({part.filename.lower() for part in self._parts}) < len(self._parts):
            raise Unfit(Fault.BROKEN)
        _check_places(data, self._parts, self._file.start_dir)
        if sum(part.file_size for part in self._parts) > allowance.left:
            raise Unfit(Fault.BOMB)

    @property
    def names(self) -> list[str]:
        """In the order of the table."""
        return [part.filename for part in self._parts]

    @property
    def first(self) -> zipfile.ZipInfo:
        """The part at the very beginning."""
        return min(self._parts, key=lambda part: part.header_offset)

    def pieces(self, name: str) -> Iterator[bytes]:
        """A part in pieces; held against its checksum at the end."""
        try:
            with self._file.open(name) as part:
                while piece := part.read(CHUNK):
                    self._allowance.spend(len(piece))
                    yield piece
        except KeyError:
            raise Unfit(Fault.BROKEN) from None
        except _COMPLAINTS:
            raise Unfit(Fault.BROKEN) from None

    def read(self, name: str, most: int) -> bytes:
        """A whole part of at most so many bytes."""
        if self._file.NameToInfo.get(name) is None or self._file.NameToInfo[name].file_size > most:
            raise Unfit(Fault.BROKEN)
        return b"".join(self.pieces(name))


def _check_end(data: bytes) -> None:
    """The table ends where the file does, and is of a size one can read."""
    if len(data) < END.size:
        raise Unfit(Fault.BROKEN)
    signature, disks, here, parts, size, start, comment = _end(data)
    if signature != END_SIGNATURE or disks or comment or data[-END.size - 20 :].startswith(LARGE):
        raise Unfit(Fault.BROKEN)
    if here != parts or start + size != len(data) - END.size:
        raise Unfit(Fault.BROKEN)
    if parts > MAX_PARTS or size > MAX_TABLE:
        raise Unfit(Fault.BOMB)


def _end(data: bytes) -> tuple[bytes, int, int, int, int, int, int]:
    signature, disk, first_disk, here, parts, size, start, comment = END.unpack(data[-END.size :])
    return signature, disk | first_disk, here, parts, size, start, comment


def _check_part(part: zipfile.ZipInfo) -> None:
    if part.flag_bits & LOCKED:
        raise Unfit(Fault.ACTIVE)
    if TRICK.search(part.orig_filename) or len(part.orig_filename) > MAX_NAME:
        raise Unfit(Fault.BROKEN)
    kind = stat.S_IFMT(part.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise Unfit(Fault.BROKEN)
    if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Unfit(Fault.BROKEN)
    if part.file_size > SMALL and part.file_size > MAX_RATIO * part.compress_size:
        raise Unfit(Fault.BOMB)


def _check_places(data: bytes, parts: list[zipfile.ZipInfo], table: int) -> None:
    """One part behind another from the first byte to the table: nothing lies hidden, and nothing is used twice."""
    end = 0
    slack = 0
    for part in sorted(parts, key=lambda part: part.header_offset):
        if not end <= part.header_offset <= end + slack:
            raise Unfit(Fault.BROKEN)
        header = data[part.header_offset : part.header_offset + LOCAL.size]
        if len(header) < LOCAL.size:
            raise Unfit(Fault.BROKEN)
        *_, name, extra = LOCAL.unpack(header)
        end = part.header_offset + LOCAL.size + name + extra + part.compress_size
        slack = MAX_SIZES if part.flag_bits & SIZES_FOLLOW else 0
    if not end <= table <= end + slack:
        raise Unfit(Fault.BROKEN)
