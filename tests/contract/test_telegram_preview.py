from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from telegram_wire import ADA, CHAT, Bot, World, running_server, until, world

from bot.channels.telegram.reply import TelegramReply
from bot.turns.channel import TextPart
from bot.values.conversation import Conversation

GROUP_ID = -100500
GROUP = Conversation("telegram", str(GROUP_ID))
LONG = "This answer is long enough for a group to see it grow."
FINAL = TextPart("answer", "**Done** & well", final=True)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server() as address:
        yield address


@pytest.fixture
async def telegram(server: str) -> AsyncIterator[World]:
    async with world(server) as opened:
        await opened.post("/users", id=ADA, first_name="Ada", started=True)
        await opened.post("/chats", type="supergroup", id=GROUP_ID, title="Friends")
        yield opened


def opened(bot: Bot, chat: Conversation = CHAT, *, turn: str = "t1") -> TelegramReply:
    return bot.channel.reply(chat, turn_id=turn, answers="1")


async def grown(telegram: World, method: str, text: str) -> None:
    """Wait until the bot showed `text` by `method`."""
    await telegram.until_called(method, where=lambda c: c["params"].get("text") == text)


async def test_a_private_answer_grows_as_a_draft_and_ends_as_one_message(telegram: World) -> None:
    async with Bot(telegram) as bot:
        reply = opened(bot)
        await reply.grow("Do")
        await grown(telegram, "sendMessageDraft", "Do")
        await reply.grow("**Done** &")
        await grown(telegram, "sendMessageDraft", "**Done** &")
        await reply.deliver(FINAL)
        await reply.close()
        (message,) = await telegram.messages()
        assert message["html"] == "<b>Done</b> &amp; well"
        drafts = await telegram.calls("sendMessageDraft")
        assert len({c["params"]["draft_id"] for c in drafts}) == 1
        assert (await telegram.chat())["draft"] is None
        assert await telegram.calls("editMessageText") == []


async def test_a_draft_is_kept_alive_while_nothing_new_is_written(telegram: World) -> None:
    async with Bot(telegram) as bot:
        reply = opened(bot)
        await reply.grow("Thinking hard")
        await telegram.until_called("sendMessageDraft", 3)
        await reply.close()


async def test_a_draft_comes_back_after_another_message(telegram: World) -> None:
    async with Bot(telegram) as bot:
        reply = opened(bot)
        await reply.grow("Growing")
        await telegram.until_called("sendMessageDraft")
        await reply.deliver(TextPart("echo", "heard: hi"))
        await telegram.until_called("sendMessage")
        sent = (await telegram.calls("sendMessage"))[0]["n"]
        await telegram.until_called("sendMessageDraft", where=lambda c: c["n"] > sent)
        await reply.close()


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 400, "description": "Bad Request: TEXTDRAFT_PEER_INVALID"},
        {"status": 404, "description": "Not Found"},
    ],
)
async def test_where_drafts_are_refused_one_message_is_edited(
    telegram: World, fault: dict[str, object]
) -> None:
    await telegram.post("/faults", method="sendMessageDraft", kind="status", times=-1, **fault)
    async with Bot(telegram) as bot:
        for turn in ("t1", "t2"):
            reply = opened(bot, turn=turn)
            await reply.grow(f"One {turn}")
            await grown(telegram, "sendMessage", f"One {turn}")
            await reply.grow(f"One {turn}, two")
            await grown(telegram, "editMessageText", f"One {turn}, two")
            await reply.deliver(FINAL)
            await reply.close()
        assert len(await telegram.calls("sendMessageDraft")) == 1
        assert [m["html"] for m in await telegram.messages()] == ["<b>Done</b> &amp; well"] * 2


async def test_a_group_sees_nothing_before_twenty_characters_and_then_edits(
    telegram: World,
) -> None:
    asked = await telegram.say("@bot?", chat_id=GROUP_ID)
    async with Bot(telegram) as bot:
        reply = bot.channel.reply(GROUP, turn_id="g", answers=str(asked["message_id"]))
        await reply.grow("Short")
        await reply.grow(LONG)
        await grown(telegram, "sendMessage", LONG)
        await reply.grow(LONG + " More.")
        await grown(telegram, "editMessageText", LONG + " More.")
        await reply.deliver(TextPart("answer", "# End", final=True, answers=True))
        await reply.close()
        (message,) = await telegram.messages(GROUP_ID)
        assert message["html"] == "<b>End</b>"
        assert message["reply_to"] == asked["message_id"]
        assert await telegram.calls("sendMessageDraft") == []


async def test_growing_text_is_cut_at_the_limit(telegram: World) -> None:
    async with Bot(telegram) as bot:
        reply = opened(bot)
        await reply.grow("😀" * 5000)
        (call,) = await telegram.until_called("sendMessageDraft")
        assert call["ok"]
        assert call["params"]["text"] == "😀" * 2000
        await reply.close()


async def test_flood_control_stops_the_preview_until_the_final_text(telegram: World) -> None:
    await telegram.fault("editMessageText", "retry_after", retry_after=60)
    async with Bot(telegram) as bot:
        reply = opened(bot, GROUP)
        await reply.grow(LONG)
        await grown(telegram, "sendMessage", LONG)
        await reply.grow(LONG + " More.")
        await telegram.until_called("editMessageText")
        for n in range(20):
            await reply.grow(f"{LONG} {n}")
            await asyncio.sleep(0)
        await reply.deliver(FINAL)
        await reply.close()
        first, last = await telegram.calls("editMessageText")
        assert first["status"] == 429
        assert last["params"]["text"] == "<b>Done</b> &amp; well"


async def test_streaming_switched_off_shows_only_the_end(telegram: World) -> None:
    async with Bot(telegram, streaming_mode="off") as bot:
        reply = opened(bot)
        await reply.grow("Growing")
        await reply.deliver(FINAL)
        await reply.close()
        assert await telegram.calls("sendMessageDraft") == []
        assert len(await telegram.messages()) == 1


async def test_an_answer_that_overtakes_its_preview_is_still_one_message(telegram: World) -> None:
    async with Bot(telegram) as bot:
        for turn in range(5):
            await telegram.fault("sendMessage", "slow", seconds=0.05 * turn)
            reply = opened(bot, GROUP, turn=f"t{turn}")
            await reply.grow(LONG)
            for _ in range(turn * 3):
                await asyncio.sleep(0)
            await reply.deliver(FINAL)
            await reply.close()
        shown = [m["html"] for m in await telegram.messages(GROUP_ID)]
        assert shown == ["<b>Done</b> &amp; well"] * 5


async def test_many_tokens_become_few_edits_and_the_newest_text_is_shown(telegram: World) -> None:
    async with Bot(telegram) as bot:
        reply = opened(bot)
        for n in range(500):
            await reply.grow("word " * n)
            await asyncio.sleep(0)
        await grown(telegram, "sendMessageDraft", ("word " * 499).strip())
        assert len(await telegram.calls("sendMessageDraft")) < 50
        await reply.close()


async def test_after_a_restart_the_old_preview_becomes_the_answer(telegram: World) -> None:
    async with Bot(telegram) as first:
        await opened(first, GROUP).grow(LONG)
        await grown(telegram, "sendMessage", LONG)
        await until(lambda: first.receipts.find("t1/preview"))
    async with Bot(telegram, receipts=first.receipts) as second:
        reply = opened(second, GROUP)
        await reply.grow(LONG + " Again.")
        await grown(telegram, "editMessageText", LONG + " Again.")
        await reply.deliver(FINAL)
        await reply.close()
        (message,) = await telegram.messages(GROUP_ID)
        assert message["html"] == "<b>Done</b> &amp; well"


async def test_a_preview_that_somebody_deleted_is_replaced_by_a_new_message(
    telegram: World,
) -> None:
    refusal = "Bad Request: message to edit not found"
    async with Bot(telegram) as bot:
        reply = opened(bot, GROUP)
        await reply.grow(LONG)
        await grown(telegram, "sendMessage", LONG)
        await telegram.fault("editMessageText", "status", status=400, description=refusal)
        await reply.deliver(FINAL)
        await reply.close()
        assert (await telegram.messages(GROUP_ID))[-1]["html"] == "<b>Done</b> &amp; well"


async def test_an_answer_equal_to_its_preview_is_delivered(telegram: World) -> None:
    async with Bot(telegram) as bot:
        reply = opened(bot, GROUP)
        await reply.grow(LONG)
        await grown(telegram, "sendMessage", LONG)
        await reply.deliver(TextPart("answer", LONG, final=True))
        await reply.close()
        assert [m["text"] for m in await telegram.messages(GROUP_ID)] == [LONG]
