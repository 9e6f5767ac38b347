"""What must be told outside of turns, kept until it is: by whichever process serves the channel."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.store.db import Database, queries, storable
from bot.values.clock import Clock

ButtonRows = Sequence[Sequence[tuple[str, str]]]  # label and command


@dataclass(frozen=True, slots=True)
class NewNotice:
    """`conversation` is a key; `markdown` is escaped already."""

    conversation: str
    markdown: str
    buttons: ButtonRows = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice that waits. `tries` counts how often it could not be delivered."""

    id: int
    conversation: str
    markdown: str
    buttons: tuple[tuple[tuple[str, str], ...], ...]
    tries: int
    created_at_ms: int


class NoticeTable:
    """Rows of `notices`; ids are never given twice, so that receipts hold for ever."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._queries = queries("notices")

    async def post(self, notice: NewNotice) -> None:
        """Keep `notice` until it is delivered."""
        async with self._database.transaction() as connection:
            await self.post_within(connection, notice)

    async def post_within(self, connection: Any, notice: NewNotice) -> None:
        """The same inside a transaction that is open already."""
        await self._queries.post(
            connection,
            conversation=notice.conversation,
            markdown=storable(notice.markdown),
            buttons=json.dumps(notice.buttons, ensure_ascii=True),
            now_ms=self._clock.now_ms(),
        )

    async def due(self) -> list[Notice]:
        """What can be delivered now, the oldest first."""
        rows = self._queries.due(self._database.reader, now_ms=self._clock.now_ms())
        return [_notice(row) async for row in rows]

    async def put_off(self, notice: Notice, *, by_ms: int) -> None:
        """Try `notice` again later."""
        due_at_ms = self._clock.now_ms() + by_ms
        async with self._database.statement() as connection:
            await self._queries.put_off(connection, id=notice.id, due_at_ms=due_at_ms)

    async def remove(self, notice: Notice) -> None:
        """`notice` is delivered, or can't be."""
        async with self._database.statement() as connection:
            await self._queries.remove(connection, id=notice.id)


def _notice(row: Any) -> Notice:
    return Notice(
        id=row["id"],
        conversation=row["conversation"],
        markdown=row["markdown"],
        buttons=tuple(
            tuple((label, command) for label, command in buttons)
            for buttons in json.loads(row["buttons"])
        ),
        tries=row["tries"],
        created_at_ms=row["created_at_ms"],
    )
