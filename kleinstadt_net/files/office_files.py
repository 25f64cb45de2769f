"""Whether an office document may be passed on: which kind it is, and that it brings no program along.

Documents of both families, OOXML and OpenDocument, are archives of XML. What counts is what they declare themselves to
be, and what they hold: macros, controls, enclosed programs and templates fetched from elsewhere are refused, a table
enclosed in a text is looked through as well.
"""

import re
from collections.abc import Callable
from xml.parsers import expat

from kleinstadt_net.files.archives import Allowance, Archive
from kleinstadt_net.files.faults import Fault, Unfit

ARCHIVE = b"PK\3\4"
# Documents before 2007, and locked ones of today, lie in a container of another make.
OLD_CONTAINER = bytes.fromhex("d0cf11e0a1b11ae1")
LOCKED = "EncryptedPackage".encode("utf-16-le")

# What a document of OOXML says of its main part.
OOXML = {
    f"application/vnd.openxmlformats-officedocument.{name}.main+xml": kind
    for name, kind in (
        ("wordprocessingml.document", "docx"),
        ("spreadsheetml.sheet", "xlsx"),
        ("presentationml.presentation", "pptx"),
    )
}
OPEN_DOCUMENT = {
    f"application/vnd.oasis.opendocument.{name}".encode(): kind
    for name, kind in (("text", "odt"), ("spreadsheet", "ods"), ("presentation", "odp"))
}
TYPES, RELATIONS, MIMETYPE, MANIFEST = (
    "[Content_Types].xml",
    "_rels/.rels",
    "mimetype",
    "META-INF/manifest.xml",
)
MAX_DECLARATION = 1024 * 1024
# What all parts refer to; a table with twenty thousand links has four megabytes of it, and each is looked at.
MAX_RELATIONS = 8 * 1024 * 1024
# A text holds a table, which holds a picture of a text: nobody needs more.
MAX_DEPTH = 2

ACTIVE_TYPES = re.compile(r"macroenabled|vbaproject|activex|oleobject", re.IGNORECASE)
ACTIVE_PARTS = re.compile(r"vbaproject|vbadata|(?:^|/)(?:activex|macrosheets|basic|scripts)/", re.IGNORECASE)
# Fetched from elsewhere when the document is opened, these may bring a program along.
FETCHED = re.compile(r"/(?:attachedTemplate|oleObject|frame|subDocument|aFChunk)$")
# Beginnings of programs, of other archives, and of containers nobody has looked into.
FOREIGN = (OLD_CONTAINER, b"MZ", b"\x7fELF", b"Rar!", b"7z\xbc\xaf")
# In the text of a part: a program called from elsewhere.
CALLS = (b"vnd.sun.star.script:", b"ddeLink", b"DDEAUTO")
# Words that stand for other words can be piled up until nothing can hold them.
PILED_UP = b"<!ENTITY"
OVERLAP = 64
# An enclosed archive does not shrink any further; larger than this it is made to.
MAX_ENCLOSED = 16 * 1024 * 1024


def is_locked(data: bytes) -> bool:
    """Whether this is a document that only a password opens."""
    return data.startswith(OLD_CONTAINER) and LOCKED in data


def kind_of(data: bytes) -> str:
    """docx, xlsx, pptx, odt, ods or odp. Raises Unfit for everything else, and for what is not to be passed on."""
    return _kind_of(data, Allowance(), 0)


def _kind_of(data: bytes, allowance: Allowance, depth: int) -> str:
    if not data.startswith(ARCHIVE):
        raise Unfit(Fault.BROKEN)
    archive = Archive(data, allowance)
    kind = _declared(archive)
    for name in archive.names:
        if ACTIVE_PARTS.search(name):
            raise Unfit(Fault.ACTIVE)
        _look_into(archive, name, allowance, depth)
    return kind


def _declared(archive: Archive) -> str:
    names = set(archive.names)
    if archive.first.filename == MIMETYPE and TYPES not in names:
        kind = _open_document(archive)
    elif {TYPES, RELATIONS} <= names and MIMETYPE not in names:
        kind = _ooxml(archive, names)
    else:
        raise Unfit(Fault.UNKNOWN)
    return kind


def _open_document(archive: Archive) -> str:
    kind = OPEN_DOCUMENT.get(archive.read(MIMETYPE, 200))
    if kind is None:
        raise Unfit(Fault.UNKNOWN)
    _each_element(archive.read(MANIFEST, MAX_DECLARATION), _refuse_lock)
    return kind


def _refuse_lock(tag: str, attributes: dict[str, str]) -> None:
    if tag.endswith("encryption-data"):
        raise Unfit(Fault.ACTIVE)


def _ooxml(archive: Archive, names: set[str]) -> str:
    kinds = set()

    def note(tag: str, attributes: dict[str, str]) -> None:
        declared = attributes.get("ContentType", "")
        if ACTIVE_TYPES.search(declared):
            raise Unfit(Fault.ACTIVE)
        if declared in OOXML and attributes.get("PartName", "").lstrip("/") in names:
            kinds.add(OOXML[declared])

    _each_element(archive.read(TYPES, MAX_DECLARATION), note)
    left = MAX_RELATIONS
    for name in names:
        if name.endswith(".rels"):
            relations = archive.read(name, MAX_RELATIONS)
            left -= len(relations)
            if left < 0:
                raise Unfit(Fault.BOMB)
            _each_element(relations, _refuse_fetched)
    if len(kinds) != 1:
        raise Unfit(Fault.UNKNOWN)
    return kinds.pop()


def _refuse_fetched(tag: str, attributes: dict[str, str]) -> None:
    is_elsewhere = attributes.get("TargetMode", "").lower() == "external"
    if is_elsewhere and FETCHED.search(attributes.get("Type", "")):
        raise Unfit(Fault.ACTIVE)


def _look_into(archive: Archive, name: str, allowance: Allowance, depth: int) -> None:
    """Unpack a part once, piece by piece: it is whole, begins as no program does, and calls none."""
    enclosed: bytearray | None = None
    tail = b""
    for number, piece in enumerate(archive.pieces(name)):
        if number == 0 and piece.startswith(FOREIGN):
            raise Unfit(Fault.ACTIVE)
        if number == 0 and piece.startswith(ARCHIVE):
            enclosed = bytearray()
        if enclosed is not None:
            enclosed += piece
            if len(enclosed) > MAX_ENCLOSED:
                raise Unfit(Fault.BOMB)
        _check_text(tail + piece)
        tail = piece[-OVERLAP:]
    if enclosed is not None:
        _look_into_enclosed(bytes(enclosed), allowance, depth + 1)


def _check_text(piece: bytes) -> None:
    if any(call in piece for call in CALLS):
        raise Unfit(Fault.ACTIVE)
    if PILED_UP in piece:
        raise Unfit(Fault.BOMB)


def _look_into_enclosed(data: bytes, allowance: Allowance, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise Unfit(Fault.BOMB)
    try:
        _kind_of(data, allowance, depth)
    except Unfit as unfit:
        # Enclosed archives of any other kind are files nobody can look into.
        raise Unfit(Fault.ACTIVE if unfit.fault is Fault.UNKNOWN else unfit.fault) from None


def _each_element(xml: bytes, visit: Callable[[str, dict[str, str]], None]) -> None:
    """Show every element with its attributes; whatever way the text is written, as a program for offices reads it."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = visit
    parser.EntityDeclHandler = _refuse_entity
    try:
        parser.Parse(xml, True)
    except expat.ExpatError:
        raise Unfit(Fault.BROKEN) from None


def _refuse_entity(*declared: object) -> None:
    raise Unfit(Fault.BOMB)
