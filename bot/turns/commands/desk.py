"""What commands act on, and what they answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from bot.access.budgets import Budgets
from bot.access.doorman import Doorman
from bot.jobs.office import JobOffice
from bot.store.conversations import ConversationTable
from bot.store.forgetting import Forgetting
from bot.store.history import HistoryTable
from bot.store.ledger import LedgerTable
from bot.store.people import PeopleTable
from bot.store.turns import TurnTable
from bot.turns.channel import Rows
from bot.turns.compaction import Compactor
from bot.turns.manner import MannerSettings
from bot.turns.sessions import SessionRules
from bot.values.audio import Voice
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

    def voices(self, reference: str) -> tuple[str, ...]:
        """The voices of a speech model; empty when unknown."""
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts that commands need. `stop` ends what runs in a conversation and counts it."""

    name: str
    model: str
    thinking: str
    history: HistoryTable
    sessions: SessionRules
    compactor: Compactor
    forgetting: Forgetting
    people: PeopleTable
    conversations: ConversationTable
    ledger: LedgerTable
    turns: TurnTable
    models: ModelList
    jobs: JobOffice
    doorman: Doorman
    manner: MannerSettings
    clock: Clock
    stop: Callable[[str], int]
    budgets: Budgets | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """Something to be said aloud, because the person asked for exactly that."""

    text: str
    voice: Voice


@dataclass(frozen=True, slots=True)
class Answer:
    """Markdown, and buttons where choosing beats typing; `spoken` follows as a voice message."""

    markdown: str
    buttons: Rows = ()
    spoken: Spoken | None = None


Command = Callable[[Desk, Incoming], Awaitable[Answer]]
