"""A picture as somebody sent it, drawn anew: what is stored is never the bytes that came.

Drawing anew leaves behind what the file carried besides the picture (place, camera, names, hidden scripts). Sizes
are looked at before anything is unpacked, so a small file cannot become a huge one in memory.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

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


def _unpacked(data: bytes) -> Image.Image:
    try:
        # Reads the header alone.
        source = Image.open(io.BytesIO(data), formats=FORMATS)
        _judge(*source.size)
        # A JPEG larger than needed is unpacked at half or a quarter of its size at once.
        source.draft("RGB", (2 * WIDTHS[-1], 2 * WIDTHS[-1]))
        return _plain(ImageOps.exif_transpose(source))
    except UnidentifiedImageError:
        raise PictureRefused(Fault.UNKNOWN) from None
    except Image.DecompressionBombError:
        raise PictureRefused(Fault.TOO_LARGE) from None
    except (OSError, ValueError, SyntaxError, EOFError):
        # Whatever a truncated or forged file makes the decoders say.
        raise PictureRefused(Fault.BROKEN) from None


def _judge(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise PictureRefused(Fault.TOO_LARGE)
    if min(width, height) < MIN_SIDE:
        raise PictureRefused(Fault.TOO_SMALL)
    if max(width, height) > MAX_RATIO * min(width, height):
        raise PictureRefused(Fault.TOO_LONG)


def _plain(picture: Image.Image) -> Image.Image:
    """Without transparency, on white paper."""
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture.convert("RGB")
    picture = picture.convert("RGBA")
    paper = Image.new("RGB", picture.size, "white")
    paper.paste(picture, mask=picture.getchannel("A"))
    return paper


def _variant(picture: Image.Image, width: int) -> bytes:
    size = (width, _height(picture, width))
    resized = picture if picture.size == size else picture.resize(size, Image.Resampling.LANCZOS)
    # A new picture holds the pixels and nothing of what came along in the file.
    clean = Image.new("RGB", size)
    clean.paste(resized)
    written = io.BytesIO()
    clean.save(written, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return written.getvalue()


def _height(picture: Image.Image, width: int) -> int:
    return max(1, round(picture.height * width / picture.width))
