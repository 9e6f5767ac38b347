"""Which channels a bot has: Telegram when there is a token, and what installed packages bring."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.app import admission
from bot.app import settings as translate
from bot.app.assemble import Parts
from bot.channels.base import Channel, ChannelContext, installed
from bot.channels.telegram.channel import TelegramChannel
from bot.config.load import Loaded
from bot.errors import ConfigError
from bot.store.history import HistoryTable
from bot.turns.commands import MENU
from bot.values.conversation import Conversation

TELEGRAM = "telegram"
NO_CHANNEL = (
    "There is no Telegram token. Get one from @BotFather and set TELEGRAM_BOT_TOKEN, or "
    "channels.telegram.botToken in the config file."
)


class RefusedVoices:
    """What the Telegram channel remembers of chats that take no voice messages."""

    def __init__(self, history: HistoryTable) -> None:
        self._history = history

    async def forbids_voice(self, chat_id: str) -> bool:
        return await self._history.refuses_voice(Conversation(TELEGRAM, chat_id).key)

    async def remember_voice_forbidden(self, chat_id: str) -> None:
        await self._history.remember_refusal(Conversation(TELEGRAM, chat_id).key)


@asynccontextmanager
async def configured_channels(
    loaded: Loaded, parts: Parts, state_dir: Path
) -> AsyncIterator[dict[str, Channel]]:
    """The channels to serve, by name. Raises ConfigError when there is none.

    Telegram's connections are closed on leaving, after the last turn has said its last word.
    """
    channels = _foreign_channels(loaded, parts, state_dir)
    settings = translate.telegram_settings(loaded)
    if settings is None:
        if not channels:
            raise ConfigError(NO_CHANNEL)
        yield channels
        return
    telegram = TelegramChannel(
        settings,
        clock=parts.clock,
        receipts=parts.stores.receipts,
        voice_forbidden=RefusedVoices(parts.stores.history),
        commands=MENU,
    )
    try:
        yield {TELEGRAM: telegram, **channels}
    finally:
        await telegram.close()


def _foreign_channels(loaded: Loaded, parts: Parts, state_dir: Path) -> dict[str, Channel]:
    """What installed packages bring, as far as `channels.<name>` configures it."""
    channels: dict[str, Channel] = {}
    for name, factory in installed().items():
        settings = loaded.channel_settings(name)
        if settings is not None and settings.get("enabled") is not False:
            parts.doorman.apply(name, admission.foreign_access_rules(settings))
            channels[name] = factory(
                ChannelContext(
                    name=name,
                    settings=settings,
                    receipts=parts.stores.receipts,
                    clock=parts.clock,
                    state_dir=state_dir,
                )
            )
    return channels
