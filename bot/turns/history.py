"""Which earlier messages the model sees: a summary of what was long ago, then whole turns.

However long a conversation gets, no more of it is read than fits.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from bot.openrouter.facts import ModelFacts
from bot.store.history import HistoryTable, Remembered, in_turns
from bot.turns.sessions import ResetRules
from bot.values.chat import Message

AT_MOST_MESSAGES = 80
AT_MOST_CHARS = 48_000  # about 12,000 tokens
LEAST_CHARS = 2_000
CHARS_PER_TOKEN = 1.5  # half of what a token holds: the other half of the context is for the turn
SUMMARY = "(summary of what was said before, not from the person)\n{text}"


@dataclass(frozen=True, slots=True)
class PastTurn:
    """One earlier turn: what is stored of it, and as much of that as stands on its own."""

    stored: tuple[Remembered, ...]
    messages: tuple[Message, ...]

    @property
    def chars(self) -> int:
        return sum(len(json.dumps(message, ensure_ascii=False)) for message in self.messages)


class History:
    """Reads conversations back from the store, by the key of their session."""

    def __init__(self, table: HistoryTable) -> None:
        self._table = table

    async def before(
        self, turn_id: str, *, session: str, room: int = AT_MOST_CHARS
    ) -> list[Message]:
        """The messages of earlier turns, oldest first, never a tool call without its result."""
        chosen: list[Message] = []
        for turn in reversed(await self.turns(session, before_turn=turn_id)):
            room -= turn.chars
            if room < 0:
                break
            chosen = [*turn.messages, *chosen]
        summary = await self._table.summary(session)
        if not summary:
            return chosen
        return [{"role": "user", "content": SUMMARY.format(text=summary)}, *chosen]

    async def turns(
        self, session: str, *, before_turn: str = "", limit: int = AT_MOST_MESSAGES
    ) -> list[PastTurn]:
        """The turns of the newest `limit` messages, oldest first."""
        stored = await self._table.recent(session, before_turn=before_turn, limit=limit)
        return [PastTurn(tuple(turn), tuple(_whole(turn))) for turn in in_turns(stored)]

    async def renew(self, session: str, reset: ResetRules, *, now_ms: int) -> bool:
        """Start afresh where the rules say so; whether that was the case."""
        if reset.mode == "none":
            return False
        last_ms = await self._table.last_active_ms(session)
        if last_ms is None or not reset.due(last_ms, now_ms=now_ms):
            return False
        await self._table.start_afresh(session)
        return True


def room_for(facts: ModelFacts) -> int:
    """How many characters of history a model is shown."""
    if not facts.context:
        return AT_MOST_CHARS
    return max(LEAST_CHARS, min(AT_MOST_CHARS, round(facts.context * CHARS_PER_TOKEN)))


def _whole(turn: list[Remembered]) -> list[Message]:
    """The messages of one turn as far as they stand on their own."""
    messages = [item.message for item in turn]
    if not messages or messages[0].get("role") != "user":
        return []  # its beginning lies beyond the limit
    while messages[-1].get("role") == "tool" or messages[-1].get("tool_calls"):
        messages.pop()  # stopped between a tool call and the answer
    return messages
