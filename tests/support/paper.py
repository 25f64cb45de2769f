"""What a PDF must carry for whoever has it read aloud (PDF/UA-1), as far as its bytes tell."""

import re
import zlib


def objects(document: bytes) -> bytes:
    """What stands in a PDF, of which WeasyPrint compresses most."""
    packed = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", document, re.DOTALL)
    # A stream may lose its last byte to the line's end before "endstream".
    return b"".join(
        zlib.decompressobj().decompress(one) for one in packed if one.startswith((b"x\x9c", b"x\xda"))
    )


def assert_tagged(document: bytes, *, pages: int, headings: int) -> None:
    """Tagged, German, with a title to be shown, its headings marked as such, and its fonts within itself."""
    read = objects(document)
    assert document.startswith(b"%PDF-") and re.search(rb'pdfuaid:part="1"', document + read)
    for mark in (rb"/MarkInfo\s*<</Marked true", rb"/StructTreeRoot\b", rb"/ParentTree\b", rb"/Lang ?\(de"):
        assert re.search(mark, read), mark
    assert re.search(rb"/DisplayDocTitle true", read) and re.search(rb"<dc:title>", document + read)
    assert re.search(rb"/S /H1\b", read) and len(re.findall(rb"/S /H2\b", read)) == headings
    assert len(re.findall(rb"/Type\s*/Page\b", read)) == pages
    assert read.count(b"/FontFile") >= read.count(b"/FontDescriptor ") > 0
