"""Pictures inside a chat answer: found in every known shape, decoded, checked and measured.

One malformed picture spoils the answer: half of what was paid for is not silently dropped.
Source: facts/openrouter-wire.md §12.2, facts/openrouter-api.md §2.4.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING, Any

from bot.errors import BadAnswer
from bot.openrouter.encoded import decoded
from bot.values.media import MediaFile

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

DATA_URL = re.compile(r"\s*data:image/[\w.+-]+(?:;[\w.+=-]+)*;base64,", re.ASCII | re.IGNORECASE)
IN_TEXT = re.compile(
    r"(!\[[^\]\n]{0,300}\]\(\s*)?"  # Markdown around it
    r"(data:image/[\w.+-]{1,40};base64,[A-Za-z0-9+/_=-]++)(?(1)\s*\))",
    re.ASCII | re.IGNORECASE,
)
# By what they begin and end with; what an answer calls them is no proof.
SIGNS = (
    ("image/png", "png", b"\x89PNG\r\n\x1a\n", b"IEND"),
    ("image/jpeg", "jpg", b"\xff\xd8\xff", b"\xff\xd9"),
    ("image/gif", "gif", b"GIF8", b";"),
    ("image/webp", "webp", b"RIFF", b""),
)
TAIL_BYTES = 64 * 1024
MOST_PICTURES = 32
MOST_PIXELS = 300_000_000


def found(answer: Mapping[str, Any], *, max_bytes: int) -> tuple[tuple[MediaFile, ...], str]:
    """The pictures of a chat answer and the text beside them. Raises BadAnswer.

    `max_bytes` is the most that all of them together may have.
    """
    pictures: list[MediaFile] = []
    texts: list[str] = []
    left = max_bytes
    for choice in _list(answer.get("choices"), "choices"):
        for encoded, strict in _encoded(_mapping(choice, "choice").get("message"), texts):
            try:
                file = _checked(decoded(encoded), number=len(pictures) + 1)
            except BadAnswer:
                if strict:
                    raise
                continue
            left -= len(file.data)
            pictures.append(file)
            if left < 0 or len(pictures) > MOST_PICTURES:
                raise BadAnswer("more pictures than can be taken", retryable=False)
    return tuple(pictures), "\n\n".join(text for text in texts if text).strip()


def measured(data: bytes) -> tuple[int, int] | None:
    """Width and height by the header alone; None for what is no picture."""
    sign = _sign(data)
    size = _size(sign[0], data) if sign else None
    return size if size and min(size) > 0 else None


def _encoded(message: object, texts: list[str]) -> Iterator[tuple[str, bool]]:
    """Each picture's base64 and whether it must be one; the text goes into `texts`."""
    if message is None:
        return
    fields = _mapping(message, "message")
    for image in _list(fields.get("images"), "images"):
        yield _of_url(_mapping(image, "image")), True
    content = fields.get("content")
    if isinstance(content, str):
        texts.append(IN_TEXT.sub("", content).strip())
        for match in IN_TEXT.finditer(content):
            yield match[2].partition(",")[2], False
        return
    for value in _list(content, "content"):
        part = _mapping(value, "part")
        if isinstance(part.get("text"), str):
            texts.append(part["text"].strip())
        encoded = _of_part(part)
        if encoded is not None:
            yield encoded, True


def _of_part(part: Mapping[str, Any]) -> str | None:
    if "image_url" in part or "imageUrl" in part:
        return _of_url(part)
    if "b64_json" in part:
        return _string(part["b64_json"])
    inline = part.get("inlineData", part.get("inline_data"))
    if inline is None:
        return None
    fields = _mapping(inline, "inline data")
    kind = fields.get("mimeType", fields.get("mime_type")) or "image/png"
    if not _string(kind).lower().startswith("image/"):
        raise BadAnswer("something else in place of a picture")
    return _string(fields.get("data"))


def _of_url(part: Mapping[str, Any]) -> str:
    holder = part.get("image_url", part.get("imageUrl"))
    url = _string(holder.get("url") if isinstance(holder, dict) else holder)
    head = DATA_URL.match(url)
    if head is None:
        raise BadAnswer("an address in place of a picture")
    return url[head.end() :]


def _checked(data: bytes, *, number: int) -> MediaFile:
    sign = _sign(data)
    if sign is None:
        raise BadAnswer("something else in place of a picture")
    mime, suffix = sign
    size = _size(mime, data)
    if size is None or not 0 < size[0] * size[1] <= MOST_PIXELS or not _is_whole(mime, data):
        raise BadAnswer("a picture is damaged or cut off")
    return MediaFile(data, mime, f"image-{number}.{suffix}", width=size[0], height=size[1])


def _sign(data: bytes) -> tuple[str, str] | None:
    for mime, suffix, start, _ in SIGNS:
        if data.startswith(start) and (mime != "image/webp" or data[8:12] == b"WEBP"):
            return mime, suffix
    return None


def _is_whole(mime: str, data: bytes) -> bool:
    if mime == "image/webp":
        return len(data) >= 8 + int.from_bytes(data[4:8], "little")
    end = next(end for name, _, _, end in SIGNS if name == mime)
    return end in data[-TAIL_BYTES:]


def _size(mime: str, data: bytes) -> tuple[int, int] | None:
    """The plugins directly, not Image.open: that one warns about or refuses what is large.

    They read the header; no pixel is decoded, so that a bomb stays one.
    """
    from PIL.GifImagePlugin import GifImageFile
    from PIL.JpegImagePlugin import JpegImageFile
    from PIL.PngImagePlugin import PngImageFile
    from PIL.WebPImagePlugin import WebPImageFile

    plugins: dict[str, Callable[[BytesIO], ImageFile]] = {
        "image/png": PngImageFile,
        "image/jpeg": JpegImageFile,
        "image/gif": GifImageFile,
        "image/webp": WebPImageFile,
    }
    with suppress(OSError, SyntaxError, ValueError):
        return plugins[mime](BytesIO(data)).size
    return None


def _list(value: object, what: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadAnswer(f"malformed {what} in the answer")
    return value


def _mapping(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadAnswer(f"a malformed {what} in the answer")
    return value


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise BadAnswer("a malformed picture in the answer")
    return value
