"""What a conversation chose for itself, over the configuration."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from bot.store.db import Database, queries
from bot.values.clock import Clock


@dataclass(frozen=True, slots=True)
class Choices:
    """None means: as configured."""

    model: str | None = None
    thinking: str | None = None


class ConversationTable:
    """The choices in rows of `conversations`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._queries = queries("conversations")

    async def choices(self, conversation: str) -> Choices:
        """The choices of a conversation; what an older or newer version stored is passed over."""
        row = await self._queries.choices(self._database.reader, conversation=conversation)
        stored: dict[str, Any] = json.loads(row["choices"]) if row is not None else {}
        known = {name: stored.get(name) for name in asdict(Choices())}
        return Choices(**known)

    async def choose(self, conversation: str, **changes: str | None) -> Choices:
        """Change some choices; what holds now."""
        chosen = replace(await self.choices(conversation), **changes)
        async with self._database.statement() as connection:
            await self._queries.save_choices(
                connection,
                conversation=conversation,
                choices=json.dumps(asdict(chosen)),
                now_ms=self._clock.now_ms(),
            )
        return chosen
