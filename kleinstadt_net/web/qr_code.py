"""QR codes for pages to draw as SVG, without inline styles, which the content policy would drop."""

from dataclasses import dataclass

import qrcode

QUIET_ZONE = 4


@dataclass(frozen=True)
class QrCode:
    """A square of ``size`` modules; ``path`` draws the dark ones."""

    size: int
    path: str


def qr_code(text: str) -> QrCode:
    """The code of a text for the camera of a telephone; what it says must stand beside it as text."""
    code = qrcode.QRCode(border=QUIET_ZONE)
    code.add_data(text)
    matrix = code.get_matrix()
    dark = [(x, y) for y, row in enumerate(matrix) for x, is_dark in enumerate(row) if is_dark]
    return QrCode(len(matrix), "".join(f"M{x},{y}h1v1h-1z" for x, y in dark))
