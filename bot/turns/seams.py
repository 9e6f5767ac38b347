"""What a turn needs from the rooms below."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from bot.access.ledger import Ledger
from bot.observe.trace import Event
from bot.openrouter.facts import ModelFacts
from bot.store.heard import HeardTable
from bot.store.history import HistoryTable
from bot.store.media import Shelf
from bot.store.turns import Ending, TurnTable
from bot.tools.registry import ToolRegistry
from bot.turns.ear_rules import EarRules
from bot.turns.joining import WaitRules
from bot.turns.manner import MannerSettings
from bot.turns.queueing import QueueRules
from bot.turns.sessions import SessionRules
from bot.turns.tasks import Tasks
from bot.values.chat import ChatEvent, ChatRequest
from bot.values.clock import Clock
from bot.voice.directive_words import Overrides
from bot.voice.listen import ListenSettings
from bot.voice.seams import Synthesizer, Transcriber
from bot.voice.speak import SpeakSettings
from bot.voice.workshop import Workshop

Watcher = Callable[[Ending, Sequence[Event]], None]


class ChatModel(Protocol):
    def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """The events of one answer, ending with ChatDone. Raises UpstreamError.

        Closing the iterator closes the request upstream at once.
        """
        ...

    def system_note(self, model: str) -> str:
        """What the system prompt should end with for this model; empty for most."""
        ...


@dataclass(frozen=True, slots=True)
class TurnSettings:
    """The configuration of turns, resolved once."""

    name: str
    manner: MannerSettings
    model: str = "openrouter/auto"
    fallbacks: tuple[str, ...] = ()  # tried in order when the model fails
    persona: str = ""
    thinking: str = "off"
    overrides: Overrides = field(default_factory=Overrides)
    hear: bool = True
    echo: bool = True
    echo_format: str = '📝 "{transcript}"'
    transcription_model: str = ""
    download_limit_bytes: int = 20_000_000
    ears: EarRules = field(default_factory=EarRules)
    max_rounds: int = 12
    sessions: SessionRules = field(default_factory=SessionRules)
    queue: QueueRules = field(default_factory=QueueRules)
    waiting: WaitRules = field(default_factory=WaitRules)
    listen: ListenSettings = field(default_factory=ListenSettings)
    speak: SpeakSettings = field(default_factory=SpeakSettings)


@dataclass(frozen=True, slots=True)
class Crew:
    """Everything that the turns of one process share."""

    settings: TurnSettings
    chat: ChatModel
    transcriber: Transcriber
    synthesizer: Synthesizer
    tools: ToolRegistry
    ledger: Ledger
    turns: TurnTable
    history: HistoryTable
    shelf: Shelf
    heard: HeardTable
    workshop: Workshop
    tasks: Tasks
    clock: Clock
    speech_folder: Path
    user_secret: bytes
    facts_of: Callable[[str], ModelFacts]  # what is known about a model, by its reference
    warm: Callable[[], Coroutine[Any, Any, None]]  # have a connection upstream ready
    settled: Watcher  # told after every turn
