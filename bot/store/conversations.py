"""What a conversation, or a person in all of theirs, chose for itself over the configuration."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from aiosqlite import Connection

from bot.store.db import Database, queries
from bot.values.clock import Clock

PERSON = "person:"


@dataclass(frozen=True, slots=True)
class Choices:
    """None means: as configured.

    `auto` is when to speak (off, always, inbound, tagged), `form` how (voice, both, caption, text),
    `language` what is spoken in notes, `limit` the longest spoken text in characters, `summary`
    whether longer ones are summarised, `queue` what becomes of messages during a turn.
    """

    model: str | None = None
    thinking: str | None = None
    auto: str | None = None
    form: str | None = None
    voice: str | None = None
    speed: float | None = None
    language: str | None = None
    limit: int | None = None
    summary: bool | None = None
    queue: str | None = None

    def over(self, weaker: Choices) -> Choices:
        """These choices, and where nothing was chosen the `weaker` ones."""
        return Choices(
            *(
                getattr(weaker, one.name)
                if getattr(self, one.name) is None
                else getattr(self, one.name)
                for one in fields(Choices)
            )
        )


class ConversationTable:
    """The choices in rows of `conversations`; people have rows of their own there."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._queries = queries("conversations")

    async def choices(self, conversation: str) -> Choices:
        """The choices of a conversation; what an older or newer version stored is passed over."""
        return await self._read(self._database.reader, conversation)

    async def _read(self, connection: Connection, conversation: str) -> Choices:
        row = await self._queries.choices(connection, conversation=conversation)
        stored: dict[str, Any] = json.loads(row["choices"]) if row is not None else {}
        known = {name: stored.get(name) for name in asdict(Choices())}
        return Choices(**known)

    async def effective(self, conversation: str, person: str) -> Choices:
        """What holds for `person` here: the conversation's choices over the person's own."""
        own = await self.choices(person_key(conversation, person))
        return (await self.choices(conversation)).over(own)

    async def choose(self, conversation: str, **changes: Any) -> Choices:
        """Change some choices; what holds now."""
        # In one transaction: commands that overtake their lane may choose side by side.
        async with self._database.transaction() as connection:
            chosen = replace(await self._read(connection, conversation), **changes)
            await self._queries.save_choices(
                connection,
                conversation=conversation,
                choices=json.dumps(asdict(chosen)),
                now_ms=self._clock.now_ms(),
            )
        return chosen


def person_key(conversation: str, person: str) -> str:
    """Under which a person's own choices stand; ids mean different people in different channels."""
    return f"{PERSON}{conversation.partition(':')[0]}:{person}"
