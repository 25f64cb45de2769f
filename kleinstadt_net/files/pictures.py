"""A picture as somebody sent it, drawn anew: what is stored is never the bytes that came.

Drawing anew leaves behind what the file carried besides the picture (place, camera, names, hidden scripts). Sizes
are looked at before anything is unpacked, so a small file cannot become a huge one in memory.
"""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

MAX_BYTES = 15 * 1024 * 1024
# A good telephone takes 12 to 50 megapixels; unpacked, forty are 120 MB for a moment.
MAX_PIXELS = 40_000_000
MIN_SIDE = 320
# Wider than this it is no picture of a town but a banner.
MAX_RATIO = 4
# Pixels: a card, a page on a telephone, a page on a large screen and on paper.
WIDTHS = (400, 800, 1600)
# By these names only; SVG is a document that may run scripts, and is none of them.
FORMATS = ("JPEG", "PNG", "WEBP")
QUALITY = 82
# A picture passed on as a file: a page scanned at 300 dots an inch keeps every dot and stays readable.
LONGEST_SIDE = 4000
FILE_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "JPEG": {"quality": 88, "optimize": True},
    "PNG": {},
    "WEBP": {"quality": 88},
}


class Fault(StrEnum):
    """Why a picture is not taken."""

    TOO_HEAVY = "too_heavy"
    UNKNOWN = "unknown"
    TOO_LARGE = "too_large"
    TOO_SMALL = "too_small"
    TOO_LONG = "too_long"
    BROKEN = "broken"


class PictureRefused(Exception):
    """The picture is not taken; nothing was stored."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True)
class Drawn:
    """A picture in all its sizes: width in pixels -> JPEG; ``width`` and ``height`` are those of the largest."""

    width: int
    height: int
    variants: Mapping[int, bytes]


def draw(data: bytes) -> Drawn:
    """The picture in ``data`` (JPEG, PNG or WebP) upright, in plain RGB and in every size it is large enough for.

    Raises PictureRefused.
    """
    if len(data) > MAX_BYTES:
        raise PictureRefused(Fault.TOO_HEAVY)
    picture = _unpacked(data)
    widest = min(picture.width, WIDTHS[-1])
    variants = {width: _variant(picture, width) for width in widths(widest)}
    return Drawn(widest, _height(picture, widest), variants)


def widths(widest: int) -> tuple[int, ...]:
    """The widths a picture is stored in whose largest variant is ``widest`` pixels wide, rising."""
    return (*(width for width in WIDTHS if width < widest), widest)


def redraw(data: bytes, kind: str) -> bytes:
    """The picture in ``data``, of this kind (one of FORMATS), upright and as large as a sheet of paper needs it.

    Nothing else of the file is left. Raises PictureRefused.
    """
    with _refusing():
        source = _opened(data, (kind,))
        picture = _upright(source, LONGEST_SIDE)
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
        picture = picture.convert("RGBA" if _is_transparent(picture) and kind != "JPEG" else "RGB")
    return _written(picture, kind, **FILE_OPTIONS[kind])


def _unpacked(data: bytes) -> Image.Image:
    with _refusing():
        source = _opened(data, FORMATS)
        _judge(*source.size)
        return _plain(_upright(source, 2 * WIDTHS[-1]))


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except UnidentifiedImageError:
        raise PictureRefused(Fault.UNKNOWN) from None
    except Image.DecompressionBombError:
        raise PictureRefused(Fault.TOO_LARGE) from None
    except (OSError, ValueError, SyntaxError, EOFError):
        # Whatever a truncated or forged file makes the decoders say.
        raise PictureRefused(Fault.BROKEN) from None


def _opened(data: bytes, formats: tuple[str, ...]) -> Image.Image:
    """A picture of which nothing but the header has been read, and of a size one can unpack."""
    source = Image.open(io.BytesIO(data), formats=formats)
    if source.width * source.height > MAX_PIXELS:
        raise PictureRefused(Fault.TOO_LARGE)
    return source


def _upright(source: Image.Image, wanted: int) -> Image.Image:
    # A JPEG larger than needed is unpacked at half or a quarter of its size at once.
    source.draft("RGB", (wanted, wanted))
    # Turned where it lies: a second copy of forty megapixels would be as much memory again.
    source.load()
    ImageOps.exif_transpose(source, in_place=True)
    return source


def _judge(width: int, height: int) -> None:
    if min(width, height) < MIN_SIDE:
        raise PictureRefused(Fault.TOO_SMALL)
    if max(width, height) > MAX_RATIO * min(width, height):
        raise PictureRefused(Fault.TOO_LONG)


def _is_transparent(picture: Image.Image) -> bool:
    return "A" in picture.getbands() or "transparency" in picture.info


def _plain(picture: Image.Image) -> Image.Image:
    """Without transparency, on white paper."""
    if not _is_transparent(picture):
        return picture.convert("RGB")
    picture = picture.convert("RGBA")
    paper = Image.new("RGB", picture.size, "white")
    paper.paste(picture, mask=picture.getchannel("A"))
    return paper


def _variant(picture: Image.Image, width: int) -> bytes:
    size = (width, _height(picture, width))
    resized = picture if picture.size == size else picture.resize(size, Image.Resampling.LANCZOS)
    return _written(resized, "JPEG", quality=QUALITY, optimize=True, progressive=True)


def _written(picture: Image.Image, kind: str, **options: Any) -> bytes:
    # A new picture holds the pixels and nothing of what came along in the file.
    clean = Image.new(picture.mode, picture.size)
    clean.paste(picture)
    written = io.BytesIO()
    clean.save(written, kind, **options)
    return written.getvalue()


def _height(picture: Image.Image, width: int) -> int:
    return max(1, round(picture.height * width / picture.width))
