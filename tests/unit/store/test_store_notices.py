"""Notices wait in order until they are delivered; drops keep the last of each conversation."""

from __future__ import annotations

from bot.store import drops as store_drops
from bot.store.db import Database
from bot.store.drops import MOST_HINTS, Drop, DropTable
from bot.store.notices import NewNotice, NoticeTable
from tests.unit.store.still_clock import StillClock

DAY_MS = 24 * 3_600_000


async def test_notices_come_in_order_until_they_are_removed(
    database: Database, clock: StillClock
) -> None:
    table = NoticeTable(database, clock)
    await table.post(NewNotice("telegram:1", "one", ((("Yes", "/yes"), ("No", "/no")),)))
    await table.post(NewNotice("telegram:2", "two"))
    one, two = await table.due()
    assert (one.markdown, two.markdown) == ("one", "two")
    assert one.buttons == ((("Yes", "/yes"), ("No", "/no")),)
    assert two.buttons == ()
    await table.put_off(one, by_ms=5_000)
    assert [notice.id for notice in await table.due()] == [two.id]
    clock.at_ms += 5_000
    again, _ = await table.due()
    assert (again.id, again.tries) == (one.id, 1)
    await table.remove(two)
    await table.remove(one)
    assert await table.due() == []


async def test_an_id_is_never_given_twice(database: Database, clock: StillClock) -> None:
    table = NoticeTable(database, clock)
    await table.post(NewNotice("telegram:1", "one"))
    (one,) = await table.due()
    await table.remove(one)
    await table.post(NewNotice("telegram:1", "two"))
    (two,) = await table.due()
    assert two.id > one.id


async def test_the_last_ignored_message_of_each_conversation_is_kept(
    database: Database, clock: StillClock
) -> None:
    table = DropTable(database, clock)
    await table.keep(Drop("telegram:-1", "not-mentioned", "7", 1))
    await table.keep(Drop("telegram:-1", "no-sender", "-1", 2))
    await table.keep(Drop("telegram:-2", "not-mentioned", "8", 3))
    await table.keep(Drop("telegramish:-3", "not-mentioned", "9", 4))
    assert await table.last("telegram:-1") == Drop("telegram:-1", "no-sender", "-1", 2)
    assert await table.last("telegram:-9") is None
    newest = await table.newest("telegram", most=5)
    assert [drop.conversation for drop in newest] == ["telegram:-2", "telegram:-1"]


async def test_only_so_many_conversations_are_kept(database: Database, clock: StillClock) -> None:
    table = DropTable(database, clock)
    for number in range(store_drops.MOST_KEPT + 2):
        await table.keep(Drop(f"telegram:-{number}", "not-mentioned", "7", number))
    assert await table.last("telegram:-1") is None
    assert await table.last("telegram:-2") is not None


async def test_a_chat_is_hinted_at_once_in_a_day_and_few_chats_at_all(
    database: Database, clock: StillClock
) -> None:
    table = DropTable(database, clock)
    assert await table.may_hint("telegram", "-1")
    assert not await table.may_hint("telegram", "-1")
    assert await table.may_hint("console", "-1")
    for number in range(2, MOST_HINTS + 1):
        assert await table.may_hint("telegram", f"-{number}")
    assert not await table.may_hint("telegram", "-999")
    clock.at_ms += DAY_MS
    assert await table.may_hint("telegram", "-1")
    assert await table.may_hint("telegram", "-999")
