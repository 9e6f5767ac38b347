"""Receipts: a send whose proof is stored never happens again."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.store.db import Database
from bot.store.receipts import ReceiptTable
from bot.values.clock import Clock


class Post:
    """Counts what was sent."""

    def __init__(self) -> None:
        self.sent = 0

    async def __call__(self) -> str:
        self.sent += 1
        return f"message {self.sent}"


async def test_a_key_is_sent_once_and_its_message_is_remembered(
    database: Database, clock: Clock
) -> None:
    receipts, post = ReceiptTable(database, clock), Post()
    assert await receipts.once("t1/answer/0", post) == "message 1"
    assert await receipts.once("t1/answer/0", post) == "message 1"
    assert post.sent == 1
    assert await receipts.find("t1/answer/0") == "message 1"


async def test_different_keys_are_different_sends(database: Database, clock: Clock) -> None:
    receipts, post = ReceiptTable(database, clock), Post()
    assert await receipts.once("t1/answer/0", post) == "message 1"
    assert await receipts.once("t1/answer/1", post) == "message 2"


async def test_a_send_that_failed_is_tried_again(database: Database, clock: Clock) -> None:
    receipts, post = ReceiptTable(database, clock), Post()

    async def fails() -> str:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await receipts.once("t1/answer/0", fails)
    assert await receipts.find("t1/answer/0") is None
    assert await receipts.once("t1/answer/0", post) == "message 1"


async def test_the_intent_is_committed_before_the_send_begins(
    database: Database, clock: Clock
) -> None:
    receipts = ReceiptTable(database, clock)

    async def looks() -> str:
        rows = await database.reader.execute("select key, finished_at_ms from receipts")
        assert [tuple(row) async for row in rows] == [("t1/voice/0", None)]
        return "seen"

    assert await receipts.once("t1/voice/0", looks) == "seen"


async def test_receipts_outlive_the_process(tmp_path: Path, clock: Clock) -> None:
    post = Post()
    for _ in range(2):
        async with Database.open(tmp_path / "parley.db") as database:
            await ReceiptTable(database, clock).once("t1/answer/0", post)
    assert post.sent == 1
