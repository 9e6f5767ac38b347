"""What a message brings along, sorted: what to look at, and what to put into words. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from bot.turns.exhibits import Form
from bot.values.conversation import Attachment, AttachmentKind, Incoming, Quote

NAME_CHARS = 80
PDF = "application/pdf"
PICTURE_SUFFIXES = (
    *(".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp"),
    *(".tif", ".tiff", ".avif", ".heic", ".heif"),
)
FILM_SUFFIXES = (".mp4", ".mov", ".m4v", ".mkv", ".avi", ".3gp", ".mpg", ".mpeg")
TEXT_SUFFIXES = (
    *(".txt", ".md", ".markdown", ".rst", ".tex", ".csv", ".tsv", ".log", ".srt", ".vtt"),
    *(".json", ".jsonl", ".json5", ".xml", ".html", ".htm", ".svg", ".yaml", ".yml", ".toml"),
    *(".ini", ".cfg", ".conf", ".env", ".ics", ".vcf", ".gpx", ".diff", ".patch", ".sql"),
    *(".py", ".js", ".mjs", ".ts", ".tsx", ".jsx", ".css", ".scss", ".java", ".kt", ".swift"),
    *(".c", ".h", ".cpp", ".hpp", ".cc", ".cs", ".go", ".rs", ".rb", ".php", ".pl", ".lua"),
    *(".r", ".sh", ".bash", ".ps1", ".bat"),
)
TEXT_MIMES = frozenset(
    f"application/{name}"
    for name in (
        *("json", "ld+json", "xml", "yaml", "x-yaml", "toml", "sql", "javascript", "typescript"),
        *("x-javascript", "x-python", "x-sh", "x-httpd-php", "x-tex"),
    )
)
STILL_STICKERS = ("", "image/webp", "image/png")
NOUNS = {
    AttachmentKind.PHOTO: "photo",
    AttachmentKind.VIDEO: "video",
    AttachmentKind.VIDEO_NOTE: "round video",
    AttachmentKind.STICKER: "sticker",
    AttachmentKind.OTHER: "animation",
}
DOCUMENT_NOUNS = {Form.PICTURE: "picture", Form.FILM: "video", Form.PAPER: "document"}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at. `label` is its name for the model: `in reply to your photo`."""

    attachment: Attachment
    form: Form
    label: str
    quoted: bool = False

    @property
    def says_enough(self) -> bool:
        """Whether its name will do where it can't be seen: a sticker means its emoji."""
        return self.attachment.kind is AttachmentKind.STICKER and bool(self.attachment.words)

    @property
    def file_name(self) -> str:
        return self.attachment.file_name or ("document.pdf" if self.form is Form.PAPER else "file")


def unpacked(incoming: Incoming) -> list[Item]:
    """The things to look at: those of the message that is replied to, then its own."""
    items = []
    quote = incoming.quote
    for attachment in quote.attachments if quote else ():
        form = form_of(attachment)
        if quote and form:
            label = f"in reply to {whose(quote)} {_noun(attachment, form)}"
            items.append(Item(attachment, form, label, quoted=True))
    for attachment in incoming.attachments:
        form = form_of(attachment)
        if form:
            items.append(Item(attachment, form, _noun(attachment, form)))
    return items


def told(incoming: Incoming) -> Iterator[str]:
    """A line for each thing that can only be put into words."""
    quote = incoming.quote
    for attachment in quote.attachments if quote else ():
        if quote and not form_of(attachment):
            yield reply_line(quote, attachment)
    for attachment in incoming.attachments:
        if form_of(attachment) or attachment.may_carry_sound:
            continue
        yield f"({_in_words(attachment)})"


def reply_line(quote: Quote, attachment: Attachment) -> str:
    """That a thing is replied to which nobody looked at or listened to."""
    return f"(in reply to {whose(quote)} {_in_words(attachment)})"


def says_something(incoming: Incoming) -> bool:
    """Whether anything but text and sound can reach the model."""
    return any(form_of(item) or worded_alone(item) for item in incoming.attachments)


def worded_alone(item: Attachment) -> bool:
    """Whether words say all that there is to `item`: a place, a sticker that moves."""
    return bool(item.words) and not item.may_carry_sound and form_of(item) is None


def form_of(item: Attachment) -> Form | None:
    """How `item` is looked at; None for sound and for what nobody can look at."""
    kind, mime = item.kind, item.mime.partition(";")[0]
    if kind is AttachmentKind.PHOTO:
        return Form.PICTURE
    if kind is AttachmentKind.STICKER:
        return Form.PICTURE if item.ref and mime in STILL_STICKERS else None
    if is_film(item):
        return Form.FILM
    if kind is AttachmentKind.OTHER and item.ref:
        by_mime = {"video": Form.FILM, "image": Form.PICTURE}
        return by_mime.get(mime.partition("/")[0])
    if kind is AttachmentKind.DOCUMENT and not item.may_carry_sound:
        return _form_of_document(mime, PurePath(item.file_name).suffix.lower())
    return None


def is_film(item: Attachment) -> bool:
    """Whether it is to be heard and to be seen."""
    return item.kind in (AttachmentKind.VIDEO, AttachmentKind.VIDEO_NOTE)


def whose(quote: Quote) -> str:
    """`your` or `Ann's`, said to the model."""
    if quote.from_bot:
        return "your"
    return f"{quote.author}'s" if quote.author else "a"


def _form_of_document(mime: str, suffix: str) -> Form | None:
    if mime == PDF or suffix == ".pdf":
        return Form.PAPER
    if mime.startswith("text/") or mime in TEXT_MIMES or suffix in TEXT_SUFFIXES:
        return Form.TEXT
    if mime.startswith("image/") or suffix in PICTURE_SUFFIXES:
        return Form.PICTURE
    if mime.startswith("video/") or suffix in FILM_SUFFIXES:
        return Form.FILM
    return None


def _noun(item: Attachment, form: Form) -> str:
    if item.kind is AttachmentKind.STICKER:
        return f"sticker {item.words}".rstrip()
    if item.kind is not AttachmentKind.DOCUMENT:
        return NOUNS[item.kind]
    noun = DOCUMENT_NOUNS.get(form, "file")
    return f"{noun} {_quoted(item.file_name)}" if item.file_name else noun


def _in_words(item: Attachment) -> str:
    """What is said of a thing that is not looked at."""
    if item.may_carry_sound:
        return "voice message" if item.kind is AttachmentKind.VOICE else "recording"
    if item.kind is AttachmentKind.DOCUMENT:
        name = f" {_quoted(item.file_name)}" if item.file_name else ""
        return f"file{name}, which you can't open"
    if item.words:
        named = item.kind in (AttachmentKind.LOCATION, AttachmentKind.STICKER)
        return f"{item.kind}: {item.words}" if named else item.words
    name = "thing" if item.kind is AttachmentKind.OTHER else item.kind
    return f"{name}, which you can't see"


def _quoted(name: str) -> str:
    return json.dumps(name[:NAME_CHARS], ensure_ascii=False)
