"""The answer while it grows: drafts in private chats, a message that is edited everywhere else."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import structlog

from bot.channels.telegram.faults import (
    Dropped,
    Fault,
    MethodMissing,
    Refusal,
    Rejected,
    Unreachable,
)
from bot.channels.telegram.fields import sound
from bot.channels.telegram.message import Place
from bot.channels.telegram.outbox import Outbox
from bot.channels.telegram.pause import pause
from bot.channels.telegram.split import cut
from bot.turns.receipts import Receipts
from bot.values.clock import Clock

log = structlog.get_logger()

KEEP_ALIVE_S = 20.0  # a draft disappears after about 30 s without news
FIRST_IN_GROUP = 20  # characters before a group sees anything
MISSES_TO_STOP = 3


@dataclass(slots=True)
class DraftMemory:
    """Where drafts were refused, for as long as the process lives."""

    missing: bool = False
    chats: set[int] = field(default_factory=set)

    def allows(self, place: Place) -> bool:
        return place.is_private and not self.missing and place.chat_id not in self.chats

    def refuse(self, place: Place, fault: Fault) -> None:
        """Remember: the whole server lacks drafts, or this chat can't have them."""
        if isinstance(fault, MethodMissing):
            self.missing = True
        else:
            self.chats.add(place.chat_id)
        log.info("telegram.draft.refused", chat=place.chat_id, reason=str(fault))


@dataclass(frozen=True, slots=True)
class Sketch:
    """What identifies one preview. `key` is its receipt, `limit` counts UTF-16 units."""

    place: Place
    key: str
    draft_id: int
    limit: int
    reply_to: int | None = None


class Preview:
    """Shows the newest text when its moment comes. A failure means showing less, never an error.

    Growing text is shown as it is, without rendering: half a Markdown mark flickers, and the first
    words need not wait for a parser.
    """

    def __init__(
        self,
        sketch: Sketch,
        *,
        outbox: Outbox,
        receipts: Receipts,
        drafts: DraftMemory,
        clock: Clock,
    ) -> None:
        self._sketch = sketch
        self._outbox = outbox
        self._receipts = receipts
        self._drafts = drafts
        self._clock = clock
        self._text = ""
        self._shown = ""
        self._shown_at = 0.0
        self._message_id = ""
        self._over = False
        self._changed = asyncio.Event()
        self._pump: asyncio.Task[None] | None = None

    def grow(self, text: str) -> None:
        """Show `text`, the whole answer so far, as soon as pacing lets it. Returns at once."""
        if self._over:
            return
        self._text = text
        self._changed.set()
        if self._pump is None:
            self._pump = asyncio.create_task(self._run())

    def again(self) -> None:
        """A real message has dismissed the draft: show it again."""
        if not self._over and self._drafts.allows(self._sketch.place):
            self._shown = ""
            self._changed.set()

    async def settle(self) -> None:
        """Show no more; returns when nothing of it is under way. Idempotent, never raises."""
        self._over = True
        self._changed.set()
        for key in (str(self._sketch.draft_id), self._sketch.key, self._message_id):
            self._outbox.drop_previews(self._sketch.place, key)
        if self._pump is not None and not self._pump.cancelled():
            await asyncio.wait({self._pump})
            error = None if self._pump.cancelled() else self._pump.exception()
            if error is not None:
                log.warning("telegram.preview.broken", error=type(error).__name__)

    async def _run(self) -> None:
        misses = 0
        while not self._over and misses < MISSES_TO_STOP:
            self._changed.clear()
            if not (self._visible() and self._due()):
                await pause(self._clock, KEEP_ALIVE_S, self._changed)
                continue
            try:
                await self._show()
                misses = 0
            except Dropped:
                return
            except Fault as exc:
                # Flood control or a lost chat: the final text is what counts now. A lost answer is
                # passed over, unless it may have been the first message: that must not come twice.
                log.info("telegram.preview.failed", reason=str(exc))
                if not isinstance(exc, Unreachable) or not self._may_go_on():
                    return
                misses += 1

    def _may_go_on(self) -> bool:
        return bool(self._message_id) or self._drafts.allows(self._sketch.place)

    def _visible(self) -> str:
        text = sound(cut(self._text, self._sketch.limit)).strip()
        private = self._sketch.place.is_private
        if not private and not self._message_id and len(text) < FIRST_IN_GROUP:
            return ""
        return text

    def _due(self) -> bool:
        fading = self._clock.monotonic() - self._shown_at >= KEEP_ALIVE_S
        return self._visible() != self._shown or (
            fading and self._drafts.allows(self._sketch.place)
        )

    def _taken(self) -> str:
        """The text to send now: asked for at the last moment, so that it is the newest."""
        self._shown = self._visible()
        self._shown_at = self._clock.monotonic()
        return self._shown

    async def _show(self) -> None:
        sketch = self._sketch
        if not self._drafts.allows(sketch.place):
            await self._edit()
            return
        try:
            await self._outbox.preview_draft(sketch.place, sketch.draft_id, self._taken)
        except (Rejected, MethodMissing) as exc:
            if isinstance(exc, Rejected) and exc.kind is Refusal.CHAT_GONE:
                raise
            self._drafts.refuse(sketch.place, exc)
            self._shown = ""

    async def _edit(self) -> None:
        place = self._sketch.place
        if self._message_id:
            await self._outbox.preview_edit(place, self._message_id, self._taken)
        else:
            self._message_id = await self._receipts.once(self._sketch.key, self._send)

    async def _send(self) -> str:
        sketch = self._sketch
        return await self._outbox.preview_first(
            sketch.place, self._taken, key=sketch.key, reply_to=sketch.reply_to
        )
