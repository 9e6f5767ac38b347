from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from telegram_wire import ADA, Bot, World, running_server, until, world


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server() as address:
        yield address


@pytest.fixture
async def telegram(server: str) -> AsyncIterator[World]:
    async with world(server) as opened:
        yield opened


async def confirmed(telegram: World) -> int:
    return (await telegram.state())["updates"]["confirmed_count"]


async def received(bot: Bot, count: int) -> list[str]:
    async def enough() -> list[str]:
        return bot.inbox.keys if len(bot.inbox.keys) >= count else []

    return await until(enough)


async def test_nothing_is_confirmed_before_the_store_has_committed(telegram: World) -> None:
    async with Bot(telegram) as bot:
        bot.inbox.may_commit.clear()
        await telegram.say("keep me")
        await bot.inbox.entered.wait()
        assert await confirmed(telegram) == 0
        bot.inbox.may_commit.set()

        async def now_confirmed() -> bool:
            return await confirmed(telegram) == 1

        await until(now_confirmed)
        assert bot.inbox.batches[0][0].payload["message"]["text"] == "keep me"


async def test_a_store_that_fails_gets_the_same_updates_again(telegram: World) -> None:
    async with Bot(telegram) as bot:
        bot.inbox.failures = 3
        posted = await telegram.say("again")
        assert await received(bot, 1) == [str(posted["update_id"])]
        offsets = [c["params"].get("offset") for c in await telegram.until_called("getUpdates", 4)]
        assert offsets[:4] == [None] * 4


async def test_what_was_not_stored_before_a_stop_comes_to_the_next_process(telegram: World) -> None:
    async with Bot(telegram) as first:
        first.inbox.failures = 1_000_000
        posted = await telegram.say("survive")
        await first.inbox.entered.wait()
    assert first.inbox.keys == []
    async with Bot(telegram) as second:
        assert await received(second, 1) == [str(posted["update_id"])]


async def test_one_malformed_update_stops_no_other(telegram: World) -> None:
    broken = {"message": {"message_id": 5, "text": "no date", "chat": "odd"}}
    async with Bot(telegram) as bot:
        await telegram.say("one")
        posted = await telegram.post("/updates", updates=[broken, {"of_next_year": 1}])
        last = await telegram.say("two")
        keys = await received(bot, 4)
        assert keys[-1] == str(last["update_id"])
        assert {str(i) for i in posted["update_ids"]} <= set(keys)
        again = await telegram.say("three")
        assert (await received(bot, 5))[-1] == str(again["update_id"])


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 500},
        {
            "kind": "status",
            "status": 409,
            "description": "Conflict: terminated by other getUpdates",
        },
        {"kind": "status", "status": 401, "description": "Unauthorized", "times": 2},
        {"kind": "status", "status": 404, "description": "Not Found", "times": 4},
        {"kind": "retry_after", "retry_after": 3},
        {"kind": "html", "status": 502},
        {"kind": "disconnect", "times": 3},
        {"kind": "drop_after"},
    ],
)
async def test_polling_goes_on_after_a_fault(telegram: World, fault: dict[str, object]) -> None:
    await telegram.post("/faults", method="getUpdates", **fault)
    async with Bot(telegram) as bot:
        posted = await telegram.say("still there?")
        assert await received(bot, 1) == [str(posted["update_id"])]
        assert not bot.channel.dead


async def test_a_poll_that_never_answers_is_replaced(telegram: World) -> None:
    await telegram.fault("getUpdates", "hang")
    async with Bot(telegram, poll_timeout_s=0, poll_margin_s=0.4) as bot:
        posted = await telegram.say("hello?")
        assert await received(bot, 1) == [str(posted["update_id"])]


async def test_a_token_that_stays_refused_ends_polling(telegram: World) -> None:
    async with Bot(telegram) as bot:
        await telegram.until_called("getUpdates", 0)
        await telegram.fault(
            "getUpdates", "status", status=401, description="Unauthorized", times=-1
        )
        await telegram.say("wake the poll")

        async def dead() -> bool:
            return bot.channel.dead

        await until(dead)
        polls = len(await telegram.calls("getUpdates"))
        await telegram.say("nobody listens")
        assert len(await telegram.calls("getUpdates")) == polls


async def test_a_webhook_set_elsewhere_is_removed_and_polling_works(telegram: World) -> None:
    await telegram.fault(
        "getUpdates",
        "status",
        status=409,
        description="Conflict: can't use getUpdates method while webhook is active",
    )
    async with Bot(telegram) as bot:
        await telegram.say("hi")
        await received(bot, 1)
        assert len(await telegram.calls("deleteWebhook")) == 2


async def test_polls_ask_for_the_kinds_that_are_read(telegram: World) -> None:
    async with Bot(telegram) as bot:
        await telegram.say("hi", **{"from": ADA})
        await received(bot, 1)
        (first, *_) = await telegram.calls("getUpdates")
        assert "message" in first["params"]["allowed_updates"]
        assert "stopped_message_generation" in first["params"]["allowed_updates"]
        assert bot.channel.last_poll_monotonic is not None
