"""Conversations as the model sees them."""

from __future__ import annotations

import json
from dataclasses import dataclass

from bot.observe import killpoint
from bot.store.db import Database, queries
from bot.values.chat import Message
from bot.values.clock import Clock


@dataclass(frozen=True, slots=True)
class Remembered:
    """One stored message with the turn that it belongs to."""

    turn_id: str
    message: Message


class HistoryTable:
    """Rows of `messages` and `conversations`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._queries = queries("history")

    async def add(
        self, conversation: str, *, turn_id: str, position: int, messages: list[Message]
    ) -> None:
        """Store `messages` of a turn from `position` on. What is stored already stays as it is."""
        now_ms = self._clock.now_ms()
        async with self._database.transaction() as connection:
            for offset, message in enumerate(messages):
                await self._queries.add(
                    connection,
                    conversation=conversation,
                    turn_id=turn_id,
                    position=position + offset,
                    message=json.dumps(message),  # escaped: SQLite refuses half a surrogate pair
                    now_ms=now_ms,
                )
        killpoint.reach("after-history")

    async def of_turn(self, turn_id: str) -> list[Message]:
        """The messages of one turn, oldest first."""
        rows = self._queries.of_turn(self._database.reader, turn_id=turn_id)
        return [json.loads(row["message"]) async for row in rows]

    async def recent(self, conversation: str, *, before_turn: str, limit: int) -> list[Remembered]:
        """At most `limit` messages of settled turns since the last /new, oldest first."""
        rows = self._queries.recent(
            self._database.reader, conversation=conversation, turn_id=before_turn, limit=limit
        )
        newest_first = [
            Remembered(row["turn_id"], json.loads(row["message"])) async for row in rows
        ]
        return newest_first[::-1]

    async def start_afresh(self, conversation: str) -> None:
        """Let the model see nothing that was said before now."""
        async with self._database.statement() as connection:
            await self._queries.start_afresh(
                connection, conversation=conversation, now_ms=self._clock.now_ms()
            )

    async def refuses_voice(self, conversation: str) -> bool:
        """Whether voice messages were refused here before."""
        row = await self._queries.refuses_voice(self._database.reader, conversation=conversation)
        return bool(row and row["refuses_voice"])

    async def remember_refusal(self, conversation: str) -> None:
        """Keep in mind that voice messages are refused here."""
        async with self._database.statement() as connection:
            await self._queries.remember_refusal(
                connection, conversation=conversation, now_ms=self._clock.now_ms()
            )
