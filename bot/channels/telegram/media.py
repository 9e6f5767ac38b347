"""What came with a message: one attachment per file, with the sender's claims about it."""

from __future__ import annotations

from bot.channels.telegram.fields import Json, child, children, number_or_none, string
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
# Content without a file of its own that a person sends: worth a sentence, never silence.
OTHERS = (
    "contact",
    "poll",
    "dice",
    "story",
    "paid_media",
    "game",
    "invoice",
    "checklist",
    "live_photo",
    "giveaway",
    "rich_message",
)


def attachments(message: Json) -> tuple[Attachment, ...]:
    """All attachments of `message`. Raises BadUpdate."""
    found: list[Attachment] = []
    for name, kind in FILES:
        content = child(message, name)
        if content is not None and not (name == "document" and "animation" in message):
            found.append(_file(content, kind))
    photos = children(message, "photo")
    if photos:
        largest = max(photos, key=lambda p: number_or_none(p, "width") or 0)
        found.append(_file(largest, AttachmentKind.PHOTO))
    if "location" in message or "venue" in message:
        found.append(Attachment(AttachmentKind.LOCATION, ref=""))
    if not found and any(name in message for name in OTHERS):
        found.append(Attachment(AttachmentKind.OTHER, ref=""))
    return tuple(found)


def _file(content: Json, kind: AttachmentKind) -> Attachment:
    duration_s = number_or_none(content, "duration")
    return Attachment(
        kind=kind,
        ref=string(content, "file_id"),
        unique_id=string(content, "file_unique_id"),
        mime=string(content, "mime_type").lower(),
        file_name=string(content, "file_name"),
        size_bytes=number_or_none(content, "file_size"),
        duration_s=None if duration_s is None else float(duration_s),
    )
