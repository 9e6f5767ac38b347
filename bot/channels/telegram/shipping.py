"""Files on their way to a chat: the nicest form first, a document when Telegram won't have it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial

import structlog

from bot.channels.telegram.faults import Refusal, Rejected
from bot.channels.telegram.forms import Form, Item, items
from bot.channels.telegram.message import WORDLESS, Bodies, bodies, either
from bot.channels.telegram.pulse import Pulse
from bot.channels.telegram.settings import (
    CAPTION_LIMIT,
    LOCAL_LIMIT_BYTES,
    UPLOAD_LIMIT_BYTES,
)
from bot.channels.telegram.texts import Texts, chunks_of
from bot.channels.telegram.workings import Address, Workings
from bot.errors import TooLargeToSend
from bot.turns.channel import MediaPart, TextPart
from bot.values.media import MediaFile

log = structlog.get_logger()

ACTIONS = {
    Form.PHOTO: "upload_photo",
    Form.VIDEO: "upload_video",
    Form.ANIMATION: "upload_video",
    Form.AUDIO: "upload_document",
    Form.DOCUMENT: "upload_document",
}
ALBUM_FILES = 10  # facts/telegram-api.md §3, media group
# Noes that another form may turn into a yes: wrong pixels, an odd file, no photos in this group.
ABOUT_THE_FORM = frozenset({Refusal.OTHER, Refusal.FILE_TOO_BIG, Refusal.MEDIA_FORBIDDEN})


class Shipping:
    """Sends the files of one turn, each file or album once and under one receipt."""

    def __init__(self, address: Address, workings: Workings, *, texts: Texts, pulse: Pulse) -> None:
        self._address = address
        self._outbox = workings.outbox
        self._receipts = workings.receipts
        self._limit_bytes = workings.settings.upload_limit_bytes
        self._texts = texts
        self._pulse = pulse

    async def deliver(self, part: MediaPart) -> None:
        """Send `part`, ten files at a time, and as text what is too long for a caption.

        Raises TooLargeToSend before anything is sent, and `Fault`.
        """
        for file in part.files:
            _check(file, limit_bytes=self._limit_bytes)
        chunks = await chunks_of(part.markdown, limit=CAPTION_LIMIT)
        caption = bodies(chunks[0]) if len(chunks) == 1 else WORDLESS
        reply_to = self._address.answering(part.answers)
        for number, album in enumerate(_albums(part.files)):
            words = WORDLESS if number else caption
            send = partial(self._send, album, words, reply_to=reply_to)
            key = f"{part.key}/album{number}" if number else part.key
            with self._pulse.during(ACTIONS[album[0].form]):
                await self._receipts.once(self._address.receipt(key), send)
        if len(chunks) > 1 or not part.files:
            await self._texts.deliver(TextPart(part.key, part.markdown))

    async def _send(
        self, chosen: tuple[Item, ...], caption: Bodies, *, reply_to: int | None
    ) -> str:
        ship = partial(self._outbox.send_files, self._address.place, reply_to=reply_to)
        try:
            return await either(partial(ship, chosen), caption)
        except Rejected as exc:
            documents = tuple(item.as_document for item in chosen)
            if exc.kind not in ABOUT_THE_FORM or chosen == documents:
                raise
            log.info("telegram.form.refused", form=chosen[0].form, reason=exc.description)
        return await either(partial(ship, documents), caption)


def _albums(files: Sequence[MediaFile]) -> Iterator[tuple[Item, ...]]:
    """`files` as Telegram takes them, a caption going with the first."""
    for start in range(0, len(files), ALBUM_FILES):
        yield items(files[start : start + ALBUM_FILES])


def _check(file: MediaFile, *, limit_bytes: int) -> None:
    size_bytes = len(file.data)
    if size_bytes > limit_bytes:
        telegrams = limit_bytes in (UPLOAD_LIMIT_BYTES, LOCAL_LIMIT_BYTES)
        most = f"at most {limit_bytes / 1_000_000:g} MB"
        bound = f"Telegram takes {most} from me" if telegrams else f"I may send {most}"
        raise TooLargeToSend(
            f"{size_bytes} bytes, limit {limit_bytes}",
            sentence=f"The result is {_megabytes(size_bytes)} MB, and {bound}. "
            "Please ask for something shorter or smaller.",
        )


def _megabytes(size_bytes: int) -> str:
    """Rounded up, so that what is a little over a limit does not read as within it."""
    return f"{math.ceil(size_bytes / 100_000) / 10:g}"
