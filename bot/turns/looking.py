"""The eyes of one turn: what came with a message beside words and sound, kept and named.

Everything is fetched once and put on the shelf under the channel's own name for the file, where a
restart finds it again. What can't be opened is told to the model and to the person.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from bot.errors import AudioTooLarge, LookError, StageError
from bot.observe.trace import Trace
from bot.pictures.frames import MOST, frames
from bot.pictures.scale import original
from bot.store.media import Shelved
from bot.turns.channel import Channel
from bot.turns.exhibits import Form, Part, media_part
from bot.turns.luggage import Item, told, unpacked, worded_alone
from bot.turns.paying import Payer
from bot.turns.seams import Crew
from bot.values.conversation import Attachment, Incoming, Quote
from bot.values.media import MediaFile

log = structlog.get_logger()
AT_ONCE = 3  # fetched side by side: ten originals need not be in memory together
TEXT_BYTES = 100_000
FRAME = "frame"  # the kind on the shelf of a film's pictures
KINDS = {Form.PICTURE: "image", Form.FILM: "video", Form.PAPER: "document", Form.TEXT: "document"}
TOO_LARGE = "That file is over 20 MB, more than Telegram lets me fetch. Please send a smaller one."
TOO_LONG = (
    "That file is over 100 kB of text, more than I can read at once. Please send a part of it."
)
NO_TEXT = "I couldn't read that file as text. Please send it as UTF-8 text or as a PDF."
NO_PDF = "That file is no PDF that I can open. Please send it again."


@dataclass(frozen=True, slots=True)
class Seen:
    """What came along, as parts for the stored message and `lines` in words, and what failed.

    `quoted` parts are those of the message that is replied to. `worded` says that the message's
    own things say something in words. `films_failed` are apart: their sound may be enough.
    """

    own: tuple[Part, ...] = ()
    quoted: tuple[Part, ...] = ()
    lines: tuple[str, ...] = ()
    worded: bool = False
    failed: tuple[StageError, ...] = ()
    films_failed: tuple[StageError, ...] = ()


class Looking:
    """Looks at the files of one turn at most once, while the note is listened to."""

    def __init__(self, crew: Crew, channel: Channel, *, payer: Payer, trace: Trace) -> None:
        self._crew = crew
        self._channel = channel
        self._payer = payer
        self._trace = trace
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._films = asyncio.Lock()  # ears and eyes want the same film
        self._looking: asyncio.Task[Seen] | None = None
        self._made: dict[str, Shelved] = {}  # by the channel's name: what the bot itself sent

    def begin(self, incoming: Incoming) -> None:
        """Start to fetch what `incoming` brought along."""
        if self._looking is None:
            self._looking = asyncio.create_task(self._look(incoming), name="looking")

    async def seen(self, incoming: Incoming) -> Seen:
        """What there is to see. Files that can't be opened are in it, as errors."""
        self.begin(incoming)
        assert self._looking is not None
        return await asyncio.shield(self._looking)

    async def film(self, item: Attachment) -> bytes:
        """The bytes of a film, which is on the shelf from then on. Raises ListenError."""
        return await self._crew.shelf.read(await self._film(item))

    async def cancel(self) -> None:
        """Fetch nothing more. Idempotent."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait({self._looking})

    async def _look(self, incoming: Incoming) -> Seen:
        items = unpacked(incoming)
        await self._recall(incoming.quote)
        stills = [item for item in items if item.form is not Form.FILM]
        loaded = await asyncio.gather(*map(self._load, stills), return_exceptions=True)
        ready = dict(zip(stills, loaded, strict=True))
        parts: dict[bool, list[Part]] = {False: [], True: []}
        lines = list(told(incoming))
        failed: dict[bool, list[StageError]] = {False: [], True: []}
        for item in items:
            try:
                parts[item.quoted].append(await self._part(item, ready.get(item)))
            except StageError as error:
                log.warning("look.failed", code=error.code, form=str(item.form), detail=str(error))
                lines.append(f"({item.label}, which could not be opened)")
                if not (item.quoted or item.says_enough):
                    failed[item.form is Form.FILM].append(error)
        own, quoted = tuple(parts[False]), tuple(parts[True])
        if items:
            self._trace.mark("looked", things=len(items), kept=len(own) + len(quoted))
        worded = any(map(worded_alone, incoming.attachments)) or any(
            item.says_enough for item in items if not item.quoted
        )
        return Seen(own, quoted, tuple(lines), worded, tuple(failed[False]), tuple(failed[True]))

    async def _part(self, item: Item, loaded: Any) -> Part:
        """The part for a stored message. Raises StageError."""
        if isinstance(loaded, BaseException):
            raise loaded
        if item.form is Form.FILM:
            film = await self._film(item.attachment)
            stills = await self._frames(item.attachment, film)
            return media_part(film, item.form, label=item.label, frames=stills)
        kept = loaded
        if isinstance(loaded, MediaFile):
            kept = await self._put(loaded, item.form, self._name(item.attachment))
        return media_part(kept, item.form, label=item.label)

    async def _load(self, item: Item) -> Shelved | MediaFile:
        """The thing as it was kept before, else fetched and made fit. Raises StageError."""
        name = self._name(item.attachment)
        found = await self._find(name)
        if found is not None:
            return found
        async with self._gate:
            data = await self._fetch(item.attachment, item.form)
            if item.form is Form.PICTURE:
                return await self._crew.workshop.run(original, data, name=item.file_name)
            return _paper(data, item)

    async def _film(self, item: Attachment) -> Shelved:
        async with self._films:
            name = self._name(item)
            found = await self._find(name)
            if found is not None:
                return found
            data = await self._channel.fetch(
                item, limit_bytes=self._crew.settings.download_limit_bytes
            )
            file = MediaFile(data, item.mime or "video/mp4", item.file_name or "video.mp4")
            return await self._put(file, Form.FILM, name)

    async def _frames(self, item: Attachment, film: Shelved) -> Sequence[Shelved]:
        names = [f"{self._name(item)}#{number}" for number in range(MOST)]
        shelf, conversation = self._crew.shelf, self._payer.conversation
        known = [found for name in names if (found := await shelf.find(conversation, name))]
        if known:
            return known
        stills = await self._crew.workshop.run(frames, await shelf.read(film))
        return [
            await shelf.put(conversation, still, kind=FRAME, unique_id=name)
            for still, name in zip(stills, names, strict=False)
        ]

    async def _fetch(self, item: Attachment, form: Form) -> bytes:
        """The bytes. Raises DownloadFailed or LookError."""
        limit = self._crew.settings.download_limit_bytes
        own = min(limit, TEXT_BYTES) if form is Form.TEXT else limit
        try:
            return await self._channel.fetch(item, limit_bytes=own)
        except AudioTooLarge as error:
            usual = error.sentence == AudioTooLarge.default_sentence
            sentence = TOO_LONG if own == TEXT_BYTES else TOO_LARGE if usual else error.sentence
            raise LookError(str(error), sentence=sentence) from error

    async def _recall(self, quote: Quote | None) -> None:
        """Of its own that is replied to the bot has a better copy than its channel."""
        if quote is None or not quote.from_bot:
            return
        made = await self._crew.shelf.sent_in(self._payer.conversation, quote.message_id)
        if made is not None:
            self._made = {self._name(item): made for item in quote.attachments}

    async def _find(self, name: str) -> Shelved | None:
        kept = self._made.get(name)
        return kept or await self._crew.shelf.find(self._payer.conversation, name)

    async def _put(self, file: MediaFile, form: Form, name: str) -> Shelved:
        return await self._crew.shelf.put(
            self._payer.conversation, file, kind=KINDS[form], unique_id=name
        )

    def _name(self, item: Attachment) -> str:
        """What the channel calls the file, or where it can't, what it is in this turn."""
        return item.unique_id or f"{self._payer.turn_id}/{item.ref}"


def _paper(data: bytes, item: Item) -> MediaFile:
    """A PDF as it is, or a text as UTF-8. Raises LookError."""
    if item.form is Form.PAPER:
        if b"%PDF" not in data[:1024]:
            raise LookError("no PDF header", sentence=NO_PDF)
        return MediaFile(data, "application/pdf", item.file_name)
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise LookError("not decodable", sentence=NO_TEXT) from error
    if "\0" in text:
        raise LookError("binary", sentence=NO_TEXT)
    return MediaFile(text.encode(), "text/plain", item.file_name)
