"""A picture for some invented towns, drawn by the service: no photograph of a real place may stand for one."""

import io
import random
from collections.abc import Sequence

from PIL import Image, ImageDraw

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.files import pictures as drawing
from kleinstadt_net.files import store
from kleinstadt_net.models import Picture
from kleinstadt_net.security.tokens import new_token
from kleinstadt_net.services.pictures import FOLDER, TOKEN_LENGTH

SEED = 77
TOWNS = 6
SIZE = (1600, 900)
SKY, HILLS, HOUSES, ROOFS = "#dfe9f5", ("#b7c9a8", "#9db489"), ("#f2e6d0", "#e5d3b8"), ("#a4553f", "#8a4734")
CAPTION = {
    "alternative_text": "Gezeichnetes Bild: Häuser und ein Kirchturm vor Hügeln.",
    "photographer": "Zeichnung für die Vorführung",
    "right_of_use": "frei",
}


def insert_pictures(town_ids: Sequence[int]) -> None:
    """A picture for the first towns, in the running transaction; their files are written at once."""
    draw = random.Random(SEED)
    for town_id in town_ids[:TOWNS]:
        drawn, token = drawing.draw(_town(draw)), new_token()[:TOKEN_LENGTH]
        for width, data in drawn.variants.items():
            store.write(FOLDER, f"{token}-{width}.jpg", data)
        db.session.add(
            Picture(
                town_id=town_id,
                token=token,
                width=drawn.width,
                height=drawn.height,
                uploaded_at=clock.now(),
                released_at=clock.now(),
                **CAPTION,
            )
        )


def _town(draw: random.Random) -> bytes:
    picture = Image.new("RGB", SIZE, SKY)
    pen = ImageDraw.Draw(picture)
    for place, colour in enumerate(HILLS):
        middle, top = draw.randint(200, 1400), 380 + 90 * place
        pen.ellipse((middle - 1300, top, middle + 1300, top + 1200), fill=colour)
    left = 60
    while left < SIZE[0] - 160:
        width, height = draw.randint(110, 190), draw.randint(120, 220)
        _house(pen, draw, left, width, height)
        left += width + draw.randint(6, 40)
    _tower(pen, draw.randint(500, 1100))
    written = io.BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()


def _house(pen: ImageDraw.ImageDraw, draw: random.Random, left: int, width: int, height: int) -> None:
    ground = 820
    pen.rectangle((left, ground - height, left + width, ground), fill=draw.choice(HOUSES))
    ridge = (left + width // 2, ground - height - width // 2)
    pen.polygon(
        [(left - 8, ground - height), ridge, (left + width + 8, ground - height)], fill=draw.choice(ROOFS)
    )
    for window in range(2):
        x = left + width // 4 + window * width // 3
        pen.rectangle((x, ground - height + 40, x + 24, ground - height + 80), fill="#5b6b80")


def _tower(pen: ImageDraw.ImageDraw, left: int) -> None:
    pen.rectangle((left, 330, left + 90, 820), fill="#e9e2d3")
    pen.polygon([(left - 6, 330), (left + 45, 150), (left + 96, 330)], fill="#5a6a7a")
    pen.ellipse((left + 25, 380, left + 65, 420), fill="#f7f3ea", outline="#5b6b80", width=4)
