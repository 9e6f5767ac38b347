"""The bot's side of one turn in Telegram: shows, grows, delivers each part once, and changes it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from bot.channels.telegram.changes import Changes
from bot.channels.telegram.faults import Fault, as_deliver_error
from bot.channels.telegram.message import Place
from bot.channels.telegram.press import Press
from bot.channels.telegram.preview import Preview, Sketch
from bot.channels.telegram.pulse import Pulse
from bot.channels.telegram.shipping import Shipping
from bot.channels.telegram.texts import Texts
from bot.channels.telegram.voicing import Voicing
from bot.channels.telegram.workings import Address, Workings
from bot.turns.channel import Activity, MediaPart, Part, TextPart, VoicePart

ACTIONS = {Activity.TYPING: "typing", Activity.RECORDING: "record_voice"}
GENERAL_TOPIC = 1


class TelegramReply:
    """Implements `bot.turns.channel.Reply`. `forum` says that the chat has topics."""

    def __init__(
        self, place: Place, workings: Workings, *, turn_id: str, answers: str, forum: bool
    ) -> None:
        self._workings = workings
        self._outbox = workings.outbox
        self._receipts = workings.receipts
        self._acknowledged = False
        self._press = Press.parse(answers)
        self._address = Address(place, turn_id, int(answers) if answers.isdigit() else None)
        # The General topic is left out when sending but named when typing (facts/behaviour.md A6).
        general = forum and place.thread_id is None
        typing = Place(place.chat_id, GENERAL_TOPIC) if general else place
        self._pulse = Pulse(outbox=workings.outbox, place=typing, clock=workings.clock)
        self._sketch = Sketch(
            place=place,
            key=self._address.receipt("preview"),
            draft_id=(zlib.crc32(turn_id.encode()) & 0x7FFFFFFF) or 1,
            limit=workings.settings.chunk_limit,
            reply_to=None if place.is_private else self._address.asked,
        )
        self._preview = Preview(
            self._sketch,
            outbox=workings.outbox,
            receipts=workings.receipts,
            drafts=workings.drafts,
            clock=workings.clock,
        )
        self._texts = Texts(self._address, workings)
        self._shipping = Shipping(self._address, workings, texts=self._texts, pulse=self._pulse)
        self._voicing = Voicing(self._address, workings, texts=self._texts, pulse=self._pulse)
        self._changes = Changes(self._address, workings)

    async def show(self, activity: Activity | None) -> None:
        self._pulse.show(None if activity is None else ACTIONS[activity])

    async def grow(self, markdown: str) -> None:
        if self._workings.settings.streaming_mode != "off":
            self._preview.grow(markdown)

    async def deliver(self, part: Part) -> None:
        await self._acknowledge()
        with _in_words_of_a_turn():
            if isinstance(part, VoicePart):
                await self._voicing.deliver(part)
            elif isinstance(part, MediaPart):
                await self._shipping.deliver(part)
            else:
                await self._deliver_text(part)
        self._preview.again()

    async def change(self, key: str, part: TextPart | None) -> None:
        self._changes.put(key, part)

    async def close(self) -> None:
        await self._acknowledge()
        await self._preview.settle()
        await self._pulse.close()
        await self._changes.close()

    async def _acknowledge(self) -> None:
        """A pressed button shows that it waits until it is answered, whatever comes of it."""
        if self._press is not None and not self._acknowledged:
            self._acknowledged = True
            await self._outbox.answer_press(self._press.query_id)

    async def _deliver_text(self, part: TextPart) -> None:
        grown = self._press.panel_id if self._press is not None else ""
        if part.final:
            await self._preview.settle()
            grown = await self._receipts.find(self._sketch.key) or ""
        await self._texts.deliver(part, grown=grown)


@contextmanager
def _in_words_of_a_turn() -> Iterator[None]:
    try:
        yield
    except Fault as fault:
        raise as_deliver_error(fault) from None
