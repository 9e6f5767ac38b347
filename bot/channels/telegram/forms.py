"""Which of Telegram's forms a file takes: the nicest one that its type and size allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.values.media import MediaFile

PHOTO_BYTES = 10_000_000
PHOTO_SIDES = 10_000  # width + height (facts/telegram-api.md §3)
PHOTO_RATIO = 20
PHOTO_TYPES = frozenset({"image/jpeg", "image/jpg", "image/png", "image/webp"})
TRACK_TYPES = frozenset(
    {"audio/mpeg", "audio/mp3", "audio/mp4", "audio/m4a", "audio/x-m4a", "audio/mp4a-latm"}
)


class Form(StrEnum):
    """How a file looks in a chat."""

    PHOTO = "photo"
    ANIMATION = "animation"
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Item:
    """A file and the form that it goes out in."""

    file: MediaFile
    form: Form

    @property
    def mime(self) -> str:
        return essence(self.file.mime)

    @property
    def as_document(self) -> Item:
        return replace(self, form=Form.DOCUMENT)


def items(files: Sequence[MediaFile]) -> tuple[Item, ...]:
    """`files` in forms that may go together: pictures and films mix, tracks stay among themselves.

    What fits neither way goes as documents, all of them (facts/telegram-api.md §3, media group).
    """
    chosen = tuple(Item(file, _form(file)) for file in files)
    forms = {item.form for item in chosen}
    if len(chosen) == 1 or forms <= {Form.PHOTO, Form.VIDEO} or forms == {Form.AUDIO}:
        return chosen
    return tuple(item.as_document for item in chosen)


def essence(mime: str) -> str:
    """`video/mp4` of `Video/MP4; codecs=avc1`."""
    return mime.partition(";")[0].strip().lower()


def _form(file: MediaFile) -> Form:
    mime = essence(file.mime)
    if mime == "image/gif":
        return Form.ANIMATION
    if mime in PHOTO_TYPES and _fits_a_photo(file):
        return Form.PHOTO
    if mime == "video/mp4":
        return Form.VIDEO
    return Form.AUDIO if mime in TRACK_TYPES else Form.DOCUMENT


def _fits_a_photo(file: MediaFile) -> bool:
    """Unknown pixels are Telegram's to judge."""
    if len(file.data) > PHOTO_BYTES:
        return False
    if not file.width or not file.height:
        return True
    short, long = sorted((file.width, file.height))
    return short + long <= PHOTO_SIDES and long <= PHOTO_RATIO * short
