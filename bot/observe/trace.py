"""The stages of a turn with their times: the same events feed the log, the trace and the tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import structlog

from bot.values.clock import Clock

log = structlog.get_logger()
Event = tuple[int, str, dict[str, Any]]


class Stage(StrEnum):
    """What happened, in the order of a plain voice turn."""

    RECEIVED = "received"
    ADMITTED = "admitted"
    FETCHED = "fetched"
    HEARD = "heard"
    ASKED = "asked"
    FIRST_TOKEN = "first_token"
    FIRST_TEXT = "first_text"
    TOOL = "tool"
    ANSWERED = "answered"
    TEXT_DELIVERED = "text_delivered"
    SPOKEN = "spoken"
    VOICE_DELIVERED = "voice_delivered"
    SETTLED = "settled"
    FAILED = "failed"


@dataclass(slots=True)
class Trace:
    """The record of one turn. `events` holds (milliseconds since received, stage, facts)."""

    turn_id: str
    clock: Clock
    started: float = 0.0
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.started = self.started or self.clock.monotonic()

    def mark(self, stage: str, /, **facts: Any) -> None:
        """Note that `stage` was reached now. `facts` are ids, counts and times, never content."""
        elapsed_ms = round((self.clock.monotonic() - self.started) * 1000)
        self.events.append((elapsed_ms, str(stage), facts))
        log.debug("turn.stage", turn=self.turn_id, stage=str(stage), at_ms=elapsed_ms, **facts)

    def mark_once(self, stage: Stage) -> None:
        """Note the first time only."""
        if all(name != stage for _, name, _ in self.events):
            self.mark(stage)
