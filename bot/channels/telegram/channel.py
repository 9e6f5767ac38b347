"""The Telegram channel as the rest of Parley sees it: start, stop, read, fetch, reply."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import structlog

from bot.channels.telegram.api import Api, Me
from bot.channels.telegram.faults import (
    Fault,
    MethodMissing,
    Rejected,
    Throttled,
    Unauthorised,
)
from bot.channels.telegram.files import Files
from bot.channels.telegram.intake import Poller
from bot.channels.telegram.message import Place
from bot.channels.telegram.outbox import Outbox
from bot.channels.telegram.pause import finish
from bot.channels.telegram.preview import DraftMemory
from bot.channels.telegram.read import CHANNEL, forum_chat, read
from bot.channels.telegram.reply import TelegramReply
from bot.channels.telegram.settings import TelegramSettings
from bot.channels.telegram.workings import ChatMemory, Workings
from bot.errors import StartError
from bot.turns.channel import Intake
from bot.turns.receipts import Receipts
from bot.values.clock import Clock
from bot.values.conversation import Attachment, Conversation, Incoming

log = structlog.get_logger()

START_ATTEMPTS = 5
FIRST_BACKOFF_S = 1.0
LONGEST_START_WAIT_S = 60.0
TOKEN_REFUSED = (
    "Telegram refused the bot token. Check channels.telegram.botToken or TELEGRAM_BOT_TOKEN; "
    "@BotFather shows the right one."
)


class TelegramChannel:
    """Implements `bot.turns.channel.Channel`. `username` and `bot_id` are known after `start`."""

    name = CHANNEL

    def __init__(
        self,
        settings: TelegramSettings,
        *,
        clock: Clock,
        receipts: Receipts,
        voice_forbidden: ChatMemory,
        commands: Sequence[tuple[str, str]] = (),
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._commands = tuple(commands)
        self._api = Api(settings)
        self._files = Files(self._api, settings, clock)
        self._outbox = Outbox(self._api, settings=settings, clock=clock)
        self._workings = Workings(
            outbox=self._outbox,
            receipts=receipts,
            memory=voice_forbidden,
            drafts=DraftMemory(),
            settings=settings,
            clock=clock,
        )
        self._forums: set[str] = set()
        self._poller: Poller | None = None
        self._greeting: asyncio.Task[None] | None = None
        self.username = ""
        self.bot_id = 0
        self._hears_all = True

    @property
    def last_poll_monotonic(self) -> float | None:
        """When a poll last completed, on the clock's monotonic time; None before the first."""
        return None if self._poller is None else self._poller.last_poll_monotonic

    @property
    def polls_completed(self) -> int:
        """How many polls completed since the start."""
        return 0 if self._poller is None else self._poller.polls_completed

    @property
    def outbox_depth(self) -> int:
        """How many messages wait to be sent."""
        return self._outbox.depth

    @property
    def dead(self) -> bool:
        """Telegram keeps refusing the token: polling has ended for good."""
        return self._poller is not None and self._poller.dead

    async def start(self, intake: Intake) -> None:
        try:
            me = await self._identify()
        except BaseException:
            await self._api.close()
            raise
        self.bot_id, self.username, self._hears_all = me.id, me.username, me.hears_all
        try:
            await self._api.delete_webhook()
        except Fault as fault:
            log.warning("telegram.webhook.kept", reason=str(fault))
        self._poller = Poller(
            api=self._api, settings=self._settings, clock=self._clock, intake=intake
        )
        self._poller.start()
        if self._commands:
            self._greeting = asyncio.create_task(self.set_commands(self._commands))
        log.info("telegram.started", bot=self.bot_id, username=self.username)

    async def stop(self) -> None:
        """Stop receiving. Open replies may still deliver; `close` ends those too."""
        if self._poller is not None:
            await self._poller.stop()

    async def close(self) -> None:
        """Stop, let answers that wait to be sent go out for a while, and disconnect. Idempotent."""
        await self.stop()
        if self._greeting is not None:
            await finish(self._greeting)
        await self._outbox.close(self._settings.close_timeout_s)
        await self._api.close()

    async def set_commands(self, commands: Sequence[tuple[str, str]]) -> None:
        """Put `(name, description)` pairs into the bot's menu. A failure is only logged."""
        try:
            await self._api.set_commands(commands)
        except Fault as fault:
            log.warning("telegram.commands.failed", reason=str(fault))

    def read(self, payload: Mapping[str, Any]) -> Incoming | None:
        incoming = read(
            payload,
            bot_id=self.bot_id,
            bot_username=self.username,
            hears_all=self._hears_all,
        )
        forum = forum_chat(payload)
        if forum:
            self._forums.add(forum)
        return incoming

    async def fetch(self, attachment: Attachment, *, limit_bytes: int) -> bytes:
        return await self._files.fetch(attachment, limit_bytes=limit_bytes)

    def reply(self, conversation: Conversation, *, turn_id: str, answers: str) -> TelegramReply:
        thread_id = int(conversation.thread_id) if conversation.thread_id else None
        return TelegramReply(
            Place(int(conversation.chat_id), thread_id),
            self._workings,
            turn_id=turn_id,
            answers=answers,
            forum=conversation.chat_id in self._forums,
        )

    async def _identify(self) -> Me:
        """Who the token belongs to; patient with the network, not with a refusal."""
        last: Fault = Fault()
        for attempt in range(START_ATTEMPTS):
            wait_s = FIRST_BACKOFF_S * 2**attempt
            try:
                return await self._api.open()
            except (Unauthorised, MethodMissing, Rejected):
                raise StartError(TOKEN_REFUSED) from None
            except Throttled as fault:
                last, wait_s = fault, min(fault.retry_after_s, LONGEST_START_WAIT_S)
            except Fault as fault:
                last = fault
            log.warning("telegram.start.failed", attempt=attempt + 1, reason=str(last))
            if attempt + 1 < START_ATTEMPTS:
                await self._clock.sleep(wait_s)
        host = urlsplit(self._settings.api_root).netloc
        raise StartError(f"Telegram can't be reached at {host}. Check the network and apiRoot.")
