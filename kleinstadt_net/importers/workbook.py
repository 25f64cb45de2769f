"""Opening a workbook that a stranger may have made: first the guard, then openpyxl.

A workbook is a zip archive of XML. Sizes in an archive are claims: they are checked first, then every
part is unpacked under its claimed size into plain memory, and openpyxl reads only that copy.
"""

import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from kleinstadt_net.importers.records import UnreadableFile

# The largest official workbook unpacks to 16 MB and packs 11 times; these leave generous room.
MAX_UNPACKED_BYTES = 64 * 2**20
MAX_RATIO = 100
RATIO_FREE_BYTES = 2**20
MAX_PARTS = 1_000
# Nothing else is handed on: no properties, pictures, macros or foreign XML.
NEEDED = ("xl/", "_rels/", "[Content_Types].xml")
# Styles and the like are held as whole trees, so they have to be small; tables are read as a stream.
MAX_TREE_BYTES = 4 * 2**20
STREAMED = ("xl/worksheets/", "xl/sharedStrings.xml")
MAX_ROWS = 200_000

# All that zip, XML and openpyxl were seen to raise on broken archives and foreign XML.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    InvalidFileException,
    SyntaxError,  # the base of xml.etree's ParseError
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    EOFError,
    OSError,
    NotImplementedError,
    RecursionError,
)


def sheet_rows(data: bytes, prefixes: tuple[str, ...], columns: int) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Numbered rows (from 1) of the first sheet whose name begins with one of ``prefixes``.

    Rows hold the first ``columns`` cells as values. Raises UnreadableFile for anything but such a
    workbook, also while rows are being read.
    """
    copy = _unpacked(data)
    try:
        with warnings.catch_warnings():
            # openpyxl tells of styles and extensions it skips; figures are not concerned.
            warnings.simplefilter("ignore", UserWarning)
            book = load_workbook(copy, read_only=True, data_only=True, keep_links=False)
    except _BROKEN as error:
        raise _broken(error) from error
    try:
        sheet = _sheet(book, prefixes)
        yield from _numbered(sheet, columns)
    finally:
        book.close()


def _sheet(book: Any, prefixes: tuple[str, ...]) -> Any:
    for sheet in book.worksheets:
        if sheet.title.strip().casefold().startswith(tuple(prefix.casefold() for prefix in prefixes)):
            # The size a workbook claims for a sheet may be wrong; without it all rows are read.
            sheet.reset_dimensions()
            return sheet
    names = ", ".join(repr(sheet.title) for sheet in book.worksheets[:5]) or "none"
    raise UnreadableFile(
        f'The workbook has no sheet whose name begins with "{prefixes[0]}" (its sheets: {names}).'
    )


def _numbered(sheet: Any, columns: int) -> Iterator[tuple[int, tuple[Any, ...]]]:
    rows = sheet.iter_rows(max_col=columns, values_only=True)
    try:
        yield from islice(enumerate(rows, 1), MAX_ROWS)
        if next(rows, None) is not None:
            raise UnreadableFile(f"The sheet has more than {MAX_ROWS} rows; no register is that long.")
    except _BROKEN as error:
        raise _broken(error) from error


def _unpacked(data: bytes) -> BytesIO:
    """The XML parts of the archive, checked and stored uncompressed in an archive of our own."""
    copy = BytesIO()
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive, zipfile.ZipFile(copy, "w") as target:
            for part in _checked_parts(archive.infolist()):
                target.writestr(part.filename, _content(archive, part))
    except _BROKEN as error:
        raise _broken(error) from error
    copy.seek(0)
    return copy


def _checked_parts(parts: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        raise UnreadableFile(
            "The file is a zip archive but no xlsx workbook. "
            "If it is a packed download, please unpack it and import the file inside."
        )
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableFile("The workbook is encrypted. Please save it without a password.")
    if len(parts) > MAX_PARTS or len(names) != len(parts):
        raise UnreadableFile("The workbook has far too many or repeated parts; it is not an official file.")
    if sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES or any(map(_is_bomb, parts)):
        raise UnreadableFile(
            f"The workbook would unpack to far more than an official file does (over {MAX_RATIO} times its size "
            f"or over {MAX_UNPACKED_BYTES // 2**20} MB). It was not opened."
        )
    return [part for part in parts if part.filename.startswith(NEEDED) and _is_xml(part)]


def _is_bomb(part: zipfile.ZipInfo) -> bool:
    if not part.filename.startswith(STREAMED) and _is_xml(part):
        return part.file_size > MAX_TREE_BYTES
    return part.file_size > RATIO_FREE_BYTES and part.file_size > MAX_RATIO * max(1, part.compress_size)


def _is_xml(part: zipfile.ZipInfo) -> bool:
    return part.filename.endswith((".xml", ".rels"))


def _content(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    with archive.open(part) as stream:
        # A bounded read: an unbounded one unpacks everything there is before it looks at the claim.
        content = stream.read(part.file_size + 1)
    if len(content) != part.file_size:
        raise zipfile.BadZipFile(f"{part.filename} is shorter than stated")
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content or content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise UnreadableFile("The workbook holds XML that no spreadsheet program writes. It was not opened.")
    return content


def _broken(error: BaseException) -> UnreadableFile:
    return UnreadableFile(f"The workbook is damaged and cannot be read ({type(error).__name__}).")
