"""What becomes of a message that arrives while the bot still answers an earlier one. Pure.

Source: facts/behaviour.md F (queue); design "Interrupting" for what holds where nothing is set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from bot.values.conversation import ChatKind, Incoming

Drop = Literal["summarize", "old", "new"]
COLLECT_S = 0.5


class Mode(StrEnum):
    """`hush` is Parley's own: the answer goes on in writing, only its voice gives way."""

    STEER = "steer"
    FOLLOWUP = "followup"
    COLLECT = "collect"
    INTERRUPT = "interrupt"
    HUSH = "hush"


@dataclass(frozen=True, slots=True)
class QueueRules:
    """`messages.queue`. `mode` is empty where nothing is configured."""

    mode: str = ""
    by_channel: Mapping[str, str] = field(default_factory=dict)
    debounce_ms: int | None = None
    debounce_ms_by_channel: Mapping[str, int] = field(default_factory=dict)
    cap: int = 20
    drop: Drop = "summarize"

    def mode_for(self, incoming: Incoming, *, chosen: str | None) -> Mode:
        """What to do with `incoming` while a turn runs; `chosen` is the conversation's own word."""
        channel = incoming.conversation.channel
        named = chosen or self.by_channel.get(channel) or self.mode
        if named in ("steer", "followup", "collect", "interrupt"):
            return Mode(named)
        if incoming.note is None:
            return Mode.STEER
        return Mode.HUSH if incoming.chat_kind is ChatKind.PRIVATE else Mode.FOLLOWUP

    def collect_s(self, channel: str) -> float:
        """How long collected messages wait for more."""
        wait_ms = self.debounce_ms_by_channel.get(channel, self.debounce_ms)
        return COLLECT_S if wait_ms is None else wait_ms / 1000
