"""Long histories: what is read of them, what stands for their beginning, what ends them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.store.db import Database, queries
from bot.store.history import HistoryTable, Remembered
from tests.unit.store.still_clock import StillClock
from tests.unit.store.test_store_history import HERE, questions, tell

SAID = [{"role": "user", "content": "two"}, {"role": "assistant", "content": "yes"}]
NOTE = {"role": "user", "content": "(event)"}


async def newest(database: Database, clock: StillClock) -> Remembered:
    return (await HistoryTable(database, clock).recent(HERE, before_turn="", limit=1))[0]


async def test_a_summary_stands_for_what_was_before(database: Database, clock: StillClock) -> None:
    history = HistoryTable(database, clock)
    await tell(database, clock, "one")
    upto = await newest(database, clock)
    await tell(database, clock, "two")
    assert await history.save_summary(HERE, "they said one", upto=upto)
    assert await history.summary(HERE) == "they said one"
    assert await questions(database, clock) == ["two"]
    assert await history.size(HERE, limit=80) == (2, sum(map(len, map(json.dumps, SAID))))


async def test_a_new_beginning_takes_the_summary_along(
    database: Database, clock: StillClock
) -> None:
    history = HistoryTable(database, clock)
    await tell(database, clock, "one")
    upto = await newest(database, clock)
    await history.save_summary(HERE, "they said one", upto=upto)
    await history.start_afresh(HERE)
    assert await history.summary(HERE) == ""
    assert not await history.save_summary(HERE, "too late", upto=upto)
    assert await history.summary(HERE) == ""


async def test_a_note_of_a_job_keeps_no_history_alive(
    database: Database, clock: StillClock
) -> None:
    history = HistoryTable(database, clock)
    assert await history.last_active_ms(HERE) is None
    turn = await tell(database, clock, "one")
    said_ms = clock.now_ms()
    clock.at_ms += 60_000
    session = await history.session_of(turn)
    await history.note("telegram:elsewhere", "j1", NOTE, session=session or "")
    assert await history.last_active_ms(HERE) == said_ms
    assert (await newest(database, clock)).message == NOTE
    await history.start_afresh(HERE)
    assert await history.last_active_ms(HERE) is None


# -- what it costs


async def stuffed(database: Database, *, messages: int) -> None:
    """A history of so many messages, and as much of somebody else's between them."""
    async with database.transaction() as connection:
        for table in (
            "insert into inbox (channel, key, payload, state, received_at_ms)"
            " select 'telegram', cast(n as text), '{}', 'done', n from n",
            "insert into turns (id, inbox_id, conversation, person, state, started_at_ms)"
            " select 't' || n, (select id from inbox where channel = 'telegram'"
            " and key = cast(n as text)), 'telegram:' || (n % 2), '1',"
            " 'done', n from n",
            "insert into messages (conversation, turn_id, position, message, at_ms)"
            " select 'telegram:' || (n % 2), 't' || n, 0, :message, n from n",
        ):
            numbers = (
                "with recursive n(n) as (select 1 union all select n + 1 from n where n < :most) "
            )
            await connection.execute(
                numbers + table,
                {"most": 2 * messages, "message": json.dumps({"role": "user", "content": "x"})},
            )


@asynccontextmanager
async def counting(database: Database) -> AsyncIterator[list[int]]:
    """How many hundred steps SQLite takes to read inside the block."""
    steps: list[int] = [0]

    def step() -> int:
        steps[0] += 1
        return 0

    await database.reader.set_progress_handler(step, 100)
    yield steps
    await database.reader.set_progress_handler(lambda: 0, 100)


async def cost(database: Database, clock: StillClock) -> int:
    """What everything costs that a turn reads of its history."""
    history = HistoryTable(database, clock)
    async with counting(database) as steps:
        await history.recent(HERE, before_turn="t0", limit=80)
        await history.size(HERE, limit=160)
        await history.last_active_ms(HERE)
        await history.summary(HERE)
    return steps[0]


async def test_a_history_of_100000_messages_costs_a_turn_what_a_short_one_does(
    database: Database, clock: StillClock
) -> None:
    await stuffed(database, messages=200)
    short = await cost(database, clock)
    async with database.transaction() as connection:
        await connection.execute("delete from turns")
        await connection.execute("delete from inbox")
    await stuffed(database, messages=100_000)
    long = await cost(database, clock)
    assert short > 0
    assert long <= short + 5
    assert len(await HistoryTable(database, clock).recent(HERE, before_turn="", limit=80)) == 80
    await HistoryTable(database, clock).start_afresh(HERE)
    assert await cost(database, clock) <= 5  # what is before the mark is not even looked at


@pytest.mark.parametrize(
    ("room", "name", "values"),
    [
        ("history", "recent", {"conversation": HERE, "turn_id": "t1", "limit": 80}),
        ("history", "size", {"conversation": HERE, "limit": 160}),
        ("history", "last_active", {"conversation": HERE}),
        ("history", "of_turn", {"turn_id": "t1"}),
        ("history", "session_of", {"turn_id": "t1"}),
        ("turns", "last_trace", {"conversation": HERE}),
        ("forgetting", "turns", {"conversation": HERE, "limit": 200}),
        ("forgetting", "payloads", {"entries": "[1]"}),
        ("forgetting", "blank_entries", {"entries": "[1]"}),
        ("forgetting", "remove_receipts", {"owner": "t1"}),
        ("retention", "old_turns", {"before_ms": 1, "limit": 200}),
        ("retention", "old_payloads", {"before_ms": 1, "limit": 200}),
        ("retention", "old_receipts", {"before_ms": 1, "limit": 200}),
        ("retention", "old_heard", {"before_ms": 1, "limit": 200}),
        ("retention", "old_calls", {"before_ms": 1, "limit": 200}),
        ("media", "older_than", {"at_ms": 1, "limit": 100}),
        ("media", "all_of", {"conversation": HERE, "limit": 100}),
        ("media", "of_job", {"job_id": "j1"}),
    ],
)
async def test_a_query_finds_its_rows_without_reading_the_others(
    database: Database, room: str, name: str, values: dict[str, object]
) -> None:
    query = getattr(queries(room), name).sql
    rows = await database.reader.execute_fetchall(f"explain query plan {query}", values)
    plan = [row["detail"] for row in rows]
    whole = [step for step in plan if step.startswith("SCAN") and "json_each" not in step]
    whole = [step for step in whole if "(subquery" not in step and "USING" not in step]
    assert plan
    assert whole == []
    sorted_by_hand = [step for step in plan if "TEMP B-TREE" in step]
    assert sorted_by_hand == [] or name == "last_trace"
