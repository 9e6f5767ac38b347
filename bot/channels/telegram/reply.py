"""The bot's side of one turn in Telegram: shows, grows, and delivers each part once."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import structlog

from bot.channels.telegram.api import Body, Place
from bot.channels.telegram.faults import Fault, Refusal, Rejected, as_deliver_error
from bot.channels.telegram.outbox import Outbox, is_private
from bot.channels.telegram.press import Press
from bot.channels.telegram.preview import DraftMemory, Preview, Sketch
from bot.channels.telegram.pulse import Pulse
from bot.channels.telegram.render import messages
from bot.channels.telegram.settings import TelegramSettings
from bot.channels.telegram.split import Chunk
from bot.errors import VoiceForbidden
from bot.turns.channel import Activity, Part, Rows, TextPart, VoicePart
from bot.turns.receipts import Receipts
from bot.values.clock import Clock

log = structlog.get_logger()

ACTIONS = {Activity.TYPING: "typing", Activity.RECORDING: "record_voice"}
UPLOADING = "upload_voice"
GENERAL_TOPIC = 1
RENDERED_AT_ONCE = 10_000  # characters; about 20 ms, more would hold other chats up


class ChatMemory(Protocol):
    """What is remembered of a chat beyond the life of the process."""

    async def forbids_voice(self, chat_id: str) -> bool: ...

    async def remember_voice_forbidden(self, chat_id: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Workings:
    """What all replies of one channel share."""

    outbox: Outbox
    receipts: Receipts
    memory: ChatMemory
    drafts: DraftMemory
    settings: TelegramSettings
    clock: Clock


class TelegramReply:
    """Implements `bot.turns.channel.Reply`. `forum` says that the chat has topics."""

    def __init__(
        self, place: Place, workings: Workings, *, turn_id: str, answers: str, forum: bool
    ) -> None:
        self._place = place
        self._workings = workings
        self._outbox = workings.outbox
        self._receipts = workings.receipts
        self._turn_id = turn_id
        self._acknowledged = False
        self._press = Press.parse(answers)
        self._answers = int(answers) if answers.isdigit() else None
        # The General topic is left out when sending but named when typing (facts/behaviour.md A6).
        general = forum and place.thread_id is None
        typing = Place(place.chat_id, GENERAL_TOPIC) if general else place
        self._pulse = Pulse(outbox=workings.outbox, place=typing, clock=workings.clock)
        self._sketch = Sketch(
            place=place,
            key=f"{turn_id}/preview",
            draft_id=(zlib.crc32(turn_id.encode()) & 0x7FFFFFFF) or 1,
            limit=workings.settings.chunk_limit,
            reply_to=None if is_private(place) else self._answers,
        )
        self._preview = Preview(
            self._sketch,
            outbox=workings.outbox,
            receipts=workings.receipts,
            drafts=workings.drafts,
            clock=workings.clock,
        )

    async def show(self, activity: Activity | None) -> None:
        self._pulse.show(None if activity is None else ACTIONS[activity])

    async def grow(self, markdown: str) -> None:
        if self._workings.settings.streaming_mode != "off":
            self._preview.grow(markdown)

    async def deliver(self, part: Part) -> None:
        await self._acknowledge()
        with _in_words_of_a_turn():
            if isinstance(part, VoicePart):
                await self._deliver_voice(part)
            else:
                await self._deliver_text(part)
        self._preview.again()

    async def close(self) -> None:
        await self._acknowledge()
        await self._preview.settle()
        await self._pulse.close()

    async def _acknowledge(self) -> None:
        """A pressed button shows that it waits until it is answered, whatever comes of it."""
        if self._press is not None and not self._acknowledged:
            self._acknowledged = True
            await self._outbox.answer_press(self._press.query_id)

    # -- text

    async def _deliver_text(self, part: TextPart) -> None:
        grown = self._press.panel_id if self._press is not None else ""
        if part.final:
            await self._preview.settle()
            grown = await self._receipts.find(self._sketch.key) or ""
        chunks = await self._chunks(part.markdown)
        last = len(chunks) - 1
        if not chunks:
            log.info("telegram.text.empty", turn=self._turn_id, part=part.key)
        for n, chunk in enumerate(chunks):
            first = n == 0
            reply_to = self._answers if part.answers and first else None
            bodies = _bodies(chunk, part.buttons if n == last else ())
            send = partial(self._put, bodies, grown=grown if first else "", reply_to=reply_to)
            await self._receipts.once(f"{self._turn_id}/{part.key}/{n}", send)

    async def _chunks(self, markdown: str) -> list[Chunk]:
        render = partial(messages, markdown, limit=self._sketch.limit)
        return render() if len(markdown) < RENDERED_AT_ONCE else await asyncio.to_thread(render)

    async def _put(self, bodies: tuple[Body, Body], *, grown: str, reply_to: int | None) -> str:
        """One message: in place of the grown one, else new; bare if the HTML is refused."""
        html, plain = bodies
        if grown:
            try:
                return await _either(
                    partial(self._outbox.edit_text, self._place, grown), html, plain
                )
            except Rejected as exc:
                if exc.kind is not Refusal.EDIT_TARGET_GONE:
                    raise
        send = partial(self._outbox.send_text, self._place, reply_to=reply_to)
        return await _either(send, html, plain)

    # -- voice

    async def _deliver_voice(self, part: VoicePart) -> None:
        chat_id = str(self._place.chat_id)
        if await self._workings.memory.forbids_voice(chat_id):
            raise VoiceForbidden("remembered")
        send = partial(
            self._outbox.send_voice,
            self._place,
            part.bubble.ogg,
            duration_s=max(1, round(part.bubble.duration_s)),
            reply_to=self._answers if part.answers else None,
        )
        try:
            with self._pulse.during(UPLOADING):
                await self._receipts.once(f"{self._turn_id}/{part.key}", send)
        except Rejected as exc:
            if exc.kind is Refusal.VOICE_FORBIDDEN:
                await self._workings.memory.remember_voice_forbidden(chat_id)
            raise


def _bodies(chunk: Chunk, buttons: Rows) -> tuple[Body, Body]:
    return Body(chunk.html, html=True, buttons=buttons), Body(chunk.plain, buttons=buttons)


class _Send(Protocol):
    async def __call__(self, body: Body, /) -> str: ...


async def _either(send: _Send, html: Body, plain: Body) -> str:
    try:
        return await send(html)
    except Rejected as exc:
        if exc.kind is not Refusal.CANT_PARSE:
            raise
        log.warning("telegram.html.refused", reason=exc.description)
        return await send(plain)


@contextmanager
def _in_words_of_a_turn() -> Iterator[None]:
    try:
        yield
    except Fault as fault:
        raise as_deliver_error(fault) from None
