"""The inbox: stored once, read back whole, in order, until it is settled."""

from __future__ import annotations

import pytest

from bot.store.db import Database
from bot.store.inbox import InboxTable
from bot.values.clock import Clock


async def test_the_same_update_is_stored_once(database: Database, clock: Clock) -> None:
    inbox = InboxTable(database, clock)
    (first,) = await inbox.add([("telegram", "7", {"text": "hello"})])
    assert await inbox.add([("telegram", "7", {"text": "hello"})]) == []
    assert [entry.id for entry in await inbox.waiting()] == [first.id]


async def test_a_batch_gives_back_only_what_is_new_in_its_order(
    database: Database, clock: Clock
) -> None:
    inbox = InboxTable(database, clock)
    await inbox.add([("telegram", "2", {})])
    new = await inbox.add([("telegram", key, {}) for key in ("1", "2", "3", "1")])
    assert [entry.key for entry in new] == ["1", "3"]


async def test_channels_do_not_share_keys(database: Database, clock: Clock) -> None:
    inbox = InboxTable(database, clock)
    assert len(await inbox.add([("telegram", "7", {}), ("console", "7", {})])) == 2


async def test_a_batch_is_stored_whole_or_not_at_all(database: Database, clock: Clock) -> None:
    inbox = InboxTable(database, clock)
    with pytest.raises(TypeError):
        await inbox.add([("telegram", "1", {}), ("telegram", "2", {"not": object()})])
    assert await inbox.waiting() == []


async def test_an_update_settled_long_ago_is_still_known(database: Database, clock: Clock) -> None:
    inbox = InboxTable(database, clock)
    (entry,) = await inbox.add([("telegram", "7", {})])
    await inbox.close(entry.id, "ignored")
    await inbox.close(entry.id, "ignored")
    assert await inbox.waiting() == []
    assert await inbox.add([("telegram", "7", {})]) == []


@pytest.mark.parametrize(
    "text", ["Grüße 👋🏽", "\u202eright to left", "half a pair \ud83d", "a\x00b", "x" * 100_000]
)
async def test_any_text_comes_back_as_it_was(database: Database, clock: Clock, text: str) -> None:
    inbox = InboxTable(database, clock)
    await inbox.add([("telegram", "7", {"text": text})])
    (entry,) = await inbox.waiting()
    assert entry.payload == {"text": text}
    assert entry.received_at_ms == clock.now_ms()
