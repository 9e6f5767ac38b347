"""What the database tells about itself: what waits, what is made, what was last said."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.store.db import Database
from bot.store.history import HistoryTable
from bot.store.inbox import InboxTable
from bot.store.jobs import JobTable, NewJob
from bot.store.turns import TurnTable
from bot.values.media import MediaKind
from tests.unit.store.still_clock import StillClock

HERE = "telegram:1"
ADMITTED = [[0, "received", {}], [1, "admitted", {}], [900, "settled", {}]]
COMMAND = [[0, "received", {}], [2, "settled", {}]]


async def settle(
    database: Database, clock: StillClock, name: str, trace: Sequence[Any], *, ending: Any = "done"
) -> None:
    (entry,) = await InboxTable(database, clock).add([("telegram", name, {})])
    turns = TurnTable(database, clock)
    await turns.open(name, inbox_id=entry.id, conversation=HERE, person="1")
    await turns.settle(name, ending, trace=trace, inbox_id=entry.id)
    clock.at_ms += 1_000


async def test_the_backlog_is_what_is_not_settled(database: Database, clock: StillClock) -> None:
    inbox = InboxTable(database, clock)
    assert await inbox.backlog() == (0, None)
    began_ms = clock.now_ms()
    first, _ = await inbox.add([("telegram", "1", {}), ("telegram", "2", {})])
    clock.at_ms += 5_000
    await inbox.add([("telegram", "3", {})])
    assert await inbox.backlog() == (3, began_ms)
    await inbox.close(first.id, "done")
    assert await inbox.backlog() == (2, began_ms)


async def test_jobs_are_counted_by_kind_and_state(database: Database, clock: StillClock) -> None:
    jobs = JobTable(database, clock)
    assert await jobs.census() == {}
    for number, kind in enumerate([MediaKind.VIDEO, MediaKind.VIDEO, MediaKind.MUSIC]):
        new = NewJob(
            call_key=str(number),
            conversation=HERE,
            person="1",
            turn_id="t1",
            answers="1",
            kind=kind,
            fingerprint="",
            request={},
        )
        job, _ = await jobs.open(new)
    await jobs.finish(job.id, "failed", "It failed.")
    assert await jobs.census() == {("video", "queued"): 2, ("music", "failed"): 1}


async def test_the_last_answer_is_neither_a_command_nor_a_note_of_a_job(
    database: Database, clock: StillClock
) -> None:
    turns = TurnTable(database, clock)
    assert await turns.last_conversed(HERE) is None
    await settle(database, clock, "t1", ADMITTED, ending="failed")
    await settle(database, clock, "t2", COMMAND)
    note = {"role": "user", "content": "the film is ready"}
    await HistoryTable(database, clock).note(HERE, "j1", note)
    found = await turns.last_conversed(HERE)
    assert found is not None
    assert (found.id, found.state, found.trace) == ("t1", "failed", ADMITTED)
    assert await turns.last_conversed("telegram:2") is None
    assert await turns.last_trace(HERE) == ("done", COMMAND)


async def test_proving_that_the_store_is_writable_writes(
    database: Database, tmp_path: Path
) -> None:
    journal = tmp_path / "parley.db-wal"
    before = journal.stat().st_size
    await database.prove_writable()
    assert journal.stat().st_size > before


async def test_the_proof_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "parley.db"
    async with Database.open(path) as database:
        await database.prove_writable()
    async with Database.open(path) as database:
        await database.prove_writable()  # the migrations were not run twice


async def test_a_refused_write_leaves_no_transaction_open(database: Database) -> None:
    async with database.statement() as connection:
        await connection.execute("pragma query_only = on")
    with pytest.raises(sqlite3.OperationalError):
        await database.prove_writable()
    async with database.statement() as connection:
        assert not connection.in_transaction
