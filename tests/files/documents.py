"""Documents made by the tests: good ones, and the tricks somebody may try with them."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping

import docx
import openpyxl
from odfdo import Document

MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"
PRESENTATION = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"


def written(save: Callable[[io.BytesIO], object]) -> bytes:
    """What a program saves."""
    target = io.BytesIO()
    save(target)
    return target.getvalue()


def text() -> bytes:
    made = docx.Document()
    made.add_paragraph("Satzung der Stadt Ellernrode über das Freibad")
    return written(made.save)


def table() -> bytes:
    made = openpyxl.Workbook()
    assert made.active is not None
    made.active["A1"] = "Haushalt"
    return written(made.save)


def slides() -> bytes:
    types = f'<Types><Override PartName="/ppt/presentation.xml" ContentType="{PRESENTATION}"/></Types>'
    return archive({"[Content_Types].xml": types, "_rels/.rels": "<r/>", "ppt/presentation.xml": "<p/>"})


def open_document(kind: str) -> bytes:
    return written(Document(kind).save)


def archive(parts: Mapping[str, str | bytes], *, stored: bool = False) -> bytes:
    """A ZIP with these parts."""
    target = io.BytesIO()
    method = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(target, "w", method) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return target.getvalue()


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def text_with(parts: Mapping[str, str | bytes]) -> bytes:
    """A text document with further parts, or others in their place."""
    return archive({**parts_of(text()), **parts})


def text_with_macros() -> bytes:
    types = parts_of(text())["[Content_Types].xml"].replace(
        b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", MACROS.encode()
    )
    return text_with({"[Content_Types].xml": types, "word/vbaProject.bin": b"\xd0\xcf\x11\xe0"})


def open_document_with(parts: Mapping[str, str | bytes]) -> bytes:
    """An OpenDocument text with further parts; what says its kind stays first and unpacked."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name, content in {**parts_of(open_document("text")), **parts}.items():
            made.writestr(name, content)
    return target.getvalue()


def unfolding(megabytes: int) -> bytes:
    """A text document with a part of nothing but zeros."""
    return text_with({"word/media/image1.bmp": b"\0" * (megabytes * 1024 * 1024)})


def overlapping() -> bytes:
    """A text document whose table names the same bytes three times over, as the worst bombs do."""
    data = text()
    end = data.rindex(b"PK\5\6")
    fields = list(struct.unpack("<4s4H2LH", data[end:]))
    start, size, count = fields[6], fields[5], fields[3]
    last = data.rindex(b"PK\1\2")
    entry = data[last:end]
    name = bytearray(entry)
    # The same place under another name of the same length.
    name[46] ^= 1
    longer = data[start : start + size] + bytes(name)
    fields[3] = fields[4] = count + 1
    fields[5] = len(longer)
    return data[:start] + longer + struct.pack("<4s4H2LH", *fields)


def pdf(objects: bytes = b"", *, before: bytes = b"", after: bytes = b"") -> bytes:
    """A PDF of one empty page with further objects, and bytes before and after it."""
    body = (
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
        b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
        b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>\nendobj\n" + objects
    )
    end = b"xref\n0 1\n0000000000 65535 f \ntrailer << /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return before + body + end % len(body) + after


def pdf_list(content: bytes, described: bytes = b"/Type /ObjStm /Filter /FlateDecode") -> bytes:
    """Objects of a PDF packed together."""
    packed = zlib.compress(content, 9)
    return b"9 0 obj\n<< %s /N 1 /First 4 /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (
        described,
        len(packed),
        packed,
    )


HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
PROGRAM = b"MZ\x90\0" + b"\0" * 200 + b"PE\0\0" + b"\0" * 400
LOCKED_DOCUMENT = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
