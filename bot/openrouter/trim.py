"""A conversation made shorter after a model called it too long. Pure; nothing stored changes."""

from __future__ import annotations

import json
from collections.abc import Sequence

from bot.values.chat import Message

KEPT_SHARE = 0.5
LONG_RESULT_CHARS = 4_000
CUT = "\n[… cut: this was too long …]\n"


def trimmed(messages: Sequence[Message]) -> list[Message] | None:
    """About half of `messages`: system messages, the newest turns, tool calls with their results.

    The last turn always stays; when that alone is too long, its long tool results lose their
    middle. None when there is nothing to leave out.
    """
    system = [message for message in messages if message.get("role") == "system"]
    turns = _turns([message for message in messages if message.get("role") != "system"])
    room = KEPT_SHARE * sum(map(_size, messages)) - sum(map(_size, system))
    kept: list[Message] = []
    for turn in reversed(turns):
        room -= sum(map(_size, turn))
        if kept and room < 0:
            break
        kept = turn + kept
    if len(system) + len(kept) < len(messages):
        return [*system, *kept]
    shortened = [_shortened(message) for message in kept]
    return [*system, *shortened] if shortened != kept else None


def _turns(messages: Sequence[Message]) -> list[list[Message]]:
    """Each user message with everything that answers it, so that no tool pair is torn apart."""
    turns: list[list[Message]] = []
    for message in messages:
        if message.get("role") == "user" or not turns:
            turns.append([])
        turns[-1].append(message)
    return turns


def _shortened(message: Message) -> Message:
    text = message.get("content")
    if message.get("role") != "tool" or not isinstance(text, str):
        return message
    if len(text) <= LONG_RESULT_CHARS:
        return message
    half = (LONG_RESULT_CHARS - len(CUT)) // 2
    return {**message, "content": text[:half] + CUT + text[-half:]}


def _size(message: Message) -> int:
    return len(json.dumps(message, ensure_ascii=False, default=str))
