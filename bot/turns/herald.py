"""Tells what must be told outside of turns: each notice once, in order, across restarts."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

import structlog

from bot.errors import DeliverError
from bot.store.notices import Notice, NoticeTable
from bot.turns.channel import Button, Channel, TextPart
from bot.values.clock import Clock
from bot.values.conversation import Conversation

log = structlog.get_logger()
LOOK_EVERY_S = 1.0  # `parley pairing` posts from another process
FIRST_WAIT_MS = 5_000
LONGEST_WAIT_MS = 10 * 60 * 1000
KEEPS_MS = 24 * 60 * 60 * 1000  # what can't be told within a day is no news any more


class Herald:
    """Delivers notices through the channels that are served."""

    def __init__(self, notices: NoticeTable, clock: Clock) -> None:
        self._notices = notices
        self._clock = clock

    async def serve(self, channels: Mapping[str, Channel]) -> None:
        """Deliver what comes, until cancelled."""
        while True:
            try:
                for notice in await self._notices.due():
                    await self._tell(notice, channels)
            except sqlite3.Error as error:
                log.warning("notice.unread", reason=repr(error))
            await self._clock.sleep(LOOK_EVERY_S)

    async def _tell(self, notice: Notice, channels: Mapping[str, Channel]) -> None:
        place = Conversation.parse(notice.conversation)
        channel = channels.get(place.channel)
        if channel is None:
            await self._put_off(notice, "its channel is not served")
            return
        reply = channel.reply(place, turn_id=f"notice-{notice.id}", answers="")
        rows = tuple(tuple(Button(*button) for button in row) for row in notice.buttons)
        try:
            await reply.deliver(TextPart("notice", notice.markdown, buttons=rows))
        except DeliverError as error:
            if error.retryable:
                await self._put_off(notice, error.code)
            else:
                log.warning("notice.dropped", notice=notice.id, code=error.code)
                await self._notices.remove(notice)
        else:
            log.info("notice.told", notice=notice.id, conversation=notice.conversation)
            await self._notices.remove(notice)
        finally:
            await reply.close()

    async def _put_off(self, notice: Notice, reason: str) -> None:
        if self._clock.now_ms() - notice.created_at_ms > KEEPS_MS:
            log.warning("notice.dropped", notice=notice.id, code="too old")
            await self._notices.remove(notice)
            return
        wait_ms = min(FIRST_WAIT_MS << min(notice.tries, 10), LONGEST_WAIT_MS)
        log.info("notice.put_off", notice=notice.id, reason=reason, wait_ms=wait_ms)
        await self._notices.put_off(notice, by_ms=wait_ms)
