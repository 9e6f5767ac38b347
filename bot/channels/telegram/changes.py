"""Messages that change after they were sent: a job's status. Only the newest state matters."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog

from bot.channels.telegram.faults import Dropped, Fault, Rejected
from bot.channels.telegram.message import WORDLESS, Bodies, bodies
from bot.channels.telegram.pause import finish
from bot.channels.telegram.render import messages
from bot.channels.telegram.workings import Address, Workings
from bot.turns.channel import TextPart

log = structlog.get_logger()

FLUSH_S = 2.0  # how long closing waits for the last change; it goes out later all the same
MISSES_TO_STOP = 3


class Changes:
    """The changing messages of one turn, by the key of the part that they were sent as."""

    def __init__(self, address: Address, workings: Workings) -> None:
        self._address = address
        self._workings = workings
        self._messages: dict[str, Changing] = {}
        self._closed = False

    def put(self, key: str, part: TextPart | None) -> None:
        """Let the message of `key` become `part`, or with None vanish. Returns at once."""
        if self._closed:
            log.info("telegram.change.late", turn=self._address.turn_id, part=key)
            return
        if key not in self._messages:
            self._messages[key] = Changing(self._address, self._workings, key=key)
        self._messages[key].put(part)

    async def close(self) -> None:
        """Send the last change of each message, waiting a little for it. Idempotent."""
        self._closed = True
        waits = [asyncio.ensure_future(message.close()) for message in self._messages.values()]
        self._messages.clear()
        if not waits:
            return
        sleeper = asyncio.ensure_future(self._workings.clock.sleep(FLUSH_S))
        everything = asyncio.gather(*waits, return_exceptions=True)
        first: set[asyncio.Future[Any]] = {everything, sleeper}
        try:
            await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await finish(sleeper)
            await finish(everything)
        for wait in waits:
            error = None if wait.cancelled() else wait.exception()
            if error is not None:
                log.warning("telegram.change.broken", error=type(error).__name__)


class Changing:
    """One message. Changes keep the pace of previews; one that still waits is replaced.

    After None it stays away. Failures only mean that less is seen.
    """

    def __init__(self, address: Address, workings: Workings, *, key: str) -> None:
        self._place = address.place
        self._receipt = address.receipt(key, 0)
        self._limit = workings.settings.chunk_limit
        self._outbox = workings.outbox
        self._receipts = workings.receipts
        self._words: Bodies | None = None
        self._taken: Bodies | None = None  # what the last request said
        self._shown: Bodies | None = None  # what is there, or was refused
        self._vanishing = self._gone = False
        self._message_id = ""
        self._pump: asyncio.Task[None] | None = None

    def put(self, part: TextPart | None) -> None:
        """What the message should be from now on. Nothing comes after None."""
        if self._vanishing:
            return
        if part is None:
            self._vanishing = True
            if self._message_id:
                self._outbox.drop_previews(self._place, self._message_id)
        elif chunks := messages(part.markdown, limit=self._limit):
            self._words = bodies(chunks[0], part.buttons)
        if self._behind and (self._pump is None or self._pump.done()):
            self._pump = asyncio.create_task(self._keep_up())

    async def close(self) -> None:
        """Send what is still behind, ahead of its pace. A send begun goes on if this is cancelled.

        A request under way may already have said it: then Telegram answers that nothing changed.
        """
        if self._pump is not None and not self._gone:
            await finish(self._pump)
        elif self._pump is not None:
            await asyncio.wait({self._pump})
        if self._behind and await self._found():
            await self._settle()

    @property
    def _behind(self) -> bool:
        return not self._gone and (self._vanishing or self._words != self._shown)

    async def _found(self) -> str:
        """The message's id; "" while nothing was delivered."""
        if not self._message_id:
            self._message_id = await self._receipts.find(self._receipt) or ""
        return self._message_id

    async def _keep_up(self) -> None:
        misses = 0
        while self._behind and misses < MISSES_TO_STOP and await self._found():
            if self._vanishing:
                await self._settle()
                return
            try:
                await self._outbox.change(self._place, self._message_id, self._take)
                self._shown, misses = self._taken, 0
            except Dropped:
                # Vanishing now, or a final text took the message over: that is newer.
                self._shown = self._words
            except Rejected as exc:
                log.info("telegram.change.refused", reason=exc.description)
                self._shown = self._taken
            except Fault as exc:
                log.info("telegram.change.failed", reason=str(exc))
                misses += 1

    def _take(self) -> Bodies:
        """The words to send now: asked for at the last moment, so that they are the newest."""
        self._taken = self._words or WORDLESS
        return self._taken

    async def _settle(self) -> None:
        """The last word: waits behind finals alone and is tried until Telegram has it."""
        try:
            if self._vanishing:
                self._gone = True
                await self._outbox.delete(self._place, self._message_id)
            elif self._words is not None:
                self._shown = self._words
                await self._outbox.change_last(self._place, self._message_id, self._words)
        except Fault as exc:
            log.info("telegram.change.failed", reason=str(exc))
