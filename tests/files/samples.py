"""Pictures made by the tests: good ones, and the ways a file can be bad."""

import io
import struct
import zlib
from typing import Any

from PIL import Image


def picture(
    width: int = 1200, height: int = 900, *, kind: str = "JPEG", mode: str = "RGB", **given: Any
) -> bytes:
    """A picture with a bright and a dark half, left and right, so that one can tell how it lies."""
    made = Image.new(mode, (width, height), "white" if mode != "RGBA" else (255, 255, 255, 0))
    made.paste("black" if mode != "RGBA" else (0, 0, 0, 255), (0, 0, width // 2, height))
    written = io.BytesIO()
    made.save(written, kind, **given)
    return written.getvalue()


def with_place() -> bytes:
    """A photograph lying on its side, with camera and place in its file."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by a quarter when shown
    exif[0x010F] = "Kamera von Frau Brandt"
    exif.get_ifd(0x8825)[2] = (50.0, 1.0, 2.0)  # the place
    return picture(exif=exif.tobytes(), comment=b"Nicht weitersagen")


def huge_on_paper() -> bytes:
    """A PNG of a few bytes whose header promises a hundred megapixels."""
    header = struct.pack(">IIBBBBB", 10_000, 10_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", b"") + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
GIF_WITH_SCRIPT = b"GIF89a/*" + b"\0" * 40 + b"*/=alert(1)"
