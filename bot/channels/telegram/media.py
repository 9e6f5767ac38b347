"""What came with a message: one attachment per file, with the sender's claims about it."""

from __future__ import annotations

from bot.channels.telegram.fields import Json, child, children, number_or_none, string
from bot.channels.telegram.things import OTHERS, place_words, thing_words
from bot.values.conversation import Attachment, AttachmentKind

# Content that holds a file, in the order of looking. An animation repeats itself as a document.
FILES: tuple[tuple[str, AttachmentKind], ...] = (
    ("voice", AttachmentKind.VOICE),
    ("audio", AttachmentKind.AUDIO),
    ("video_note", AttachmentKind.VIDEO_NOTE),
    ("video", AttachmentKind.VIDEO),
    ("animation", AttachmentKind.OTHER),
    ("sticker", AttachmentKind.STICKER),
    ("document", AttachmentKind.DOCUMENT),
)
PHOTO_MIME = "image/jpeg"  # Telegram names none, and makes every photo one


def attachments(message: Json) -> tuple[Attachment, ...]:
    """All attachments of `message`, or of what an answer tells of one. Raises BadUpdate."""
    found: list[Attachment] = []
    for name, kind in FILES:
        content = child(message, name)
        if content is not None and not (name == "document" and "animation" in message):
            words = "animation" if name == "animation" else string(content, "emoji")
            found.append(_file(content, kind, mime=_mime(name, content), words=words))
    photos = children(message, "photo")
    if photos:
        largest = max(photos, key=lambda p: number_or_none(p, "width") or 0)
        found.append(_file(largest, AttachmentKind.PHOTO, mime=PHOTO_MIME))
    words = place_words(message)
    if words:
        found.append(Attachment(AttachmentKind.LOCATION, ref="", words=words))
    thing = next((name for name in OTHERS if name in message), "")
    if not found and thing:
        found.append(Attachment(AttachmentKind.OTHER, ref="", words=thing_words(message, thing)))
    return tuple(found)


def _mime(name: str, content: Json) -> str:
    """What Telegram says, or for stickers, of which it says nothing, what it means."""
    if name != "sticker":
        return string(content, "mime_type").lower()
    if content.get("is_animated") is True:
        return "application/x-tgsticker"
    return "video/webm" if content.get("is_video") is True else "image/webp"


def _file(content: Json, kind: AttachmentKind, *, mime: str, words: str = "") -> Attachment:
    duration_s = number_or_none(content, "duration")
    return Attachment(
        kind=kind,
        ref=string(content, "file_id"),
        unique_id=string(content, "file_unique_id"),
        mime=mime,
        file_name=string(content, "file_name"),
        size_bytes=number_or_none(content, "file_size"),
        duration_s=None if duration_s is None else float(duration_s),
        words=words,
    )
