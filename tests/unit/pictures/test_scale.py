"""Pictures from strangers: small ones stay, large ones shrink, bombs are refused unopened."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from bot.errors import LookError
from bot.pictures.scale import LONGEST_SIDE, ORIGINAL_SIDE, original, prepared

ORIENTATION = 0x0112
GPS = 0x8825


def picture(
    format: str, size: tuple[int, int] = (40, 30), *, mode: str = "RGB", **how: Any
) -> bytes:
    """A picture that is red on its left and blue on its right."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, size[0], size[1]))
    out = io.BytesIO()
    image.convert(mode).save(out, format, **how)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def is_red(pixel: Any) -> bool:
    red, green, blue = pixel
    return bool(red > 180 and green < 80 and blue < 80)


@pytest.mark.parametrize(
    ("format", "mime"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")]
)
def test_a_small_picture_of_a_common_kind_stays_as_it_is(format: str, mime: str) -> None:
    data = picture(format)
    file = prepared(data, name="p")
    assert (file.data, file.mime, file.width, file.height) == (data, mime, 40, 30)


@pytest.mark.parametrize("format", ["GIF", "BMP", "TIFF", "AVIF"])
def test_any_other_kind_becomes_a_jpeg(format: str) -> None:
    file = prepared(picture(format), name="drawing.x")
    assert (file.mime, file.name) == ("image/jpeg", "drawing.jpg")
    assert is_red(opened(file.data).getpixel((5, 15)))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_a_large_picture_is_scaled_down_in_its_proportions(format: str) -> None:
    file = prepared(picture(format, (4_000, 1_000)))
    assert (file.width, file.height) == (LONGEST_SIDE, LONGEST_SIDE // 4)
    assert opened(file.data).size == (file.width, file.height)


def test_few_pixels_in_many_bytes_are_encoded_anew() -> None:
    data = picture("PNG", (200, 200), compress_level=0)
    assert prepared(data, max_bytes=20_000).mime == "image/jpeg"


def test_a_photo_taken_sideways_is_set_upright() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # to be turned a quarter clockwise
    file = prepared(picture("JPEG", (40, 30), exif=exif))
    image = opened(file.data)
    assert image.size == (30, 40)
    assert is_red(image.getpixel((15, 5)))


def test_where_a_photo_was_taken_does_not_go_on_to_a_model() -> None:
    exif = Image.Exif()
    exif.get_ifd(GPS)[1] = "N"
    data = picture("JPEG", exif=exif)
    assert b"Exif" in data
    assert b"Exif" not in prepared(data).data


def test_an_original_keeps_its_size_and_where_it_can_every_byte() -> None:
    data = picture("PNG", (3_000, 2_000))
    assert original(data).data == data
    scan = original(picture("BMP", (3_000, 2_000)))
    assert (scan.mime, scan.width, scan.height) == ("image/jpeg", 3_000, 2_000)
    assert original(picture("PNG", (7_000, 70))).width == ORIGINAL_SIDE


def test_an_original_is_upright_and_says_nothing_of_its_place() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS)[1] = "N"
    file = original(picture("JPEG", (2_000, 1_500), exif=exif))
    assert opened(file.data).size == (1_500, 2_000)
    assert b"Exif" not in file.data


def test_what_was_transparent_is_white_in_a_jpeg() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (2_000, 10), (255, 0, 0, 0)).save(out, "PNG")
    assert opened(prepared(out.getvalue()).data).getpixel((5, 5)) == (255, 255, 255)


def test_the_first_of_several_frames_counts() -> None:
    first, second = Image.new("RGB", (20, 20), "red"), Image.new("RGB", (20, 20), "blue")
    out = io.BytesIO()
    first.save(out, "WEBP", save_all=True, append_images=[second], lossless=True)
    file = prepared(out.getvalue())
    assert file.mime == "image/jpeg"
    assert is_red(opened(file.data).getpixel((10, 10)))


def test_a_picture_for_print_keeps_its_colours() -> None:
    file = prepared(picture("JPEG", (3_000, 40), mode="CMYK"))
    assert is_red(opened(file.data).getpixel((5, 5)))


@pytest.mark.parametrize(("width", "height"), [(8_000, 8_000), (40_000, 40_000)])
def test_a_bomb_is_refused_before_it_is_decoded(width: int, height: int) -> None:
    with pytest.raises(LookError) as caught:
        prepared(png_of(width, height))
    assert "too many pixels" in caught.value.sentence


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html></html>",
        b"\x89PNG\r\n\x1a\n",
        picture("PNG", (300, 300))[:120],
        picture("JPEG", (900, 900))[:400],
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    ],
)
def test_what_is_no_picture_gets_a_sentence(data: bytes) -> None:
    with pytest.raises(LookError) as caught:
        prepared(data)
    assert "couldn't open that picture" in caught.value.sentence


def png_of(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )
