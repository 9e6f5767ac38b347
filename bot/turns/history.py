"""Which earlier messages the model sees: whole turns, newest first, within a budget."""

from __future__ import annotations

import json

from bot.store.history import HistoryTable, Remembered, in_turns
from bot.values.chat import Message

AT_MOST_MESSAGES = 80
AT_MOST_CHARS = 48_000  # about 12,000 tokens; compaction comes before this hurts


class History:
    """Reads the conversation back from the store."""

    def __init__(self, table: HistoryTable) -> None:
        self._table = table

    async def before(self, turn_id: str, *, conversation: str) -> list[Message]:
        """The messages of earlier turns, oldest first, never a tool call without its result."""
        stored = await self._table.recent(conversation, before_turn=turn_id, limit=AT_MOST_MESSAGES)
        turns = in_turns(stored)
        chosen: list[Message] = []
        room = AT_MOST_CHARS
        for turn in reversed(turns):
            messages = _whole(turn)
            room -= sum(len(json.dumps(message, ensure_ascii=False)) for message in messages)
            if room < 0:
                break
            chosen = messages + chosen
        return chosen


def _whole(turn: list[Remembered]) -> list[Message]:
    """The messages of one turn as far as they stand on their own."""
    messages = [item.message for item in turn]
    if not messages or messages[0].get("role") != "user":
        return []  # its beginning lies beyond the limit
    while messages[-1].get("role") == "tool" or messages[-1].get("tool_calls"):
        messages.pop()  # stopped between a tool call and the answer
    return messages
