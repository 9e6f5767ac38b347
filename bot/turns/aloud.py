"""The bubbles of one answer on their way into the chat, in order, until nobody wants them."""

from __future__ import annotations

import asyncio

from bot.errors import DeliverError
from bot.observe.trace import Stage, Trace
from bot.turns.channel import Reply, VoicePart
from bot.turns.hearing import Hearing
from bot.turns.speaking import Speaking
from bot.values.audio import Bubble


class Aloud:
    """Sends what `speaking` says. `answers` links the first bubble to the question.

    Where the chat refuses a bubble, nothing more is made: no later one would get through.
    """

    def __init__(
        self, speaking: Speaking, reply: Reply, hearing: Hearing, *, trace: Trace, answers: bool
    ) -> None:
        self._speaking = speaking
        self._reply = reply
        self._hearing = hearing
        self._trace = trace
        self._answers = answers
        self._early: asyncio.Task[None] | None = None
        self._refused: DeliverError | None = None
        self._missing = False  # a bubble did not go out
        self.sent = 0
        self.captioned = False  # the caption went out

    def early(self, bubble: Bubble, number: int) -> None:
        """A first bubble goes out while the rest is still being made."""
        before = self._early
        self._early = asyncio.create_task(self._after(before, bubble, number), name="bubble")

    async def deliver(self, *, caption: str) -> bool:
        """Whether the whole answer went out as sound. Raises UpstreamError, DeliverError."""
        whole = await self._speaking.finish()
        if self._early is not None:
            await self._early
        if not self._speaking.hushed.is_set():
            for number, bubble in enumerate(whole, start=self._speaking.first_index):
                await self._send(bubble, number, caption=caption if number == 0 else "")
        else:
            self._missing = True
        if self._refused is not None:
            raise self._refused
        return self.sent > 0 and not self._missing

    async def cancel(self) -> None:
        """Send nothing more. Idempotent."""
        if self._early is not None:
            self._early.cancel()
            await asyncio.gather(self._early, return_exceptions=True)

    async def _after(self, before: asyncio.Task[None] | None, bubble: Bubble, number: int) -> None:
        if before is not None:
            await before
        await self._hearing.echoed()
        await self._send(bubble, number, caption="")

    async def _send(self, bubble: Bubble, number: int, *, caption: str) -> None:
        unwanted = self._speaking.hushed
        part = VoicePart(
            f"voice/{number}",
            bubble,
            caption,
            answers=self._answers and number == 0,
            unwanted=unwanted,
        )
        if unwanted.is_set():
            self._missing = True
            return
        try:
            await self._reply.deliver(part)
        except DeliverError as error:
            self._missing = True
            if not unwanted.is_set():
                self._refused = error
                self._speaking.hush()
            return
        self.sent += 1
        self.captioned |= bool(caption)
        self._trace.mark(Stage.VOICE_DELIVERED, duration_s=round(bubble.duration_s, 2))
