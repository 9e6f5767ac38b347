"""Pictures in and out, through Pillow: what was posted, and what is drawn. Blocking.

A drawing is the prompt's words on a ground whose colour is the prompt's hash; an edit is the first
input tinted by that colour, with the words. Drawn small and scaled up, so that 4K costs little.
"""

from __future__ import annotations

import hashlib
import io
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageDraw, ImageFont, UnidentifiedImageError

READABLE = ("PNG", "JPEG", "WEBP", "GIF")
FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
CANVAS_PX = 768  # longest side of what is really drawn
LARGEST_PIXELS = 80_000_000
TINT = 0.35
COLOURS = 64
LONGEST_WORDS = 200
INK = (255, 255, 255)

RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
WIDE_RATIOS = ("1:4", "4:1", "1:8", "8:1")
SIDES = {"0.5K": 512, "1K": 1024, "2K": 2048, "4K": 4096}

Colour = tuple[int, int, int]


class NotAPicture(Exception):
    """The bytes are no whole picture in a format that is taken."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at a picture found."""

    width: int
    height: int
    mime: str


def look(data: bytes) -> Looked:
    """Decode all of `data`. Raises NotAPicture."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.format not in READABLE:
                raise NotAPicture(f"unsupported format {image.format}")
            width, height = image.size
            if width * height > LARGEST_PIXELS:
                raise NotAPicture(f"{width} x {height} is too large")
            image.draft("RGB", (CANVAS_PX, CANVAS_PX))  # JPEG only: decode at a lower scale
            image.load()
            return Looked(width, height, f"image/{image.format.lower()}")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise NotAPicture(type(error).__name__) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NotAPicture("too large") from error


def size_of(data: bytes) -> tuple[int, int] | None:
    """Width and height as the head of `data` has them; None when it is no picture."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            return image.size
    except (
        UnidentifiedImageError, OSError, SyntaxError, ValueError,
        Image.DecompressionBombError, Image.DecompressionBombWarning,
    ):  # fmt: skip
        return None


def picture_size(ratio: str, tier: str) -> tuple[int, int]:
    """The pixels of a ratio and a tier: the area of a square of that side, in steps of 8."""
    side = SIDES[tier or "1K"]
    wide, tall = (int(part) for part in (ratio or "1:1").split(":"))
    stretch = (wide / tall) ** 0.5
    return round(side * stretch / 8) * 8, round(side / stretch / 8) * 8


def colour_of(words: str, *, ordinal: int = 0) -> Colour:
    """The colour that stands for `words`; each ordinal has another one. Never near white."""
    digest = hashlib.sha256(f"{ordinal} {words}".encode()).digest()
    return digest[0] % 200, digest[1] % 200, digest[2] % 200


def draw(
    words: str,
    size: tuple[int, int],
    *,
    ordinal: int = 0,
    base: bytes = b"",
    mime: str = "image/png",
) -> bytes:
    """A picture of `size` pixels that shows `words`, over `base` when there is one."""
    small = _fitted(size)
    colour = colour_of(words, ordinal=ordinal)
    canvas = canvas_of(base, small, colour) if base else Image.new("RGB", small, colour)
    shown = f"{words} #{ordinal + 1}" if ordinal else words
    write_words(canvas, shown, height=0.85 if base else 0.5)  # an edit leaves the middle visible
    palette = canvas.quantize(COLOURS, method=Image.Quantize.FASTOCTREE)
    if mime == "image/png":
        return _saved(palette.resize(size, Image.Resampling.NEAREST), mime)
    return _saved(canvas.resize(size, Image.Resampling.NEAREST), mime)


def canvas_of(base: bytes, size: tuple[int, int], colour: Colour) -> Any:
    """The picture `base` at `size`, tinted."""
    with Image.open(io.BytesIO(base)) as image:
        image.draft("RGB", size)
        scaled = image.convert("RGB").resize(size)
    return Image.blend(scaled, Image.new("RGB", size, colour), TINT)


def write_words(canvas: Any, words: str, *, height: float = 0.5) -> None:
    """Write `words` onto `canvas`, wrapped, around that share of its height."""
    width, tall = canvas.size
    shown = words[:LONGEST_WORDS].strip() or "nothing"
    letter_px = max(10, min(width, tall) // 12)
    lines = textwrap.wrap(shown, max(4, int(width / letter_px * 1.6)))[:6]
    ImageDraw.Draw(canvas).multiline_text(
        (width / 2, tall * height),
        "\n".join(lines),
        fill=INK,
        font=ImageFont.load_default(size=letter_px),
        anchor="mm",
        align="center",
    )


def _fitted(size: Sequence[int]) -> tuple[int, int]:
    scale = min(1.0, CANVAS_PX / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _saved(image: Any, mime: str) -> bytes:
    out = io.BytesIO()
    fast: dict[str, Any] = {"compress_level": 1} if mime == "image/png" else {}
    image.save(out, FORMATS[mime], **fast)
    return out.getvalue()
