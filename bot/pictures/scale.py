"""Pictures from strangers, made fit for a model: upright, of bounded size, free of camera notes.

They are kept about as large as they came, to be worked on, and scaled down to be looked at.

Blocking: runs in the workshop. Nothing is decoded before the header's size was judged.
"""

from __future__ import annotations

import io
from importlib import import_module
from pathlib import PurePath
from typing import TYPE_CHECKING

from bot.errors import LookError
from bot.values.media import MediaFile

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 50_000_000
LONGEST_SIDE = 1568  # more is scaled down by the vendors of models anyway
MAX_BYTES = 1_500_000
JPEG_QUALITY = 85
ORIGINAL_SIDE = 6_000
ORIGINAL_BYTES = 10_000_000
ORIGINAL_QUALITY = 95
KEPT = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
# No other decoder ever touches a stranger's bytes: some of Pillow's start programs.
FORMATS = (*KEPT, "MPO", "GIF", "BMP", "TIFF", "AVIF", "HEIF")  # the last where it is installed
PLUGINS = ("Avif", "Mpo", "Tiff", "WebP")  # beside the common ones
TOO_MANY_PIXELS = "That picture has too many pixels for me. Please send a smaller version."
UNREADABLE = "I couldn't open that picture. Please send it again as a photo, JPEG or PNG."


def original(data: bytes, *, name: str = "picture") -> MediaFile:
    """`data` to be kept and worked on: as large as it came, as far as models can use it.

    Raises LookError.
    """
    return prepared(
        data,
        name=name,
        longest_side=ORIGINAL_SIDE,
        max_bytes=ORIGINAL_BYTES,
        quality=ORIGINAL_QUALITY,
    )


def is_fit(mime: str, *, longest_side: int, size_bytes: int) -> bool:
    """Whether a picture that was kept can be looked at as it is."""
    return longest_side <= LONGEST_SIDE and size_bytes <= MAX_BYTES and mime in KEPT.values()


def prepared(
    data: bytes,
    *,
    name: str = "picture",
    longest_side: int = LONGEST_SIDE,
    max_bytes: int = MAX_BYTES,
    quality: int = JPEG_QUALITY,
) -> MediaFile:
    """`data` as a picture of at most `longest_side` pixels a side.

    A small JPEG, PNG or WebP stays byte for byte, unless a camera wrote into it; all else becomes
    JPEG. Of several frames the first counts. Raises LookError.
    """
    from PIL import Image

    try:
        with _opened(data) as image:
            if image.width * image.height > MAX_PIXELS:
                raise LookError(f"{image.width}x{image.height}", sentence=TOO_MANY_PIXELS)
            if _stays(image, longest_side=longest_side) and len(data) <= max_bytes:
                image.load()  # half a file must not go on to a model
                return _file(data, KEPT[str(image.format)], name, image)
            return jpeg(image, name=name, longest_side=longest_side, quality=quality)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise LookError(type(error).__name__, sentence=TOO_MANY_PIXELS) from error
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError) as error:
        raise LookError(type(error).__name__, sentence=UNREADABLE) from error


def jpeg(image: Image, *, name: str, longest_side: int, quality: int = JPEG_QUALITY) -> MediaFile:
    """`image` as a JPEG: upright, on white where it was transparent, without its notes."""
    from PIL import ImageOps

    image.thumbnail((longest_side, longest_side))
    upright = _opaque(ImageOps.exif_transpose(image))
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=quality)
    return _file(out.getvalue(), KEPT["JPEG"], f"{PurePath(name).stem or name}.jpg", upright)


def _opened(data: bytes) -> Image:
    """The picture, its header read."""
    from PIL import Image

    Image.preinit()
    for plugin in PLUGINS:  # by name: loading all there are is slow
        import_module(f"PIL.{plugin}ImagePlugin")
    return Image.open(io.BytesIO(data), formats=[name for name in FORMATS if name in Image.OPEN])


def _stays(image: Image, *, longest_side: int) -> bool:
    small = max(image.size) <= longest_side
    still = getattr(image, "n_frames", 1) == 1
    return small and still and image.format in KEPT and not image.getexif()


def _opaque(image: Image) -> Image:
    from PIL.Image import alpha_composite, new

    if image.mode in ("RGB", "L"):
        return image
    if not image.has_transparency_data:
        return image.convert("RGB")
    layered = image.convert("RGBA")
    white = new("RGBA", layered.size, "white")
    return alpha_composite(white, layered).convert("RGB")


def _file(data: bytes, mime: str, name: str, image: Image) -> MediaFile:
    return MediaFile(data, mime, name, width=image.width, height=image.height)
