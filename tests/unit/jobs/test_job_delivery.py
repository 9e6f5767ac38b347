"""The way from what came to the chat: outages, a full disk, a process that dies in between."""

from __future__ import annotations

import asyncio

import pytest

from bot.errors import DeliverError
from bot.jobs.following import Following
from bot.jobs.keeping import PAUSES_S
from bot.openrouter.download import FileMissing
from bot.values.media import MediaKind
from tests.unit.jobs.shop import DONE, PICTURE, TICKET, Shop

OUTAGE = 5


async def test_a_delivery_that_may_work_later_is_tried_again_with_growing_pauses(
    shop: Shop,
) -> None:
    shop.front.refuses = [DeliverError("outage", retryable=True) for _ in range(OUTAGE)]
    job = await shop.orders()
    assert job.state == "delivered"
    assert shop.front.taken == [([PICTURE.data], "as you wished")]
    pauses = shop.clock.pauses[-OUTAGE:]
    assert pauses == sorted(pauses)
    assert pauses[0] < pauses[-1]
    assert shop.front.cleared >= 1
    assert len(shop.painter.orders) == 1


async def test_bad_news_that_could_not_be_told_are_told_later(shop: Shop) -> None:
    shop.painter.script = [FileMissing("x")]
    shop.front.refuses = [DeliverError("outage", retryable=True)]
    job = await shop.orders()
    assert (job.state, job.told) == ("failed", True)
    assert len(shop.front.told) == 1


async def test_a_disk_that_is_full_for_a_while_costs_nothing_twice(shop: Shop) -> None:
    blocker = shop.folder / "media"
    blocker.write_bytes(b"")  # where a folder should be: nothing can be written below it
    original = shop.clock.sleep

    async def sleep(seconds: float) -> None:
        if seconds == PAUSES_S[0]:
            blocker.unlink()
        await original(seconds)

    shop.clock.sleep = sleep  # type: ignore[method-assign]
    job = await shop.orders()
    assert job.state == "delivered"
    assert len(await shop.shelf.of_job(job.ref)) == 1
    assert len(shop.painter.orders) == 1
    assert await shop.paid() == [("done", 39_000, "gen-1")]


async def test_what_the_disk_does_not_take_goes_to_the_chat_all_the_same(shop: Shop) -> None:
    (shop.folder / "media").write_bytes(b"")
    job = await shop.orders()
    assert job.state == "delivered"
    assert job.cost_micro_usd == 39_000
    assert shop.front.taken == [([PICTURE.data], "as you wished")]
    assert len(shop.painter.orders) == 1
    assert await shop.paid() == [("done", 39_000, "gen-1")]


async def test_what_neither_disk_nor_chat_takes_is_told_with_its_price(shop: Shop) -> None:
    (shop.folder / "media").write_bytes(b"")
    shop.front.refuses = [DeliverError("bad request")]
    job = await shop.orders()
    ((said, _),) = shop.front.told
    assert "my disk" in said
    assert "It cost $0.039." in said
    assert job.state == "failed"
    assert await shop.paid() == [("done", 39_000, "gen-1")]


async def test_a_film_that_the_disk_does_not_take_goes_to_the_chat_all_the_same(
    shop: Shop,
) -> None:
    (shop.folder / "media").write_bytes(b"")
    job = await shop.orders(MediaKind.VIDEO)
    assert job.state == "delivered"
    assert job.cost_micro_usd == 1_200_000


async def test_files_state_and_books_are_written_at_once(shop: Shop) -> None:
    """Whatever the moment, all three agree: a kill in between leaves nothing to guess."""
    job = await shop.orders()
    item, *_ = await shop.shelf.of_job(job.ref)
    at = "select cost_micro_usd, result from jobs where id = ?"
    rows = await shop.database.reader.execute(at, (job.id,))
    (row,) = [tuple(row) async for row in rows]
    assert row[0] == 39_000
    assert "as you wished" in row[1]
    assert item.path.read_bytes() == PICTURE.data


async def test_a_rollback_leaves_neither_rows_nor_files(shop: Shop) -> None:
    async with shop.database.transaction() as connection:
        await connection.execute(
            "create trigger no_price before update on paid_calls when new.state = 'done' "
            "begin select raise(abort, 'full'); end"
        )
    original = shop.clock.sleep

    async def sleep(seconds: float) -> None:
        if seconds == PAUSES_S[0]:
            assert await shop.shelf.of_job("j1") == []
            assert not list((shop.folder / "media").iterdir())
            async with shop.database.transaction() as connection:
                await connection.execute("drop trigger no_price")
        await original(seconds)

    shop.clock.sleep = sleep  # type: ignore[method-assign]
    job = await shop.orders()
    assert job.state == "delivered"
    assert await shop.paid() == [("done", 39_000, "gen-1")]


async def test_odd_answers_are_waited_out_for_minutes(shop: Shop) -> None:
    odd = [FileMissing("gone", status=404)] * 6
    shop.filmer.polls = [*odd, TICKET, DONE]
    job = await shop.orders(MediaKind.VIDEO)
    assert job.state == "delivered"
    assert shop.filmer.looks == 8


async def test_odd_answers_for_minutes_end_it(shop: Shop) -> None:
    shop.filmer.polls = [DONE]
    job = await shop.orders(MediaKind.VIDEO)
    shop.filmer.polls = [FileMissing("gone", status=404)]
    await shop.table.keep_ticket(job.id, TICKET)
    seen = await shop.table.get(job.id)
    assert seen is not None
    began_s = shop.clock.monotonic()
    with pytest.raises(FileMissing):
        await Following(seen, shop.studio, shop.clock).fetched()
    assert 120 <= shop.clock.monotonic() - began_s <= 900


async def test_an_interrupted_order_is_asked_about_and_a_made_one_is_sent(shop: Shop) -> None:
    shop.front.refuses = [DeliverError("x")]
    made = await shop.orders()
    assert await shop.table.again(made.id, "made")
    office = shop.opened()
    assert await office.resume() == 1
    async with asyncio.timeout(10):
        await asyncio.gather(*shop.tasks)
    seen = await shop.table.get(made.id)
    assert seen is not None
    assert seen.state == "delivered"
    assert len(shop.painter.orders) == 1
