"""What becomes of a picture on its way in."""

import io

import pytest
from PIL import Image

from kleinstadt_net.files.pictures import MAX_BYTES, Fault, PictureRefused, draw
from tests.files import samples


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_comes_in_every_size_it_is_large_enough_for(kind: str) -> None:
    drawn = draw(samples.picture(1200, 900, kind=kind))
    assert (drawn.width, drawn.height) == (1200, 900)
    assert {width: opened(data).size for width, data in drawn.variants.items()} == {
        400: (400, 300),
        800: (800, 600),
        1200: (1200, 900),
    }
    assert {opened(data).format for data in drawn.variants.values()} == {"JPEG"}
    assert tuple(draw(samples.picture(3000, 2000)).variants) == (400, 800, 1600)
    assert tuple(draw(samples.picture(360, 340)).variants) == (360,)


def test_place_camera_and_comment_stay_behind_and_the_picture_stands_upright() -> None:
    data = samples.with_place()
    assert b"Frau Brandt" in data
    drawn = draw(data)
    assert (drawn.width, drawn.height) == (900, 1200)
    for variant in drawn.variants.values():
        picture = opened(variant)
        assert not picture.getexif() and "comment" not in picture.info and b"Brandt" not in variant
        # What was the dark left half lies on top now.
        grey = picture.convert("L")
        assert str(grey.crop((0, 0, 10, 10)).getextrema()) == "(0, 0)"
        assert str(grey.crop((0, grey.height - 10, 10, grey.height)).getextrema()) == "(255, 255)"


def test_what_was_transparent_becomes_white_paper() -> None:
    drawn = draw(samples.picture(500, 500, kind="PNG", mode="RGBA"))
    assert opened(drawn.variants[500]).getpixel((490, 10)) == (255, 255, 255)


def test_a_truncated_picture_is_refused_by_a_process_that_has_drawn_documents_too(drawn: None) -> None:
    with pytest.raises(PictureRefused):
        draw(samples.picture()[:9_000])


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (samples.SVG, Fault.UNKNOWN),
        (samples.GIF_WITH_SCRIPT, Fault.UNKNOWN),
        (b"", Fault.UNKNOWN),
        (b"\0" * (MAX_BYTES + 1), Fault.TOO_HEAVY),
        (samples.huge_on_paper(), Fault.TOO_LARGE),
        (samples.picture(300, 300), Fault.TOO_SMALL),
        (samples.picture(2000, 400), Fault.TOO_LONG),
        (samples.picture()[:9_000], Fault.BROKEN),
        (samples.picture(kind="PNG")[:400], Fault.BROKEN),
        (samples.picture(kind="WEBP")[:120], Fault.BROKEN),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_shown_is_refused_with_its_reason(data: bytes, fault: Fault) -> None:
    with pytest.raises(PictureRefused) as refused:
        draw(data)
    assert refused.value.fault is fault
