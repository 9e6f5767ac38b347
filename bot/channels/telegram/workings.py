"""What the parts of an answer share: the channel's machinery, and where one turn's answer goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.channels.telegram.message import Place
from bot.channels.telegram.outbox import Outbox
from bot.channels.telegram.preview import DraftMemory
from bot.channels.telegram.settings import TelegramSettings
from bot.turns.receipts import Receipts
from bot.values.clock import Clock


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


@dataclass(frozen=True, slots=True)
class Address:
    """Where the parts of one turn go, and which message they answer."""

    place: Place
    turn_id: str
    asked: int | None = None

    def receipt(self, key: str, number: int | None = None) -> str:
        """The receipt of a part, or of one of the messages that its text came to."""
        return f"{self.turn_id}/{key}" if number is None else f"{self.turn_id}/{key}/{number}"

    def answering(self, answers: object) -> int | None:
        """The message to link to, when the part says that it answers."""
        return self.asked if answers else None
