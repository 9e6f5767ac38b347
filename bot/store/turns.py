"""The checkpoints of turns: what was heard, what was answered, how it ended."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.store.db import Database, queries, storable
from bot.values.audio import Transcript
from bot.values.clock import Clock

Ending = Literal["done", "failed", "stopped", "ignored"]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a turn got before this process took it up."""

    id: str
    state: str
    heard: str | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class Traced:
    """A settled turn and its trace: [milliseconds since received, stage, facts]."""

    id: str
    state: str
    trace: list[Any]


@dataclass(frozen=True, slots=True)
class Settled:
    """A turn that ended, with its trace: [milliseconds since received, stage, facts].

    `payload` is what began it, as its channel stored it.
    """

    id: str
    conversation: str
    state: str
    trace: list[Any]
    finished_at_ms: int
    payload: str


class TurnTable:
    """Rows of `turns` and `transcripts`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._queries = queries("turns")

    async def open(
        self, turn_id: str, *, inbox_id: int, conversation: str, person: str
    ) -> Checkpoint:
        """Begin the turn, or find how far it got. Idempotent."""
        async with self._database.transaction() as connection:
            row = await self._queries.open(
                connection,
                id=turn_id,
                inbox_id=inbox_id,
                conversation=conversation,
                person=person,
                now_ms=self._clock.now_ms(),
            )
        return Checkpoint(
            id=row["id"], state=row["state"], heard=row["heard"], answer=row["answer"]
        )

    async def save_heard(self, turn_id: str, heard: str) -> None:
        async with self._database.statement() as connection:
            await self._queries.save_heard(connection, id=turn_id, heard=storable(heard))

    async def save_answer(self, turn_id: str, answer: str) -> None:
        async with self._database.statement() as connection:
            await self._queries.save_answer(connection, id=turn_id, answer=storable(answer))

    async def settle(
        self, turn_id: str, ending: Ending, *, trace: Sequence[Any], inbox_id: int
    ) -> None:
        """End the turn and close its inbox entry in one transaction.

        Of an ignored message, which was not meant for the bot, nothing stays.
        """
        async with self._database.transaction() as connection:
            if ending == "ignored":
                await self._queries.forget(connection, id=turn_id)
                await queries("inbox").close(connection, id=inbox_id, state="ignored", reason="")
                return
            await self._queries.settle(
                connection,
                id=turn_id,
                state=ending,
                trace=json.dumps(trace),
                now_ms=self._clock.now_ms(),
            )
            await queries("inbox").close(connection, id=inbox_id, state="done", reason="")

    async def last_trace(self, conversation: str) -> tuple[str, list[Any]] | None:
        """The state and trace of the newest settled turn."""
        row = await self._queries.last_trace(self._database.reader, conversation=conversation)
        return None if row is None else (row["state"], json.loads(row["trace"]))

    async def last_conversed(self, conversation: str) -> Traced | None:
        """The newest settled turn that was more than a command or a word at the door."""
        row = await self._queries.last_conversed(self._database.reader, conversation=conversation)
        return None if row is None else Traced(row["id"], row["state"], json.loads(row["trace"]))

    async def settled_since(self, since_ms: int) -> list[Settled]:
        """The turns that ended at `since_ms` or later, oldest first."""
        rows = self._queries.settled_since(self._database.reader, since_ms=since_ms)
        return [
            Settled(
                id=row["id"],
                conversation=row["conversation"],
                state=row["state"],
                trace=json.loads(row["trace"]),
                finished_at_ms=row["finished_at_ms"],
                payload=row["payload"],
            )
            async for row in rows
        ]

    async def count_open(self) -> int:
        """How many turns have begun and not ended."""
        row = await self._queries.count_open(self._database.reader)
        return int(row["turns"])

    async def transcript(self, turn_id: str, part: int) -> Transcript | None:
        """What was heard in one part of the note, if that part was transcribed before."""
        row = await self._queries.transcript(self._database.reader, turn_id=turn_id, part=part)
        if row is None:
            return None
        return Transcript(text=row["heard"], model=row["model"], language=row["language"])

    async def save_transcript(self, turn_id: str, part: int, transcript: Transcript) -> None:
        async with self._database.statement() as connection:
            await self._queries.add_transcript(
                connection,
                turn_id=turn_id,
                part=part,
                heard=storable(transcript.text),
                language=transcript.language,
                model=transcript.model,
            )
