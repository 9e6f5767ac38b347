"""Takes everything that was said in a conversation out of the database, for good.

What it cost stays: amounts, models and times, no content.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from aiosqlite import Connection

from bot.store.db import Database, queries
from bot.store.media import Shelf
from bot.values.conversation import Conversation

BATCH = 200
JOB = "j"
LONGEST_NAME = 128  # of a file, as its channel calls it


@dataclass(slots=True)
class Forgotten:
    """What was deleted. `running` jobs are still under way and were left alone."""

    turns: int = 0
    messages: int = 0
    transcripts: int = 0
    files: int = 0
    jobs: int = 0
    running: int = 0


class Forgetting:
    """Deletes across tables. Everything is idempotent: cut short, it is simply done again."""

    def __init__(self, database: Database, shelf: Shelf) -> None:
        self._database = database
        self._shelf = shelf
        self._queries = queries("forgetting")

    async def forget(self, place: Conversation, *, session: str) -> Forgotten:
        """Delete what was said in `place` and is settled; `session` names its history.

        Of a history that several conversations share the summary goes too; the messages of the
        others stay.
        """
        gone = Forgotten()
        conversation = place.key
        async with self._database.transaction() as connection:
            for key in {session, conversation}:
                await self._queries.remove_summary(connection, conversation=key)
        while await self._turns(conversation, gone):
            pass
        gone.files = await self._shelf.clear(conversation)
        await self._jobs(conversation, gone)
        await self._set_aside(place)
        async with self._database.transaction() as connection:
            await self._queries.forget_marks(connection, conversation=conversation)
            await lower_marks(connection)
        await self._database.settle_file()
        return gone

    async def _turns(self, conversation: str, gone: Forgotten) -> bool:
        """Delete some turns with all that hangs on them; whether there were any."""
        async with self._database.transaction() as connection:
            rows = [
                row
                async for row in self._queries.turns(
                    connection, conversation=conversation, limit=BATCH
                )
            ]
            if not rows:
                return False
            turns, entries = [row["id"] for row in rows], [row["inbox_id"] for row in rows]
            counted = await self._queries.counts(connection, turns=json.dumps(turns))
            await self._unheard(connection, entries)
            await self._queries.blank_entries(connection, entries=json.dumps(entries))
            await remove_turns(connection, turns)
        gone.turns += len(rows)
        gone.messages += counted["messages"]
        gone.transcripts += counted["transcripts"]
        return True

    async def _unheard(self, connection: Connection, entries: Sequence[int]) -> None:
        """What was heard in the files that came with `entries`, by whatever they are called."""
        named: dict[str, set[str]] = {}
        async for row in self._queries.payloads(connection, entries=json.dumps(entries)):
            found = named.setdefault(row["channel"], set())
            found.update(one for one in leaves(json.loads(row["payload"])) if _names_file(one))
        for channel, names in named.items():
            await self._queries.unheard(
                connection, channel=channel, names=json.dumps(sorted(map(str, names)))
            )

    async def _jobs(self, conversation: str, gone: Forgotten) -> None:
        async with self._database.transaction() as connection:
            found = self._queries.ended_jobs(connection, conversation=conversation)
            ids = [row["id"] async for row in found]
            await remove_jobs(connection, ids)
            row = await self._queries.running_jobs(connection, conversation=conversation)
        gone.jobs, gone.running = len(ids), int(row["jobs"])

    async def _set_aside(self, place: Conversation) -> None:
        """Entries that could not be read belong to nobody: those that name the chat go."""
        async with self._database.transaction() as connection:
            found = self._queries.set_aside(connection, channel=place.channel)
            for row in [row async for row in found]:
                if place.chat_id in map(str, leaves(json.loads(row["payload"]))):
                    await self._queries.blank_entry(connection, id=row["id"])


async def remove_turns(connection: Connection, turns: Sequence[str]) -> None:
    """Turns with their messages, transcripts and receipts."""
    found = queries("forgetting")
    await found.remove_receipts(connection, [{"owner": turn} for turn in turns])
    await found.remove_turns(connection, turns=json.dumps(turns))


async def remove_jobs(connection: Connection, jobs: Sequence[int]) -> None:
    """Jobs that are told, with their receipts."""
    found = queries("forgetting")
    await found.remove_receipts(connection, [{"owner": f"{JOB}{id}"} for id in jobs])
    await found.remove_jobs(connection, jobs=json.dumps(jobs))
    await found.blank_jobs(connection, jobs=json.dumps(jobs))


async def lower_marks(connection: Connection) -> None:
    """After messages were removed, so that numbers may be given again."""
    found = queries("forgetting")
    await found.lower_marks(connection)
    await found.lower_summaries(connection)


def leaves(value: Any) -> Iterator[Any]:
    """Every text and number in a JSON value."""
    pending = [value]
    while pending:
        one = pending.pop()
        if isinstance(one, dict):
            pending.extend(one.values())
        elif isinstance(one, list):
            pending.extend(one)
        elif isinstance(one, str | int) and not isinstance(one, bool):
            yield one


def _names_file(leaf: Any) -> bool:
    return isinstance(leaf, str) and 0 < len(leaf) <= LONGEST_NAME
