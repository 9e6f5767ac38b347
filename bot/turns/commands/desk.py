"""What commands act on, and what they answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from bot.store.conversations import ConversationTable
from bot.store.history import HistoryTable
from bot.store.ledger import LedgerTable
from bot.turns.channel import Rows
from bot.values.clock import Clock
from bot.values.conversation import Incoming


class ModelList(Protocol):
    """What can be chosen among."""

    def references(self) -> tuple[str, ...]:
        """Config references of every known chat model, the most useful first."""
        ...

    def find(self, name: str) -> str | None:
        """The reference that `name`, an alias perhaps, stands for; None when it names no model."""
        ...

    def levels(self, reference: str) -> tuple[str, ...]:
        """The thinking levels that make a difference for a model."""
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts that commands need. `stop` ends what runs in a conversation and counts it."""

    name: str
    model: str
    thinking: str
    history: HistoryTable
    conversations: ConversationTable
    ledger: LedgerTable
    models: ModelList
    clock: Clock
    stop: Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Answer:
    """Markdown, and buttons where choosing beats typing."""

    markdown: str
    buttons: Rows = ()


Command = Callable[[Desk, Incoming], Awaitable[Answer]]
