"""A document or picture as somebody sent it: what it really is, whether it may be passed on, and under which name.

The content decides, never the name or the type the browser sent. Pictures are drawn anew. Documents are kept byte for
byte, and so looked through first: nothing before, after or hidden between their parts, nothing that runs, nothing that
unfolds into something huge. That keeps out what is wrong on its face; looking for known viruses is the scanner's work.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import puremagic

from kleinstadt_net.files import file_names, office_files, pdf_files, pictures
from kleinstadt_net.files.faults import Fault, Unfit

__all__ = ["MAX_BYTES", "MAX_FILES", "MEDIA_TYPES", "AttachmentRefused", "Checked", "Fault", "check"]

MAX_BYTES = 10 * 1024 * 1024
# With one message, or one example.
MAX_FILES = 5

MEDIA_TYPES: Mapping[str, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
}
# What a file of each kind may be called; the first is what it is called when saved.
_ENDINGS = {kind: (kind,) for kind in MEDIA_TYPES} | {"jpeg": ("jpg", "jpeg", "jpe", "jfif")}
_KNOWN_ENDINGS = frozenset(ending for endings in _ENDINGS.values() for ending in endings)
# What the library says of a beginning, and what we make of it. All archives begin alike; it names them all.
_FAMILIES = {".pdf": "pdf", ".docx": "office", ".jpg": "jpeg", ".png": "png", ".webp": "webp"}
_PICTURE_FAULTS = {
    pictures.Fault.UNKNOWN: Fault.BROKEN,
    pictures.Fault.BROKEN: Fault.BROKEN,
    pictures.Fault.TOO_LARGE: Fault.BOMB,
}


class AttachmentRefused(Exception):
    """A file is not taken, and with it none of those sent along; ``name`` is what to call it to the person."""

    def __init__(self, fault: Fault, name: str) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.name = name


@dataclass(frozen=True)
class Checked:
    """A file that may be stored: a name without tricks, what it is (a key of MEDIA_TYPES), and its bytes."""

    name: str
    kind: str
    data: bytes


def check(name: str, data: bytes) -> Checked:
    """The file as it may be stored. Raises AttachmentRefused."""
    ending = file_names.ending(name)
    try:
        kind, content = _looked_into(data)
        # A name without any ending says nothing wrong.
        if ending and ending not in _ENDINGS[kind]:
            raise Unfit(Fault.NOT_WHAT_IT_SAYS)
    except Unfit as unfit:
        is_disguised = unfit.fault is Fault.UNKNOWN and ending in _KNOWN_ENDINGS
        fault = Fault.NOT_WHAT_IT_SAYS if is_disguised else unfit.fault
        raise AttachmentRefused(fault, file_names.shown(name)) from None
    return Checked(file_names.cleaned(name, _ENDINGS[kind]), kind, content)


def _looked_into(data: bytes) -> tuple[str, bytes]:
    if not data:
        raise Unfit(Fault.EMPTY)
    if len(data) > MAX_BYTES:
        raise Unfit(Fault.TOO_HEAVY)
    family = _family(data)
    if family == "office":
        return office_files.kind_of(data), data
    if family == "pdf":
        pdf_files.look_through(data)
        return family, data
    return family, _drawn_anew(data, family)


def _family(data: bytes) -> str:
    found = {_FAMILIES[one] for one in _possible_endings(data) & _FAMILIES.keys()}
    if len(found) == 1:
        return found.pop()
    if office_files.is_locked(data):
        raise Unfit(Fault.ACTIVE)
    raise Unfit(Fault.NOT_WHAT_IT_SAYS if found else Fault.UNKNOWN)


def _possible_endings(data: bytes) -> set[str]:
    """Everything the library takes the content for."""
    try:
        # Older versions raise where newer ones answer with nothing.
        return {match.extension for match in puremagic.magic_string(data)}
    except puremagic.PureError:
        return set()


def _drawn_anew(data: bytes, kind: str) -> bytes:
    try:
        drawn = pictures.redraw(data, kind.upper())
    except pictures.PictureRefused as refused:
        raise Unfit(_PICTURE_FAULTS[refused.fault]) from None
    if len(drawn) > MAX_BYTES:
        raise Unfit(Fault.TOO_HEAVY)
    return drawn
