"""Whether a PDF may be passed on: it is one from its first byte to its last, and nothing in it runs or is hidden.

Its pages are not drawn, and not everything in it is unpacked: enough is read to find programs, locks and enclosed
files wherever programs that write PDF put them.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from kleinstadt_net.files.faults import Fault, Unfit

BEGINNING = re.compile(rb"%PDF-[12]\.\d")
END = b"%%EOF"
WHITE = b"\0\t\n\f\r "
# Programs that open whatever is HTML at its beginning look no further than this.
FIRST_LOOK = 1024
HTML = re.compile(rb"<(?:!doctype|html|head|body|script|iframe|svg)", re.IGNORECASE)
# A table of where everything is; without it the file was cut off, and programs only guess.
POINTER = b"startxref"
NEAR_THE_END = 2048
# Lists of objects are some hundred kilobytes; one that unfolds into more is made to.
MAX_LISTS = 64 * 1024 * 1024
CHUNK = 256 * 1024
# The longest name, every letter of it written as a number, may lie across two chunks.
OVERLAP = 128


def _spelled(*names: str) -> bytes:
    """A pattern for these names as PDF may write them, each letter as itself or as its number (``#4a``)."""
    letters = (b"".join(b"(?:%c|#%s)" % (ord(char), _number(char)) for char in name) for name in names)
    return b"/(?:" + b"|".join(letters) + b")(?![A-Za-z0-9#])"


def _number(char: str) -> bytes:
    return b"".join(
        b"[%c%c]" % (digit, ord(chr(digit).upper())) if chr(digit).isalpha() else b"%c" % digit
        for digit in f"{ord(char):02x}".encode()
    )


# A program, a command, a lock, a film: what a document on paper never has.
ACTIVE = re.compile(
    _spelled("JavaScript", "Launch", "Encrypt", "RichMedia", "Rendition", "EmbeddedFile", "FileAttachment")
    # A file enclosed in this one, whose content nobody has looked at, or a form that is a program; names as short
    # as these turn up by chance among packed bytes, but not with their value behind them.
    + rb"|"
    + _spelled("EF", "XFA")
    + rb"[\0\s]*(?:<<|\[|\d+[\0\s]+\d+[\0\s]+R)"
)
STREAM = re.compile(rb">>[\0\s]*stream\r?\n")
LIST = re.compile(_spelled("ObjStm"))
PACKED = re.compile(_spelled("FlateDecode", "Fl"))
PACKED_OTHERWISE = re.compile(
    _spelled("ASCIIHexDecode", "ASCII85Decode", "LZWDecode", "RunLengthDecode", "AHx", "A85", "LZW", "RL")
)


def look_through(data: bytes) -> None:
    """Raise Unfit for what is not to be passed on."""
    if not BEGINNING.match(data) or HTML.search(data[:FIRST_LOOK]):
        raise Unfit(Fault.NOT_WHAT_IT_SAYS)
    # An archive is read from its end: it may follow a PDF in the same file.
    if zipfile.is_zipfile(io.BytesIO(data)):
        raise Unfit(Fault.NOT_WHAT_IT_SAYS)
    if not data.rstrip(WHITE).endswith(END) or POINTER not in data[-NEAR_THE_END:]:
        raise Unfit(Fault.BROKEN)
    if ACTIVE.search(data):
        raise Unfit(Fault.ACTIVE)
    _look_into_lists(data)


def _look_into_lists(data: bytes) -> None:
    """Objects may lie packed together in lists; they are looked through like those in the open."""
    left = MAX_LISTS
    for packed in _lists(data):
        for piece in _unpacked(packed):
            left -= len(piece)
            if left < 0:
                raise Unfit(Fault.BOMB)
            if ACTIVE.search(piece):
                raise Unfit(Fault.ACTIVE)


def _lists(data: bytes) -> Iterator[memoryview]:
    """The content of each packed list."""
    end = 0
    for stream in STREAM.finditer(data):
        start = stream.end()
        if start < end:
            continue
        # Everything since the last content, so that no comment can push the word out of sight.
        described = data[end:start]
        found = data.find(b"endstream", start)
        end = found if found >= 0 else len(data)
        if not LIST.search(described):
            continue
        if PACKED_OTHERWISE.search(described):
            # No program writes lists like this; whoever does has something to hide.
            raise Unfit(Fault.ACTIVE)
        if PACKED.search(described):
            yield memoryview(data)[start:end]


def _unpacked(packed: memoryview) -> Iterator[bytes]:
    """The content in pieces, each with the end of the one before."""
    unpacker, tail = zlib.decompressobj(), b""
    for position in range(0, len(packed), CHUNK):
        fresh: bytes | memoryview = packed[position : position + CHUNK]
        while fresh:
            try:
                piece = tail + unpacker.decompress(fresh, CHUNK)
            except zlib.error:
                raise Unfit(Fault.BROKEN) from None
            yield piece
            tail, fresh = piece[-OVERLAP:], unpacker.unconsumed_tail
    if not unpacker.eof:
        # Cut off, or said to end before it does.
        raise Unfit(Fault.BROKEN)
