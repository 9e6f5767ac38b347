"""The media part of a Message for an uploaded file, whoever sent it."""

from __future__ import annotations

from typing import Any

from .chats import Json
from .files import StoredFile
from .sniff import image_size

VIDEO_NOTE_SIDE = 384
STICKER_SIDE = 512


def media_fields(kind: str, file: StoredFile, **details: Any) -> Json:
    """`{kind: {...}}` as in a Message; `details` may hold duration, title, performer, size, emoji.

    An animation comes twice: old clients know it as a document.
    """
    base: Json = {
        "file_id": file.file_id,
        "file_unique_id": file.file_unique_id,
        "file_size": file.claimed_bytes,
    }
    duration: Json = {"duration": int(details.get("duration") or 0)}
    named: Json = {"mime_type": file.mime} | ({"file_name": file.name} if file.name else {})
    width, height = details.get("size") or (640, 360)
    if kind == "voice":
        return {"voice": base | duration | {"mime_type": file.mime}}
    if kind == "audio":
        tags = {name: details[name] for name in ("title", "performer") if details.get(name)}
        return {"audio": base | duration | named | tags}
    pixels: Json = {"width": width, "height": height}
    if kind == "video":
        return {"video": base | duration | named | pixels}
    if kind == "animation":
        return {"animation": base | duration | named | pixels, "document": base | named}
    if kind == "sticker":
        return {"sticker": base | _sticker(file, str(details.get("emoji") or ""))}
    if kind == "video_note":
        return {"video_note": base | duration | {"length": VIDEO_NOTE_SIDE}}
    if kind == "photo":
        return {"photo": _sizes(base, width, height)}
    return {"document": base | named}


def _sticker(file: StoredFile, emoji: str) -> Json:
    """Telegram names no type, only whether it moves and how."""
    facts: Json = {
        "type": "regular",
        "width": STICKER_SIDE,
        "height": STICKER_SIDE,
        "is_animated": file.sniffed == "tgs",
        "is_video": file.sniffed == "webm",
    }
    return facts | ({"emoji": emoji} if emoji else {})


def photo_size(data: bytes) -> tuple[int, int]:
    """Pixels of a picture; a plausible size where the format is not read here."""
    return image_size(data) or (1280, 720)


def _sizes(base: Json, width: int, height: int) -> list[Json]:
    small = {
        **base,
        "file_unique_id": base["file_unique_id"] + "s",
        "width": max(1, width // 4),
        "height": max(1, height // 4),
    }
    return [small, {**base, "width": width, "height": height}]
