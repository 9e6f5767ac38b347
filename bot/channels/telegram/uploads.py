"""Files as the library takes them: bodies that leave in small pieces, and what is said of them."""

from __future__ import annotations

import io
import mimetypes
from typing import Any

from telegram import (
    InputFile,
    InputMediaAudio,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
)

from bot.channels.telegram.forms import Form, Item

AlbumItem = InputMediaAudio | InputMediaDocument | InputMediaPhoto | InputMediaVideo


def body(item: Item, *, attached: bool = False) -> InputFile:
    """The file itself; `attached` for one of several in a request. Good for one request.

    A stream and not bytes: httpx sends it in pieces of 64 KB between which others may run, where
    the whole of 50 MB would be copied and encrypted in one go.
    """
    stream = io.BytesIO(item.file.data)
    name = item.file.name or f"file{mimetypes.guess_extension(item.mime) or ''}"
    upload = InputFile(stream, filename=name, attach=attached, read_file_handle=False)
    upload.mimetype = item.mime or upload.mimetype
    return upload


def details(item: Item) -> dict[str, Any]:
    """What a send says of the file beside its bytes. Pixels and whole seconds."""
    file = item.file
    seconds = None if file.duration_s is None else max(1, round(file.duration_s))
    pixels = {"width": file.width or None, "height": file.height or None}
    if item.form is Form.VIDEO:
        return {**pixels, "duration": seconds, "supports_streaming": True}
    if item.form is Form.ANIMATION:
        return {**pixels, "duration": seconds}
    if item.form is Form.AUDIO:
        return {
            "duration": seconds,
            "performer": file.performer or None,
            "title": file.title or None,
        }
    if item.form is Form.DOCUMENT and item.mime.startswith("image/"):
        # Left to itself Telegram makes a sticker of a small WebP document.
        return {"disable_content_type_detection": True}
    return {}


def album_item(item: Item) -> AlbumItem:
    """One of several files that are sent together. Photos, films, tracks and documents only."""
    upload, facts = body(item, attached=True), details(item)
    if item.form is Form.PHOTO:
        return InputMediaPhoto(upload)
    if item.form is Form.VIDEO:
        return InputMediaVideo(upload, **facts)
    if item.form is Form.AUDIO:
        return InputMediaAudio(upload, **facts)
    return InputMediaDocument(upload, **facts)
