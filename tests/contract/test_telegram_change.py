from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from telegram_wire import ADA, CHAT, Bot, World, running_server, until, world

from bot.channels.telegram.reply import TelegramReply
from bot.turns.channel import Button, TextPart
from bot.values.conversation import Conversation

GROUP_ID = -100500
GROUP = Conversation("telegram", str(GROUP_ID))
CANCEL = ((Button("Cancel", "/jobs cancel 7"),),)


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


def status(text: str) -> TextPart:
    return TextPart("status", text, buttons=CANCEL)


async def begun(bot: Bot, chat: Conversation = CHAT) -> TelegramReply:
    """A reply whose status message is there."""
    reply = bot.channel.reply(chat, turn_id="job", answers="1")
    await reply.deliver(status("queued"))
    return reply


async def reads(telegram: World, text: str, chat_id: int = ADA) -> None:
    async def there() -> bool:
        return [m["text"] for m in await telegram.messages(chat_id)] == [text]

    await until(there)


async def empty(telegram: World) -> None:
    async def gone() -> bool:
        return await telegram.messages() == []

    await until(gone)


async def edits(telegram: World) -> list[str]:
    return [c["params"]["text"] for c in await telegram.calls("editMessageText")]


async def test_a_message_changes_with_its_buttons_and_can_lose_them(telegram: World) -> None:
    async with Bot(telegram) as bot:
        reply = await begun(bot)
        await reply.change("status", status("**drawing**, 40 s"))
        await reads(telegram, "drawing, 40 s")
        (message,) = await telegram.messages()
        assert message["html"] == "<b>drawing</b>, 40 s"
        assert message["buttons"][0][0]["callback_data"] == "/jobs cancel 7"
        await reply.change("status", TextPart("status", "done"))
        await reads(telegram, "done")
        assert (await telegram.messages())[0]["buttons"] == []
        await reply.close()


@pytest.mark.parametrize(("chat", "chat_id"), [(CHAT, ADA), (GROUP, GROUP_ID)])
async def test_many_changes_become_few_edits_of_which_the_last_is_the_newest(
    telegram: World, chat: Conversation, chat_id: int
) -> None:
    async with Bot(telegram) as bot:
        reply = await begun(bot, chat)
        for n in range(100):
            await reply.change("status", status(f"drawing, {n} s"))
            await asyncio.sleep(0)
        await reads(telegram, "drawing, 99 s", chat_id)
        assert len(await edits(telegram)) <= 20
        await reply.close()


async def test_a_change_that_waits_for_its_pace_gives_way_to_a_newer_one(telegram: World) -> None:
    async with Bot(telegram) as bot:
        await telegram.fault("editMessageText", "retry_after", retry_after=20)
        reply = await begun(bot)
        await reply.change("status", status("first"))
        await telegram.until_called("editMessageText")
        await reply.change("status", status("second"))
        await reply.change("status", status("third"))
        await reads(telegram, "third")
        assert await edits(telegram) == ["first", "third"]
        await reply.close()


async def test_what_is_said_last_before_the_end_is_there_afterwards(telegram: World) -> None:
    async with Bot(telegram) as bot:
        reply = await begun(bot, GROUP)
        await reply.change("status", status("drawing"))
        await reads(telegram, "drawing", GROUP_ID)
        await reply.change("status", status("nearly done"))
        await reply.change("status", status("done"))
        await reply.close()
        assert [m["text"] for m in await telegram.messages(GROUP_ID)] == ["done"]


async def test_the_end_waits_only_briefly_and_the_last_change_still_comes(
    telegram: World,
) -> None:
    async with Bot(telegram) as bot:
        await telegram.fault("editMessageText", "retry_after", retry_after=100)
        reply = await begun(bot)
        await reply.change("status", status("drawing"))
        await telegram.until_called("editMessageText")
        await reply.change("status", status("done"))
        await reply.close()
        assert [m["text"] for m in await telegram.messages()] == ["queued"]
        await reads(telegram, "done")


async def test_a_message_that_vanished_does_not_come_back(telegram: World) -> None:
    async with Bot(telegram) as bot:
        reply = await begun(bot)
        await reply.change("status", status("drawing"))
        await reply.change("status", None)
        await reply.change("status", status("too late"))
        await empty(telegram)
        await reply.deliver(status("queued"))
        await reply.close()
        assert await telegram.messages() == []
        assert "too late" not in await edits(telegram)


async def test_taking_a_message_away_replaces_a_change_that_still_waits(telegram: World) -> None:
    async with Bot(telegram) as bot:
        await telegram.fault("editMessageText", "retry_after", retry_after=20)
        reply = await begun(bot)
        await reply.change("status", status("drawing"))
        await telegram.until_called("editMessageText")
        await reply.change("status", None)
        await empty(telegram)
        assert await edits(telegram) == ["drawing"]
        await reply.close()


async def test_a_message_taken_away_at_the_very_end_is_gone(telegram: World) -> None:
    async with Bot(telegram) as bot:
        reply = await begun(bot)
        await reply.change("status", status("drawing"))
        await reply.change("status", None)
        await reply.close()
        await reply.close()
        await empty(telegram)


async def test_taking_away_is_tried_until_it_worked(telegram: World) -> None:
    await telegram.fault("deleteMessage", "status", status=502, times=3)
    async with Bot(telegram) as bot:
        reply = await begun(bot)
        await reply.change("status", None)
        await reply.close()
        await empty(telegram)


async def test_nothing_changes_where_nothing_was_delivered(telegram: World) -> None:
    async with Bot(telegram) as bot:
        reply = bot.channel.reply(CHAT, turn_id="job", answers="1")
        await reply.change("status", status("drawing"))
        await reply.change("other", None)
        await reply.close()
        calls = {call["method"] for call in await telegram.calls()}
        assert not calls & {"sendMessage", "editMessageText", "deleteMessage"}


async def test_a_restarted_bot_changes_the_message_of_the_one_before(telegram: World) -> None:
    async with Bot(telegram) as bot:
        await (await begun(bot)).close()
    async with Bot(telegram, receipts=bot.receipts) as again:
        reply = await begun(again)
        await reply.change("status", status("drawing again"))
        await reads(telegram, "drawing again")
        await reply.change("status", None)
        await reply.close()
        await empty(telegram)


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 400, "description": "Bad Request: message to edit not found"},
        {"status": 400, "description": "Bad Request: message is not modified"},
        {"status": 502},
        {"status": 403, "description": "Forbidden: bot was blocked by the user"},
    ],
)
async def test_a_change_that_fails_hurts_nobody(telegram: World, fault: dict[str, object]) -> None:
    async with Bot(telegram) as bot:
        reply = await begun(bot)
        for method in ("editMessageText", "deleteMessage"):
            await telegram.post("/faults", method=method, kind="status", times=9, **fault)
        await reply.change("status", status("drawing"))
        await telegram.until_called("editMessageText")
        await reply.deliver(TextPart("answer", "Here it is", final=True))
        await reply.change("status", None)
        await reply.close()
        assert "Here it is" in [m["text"] for m in await telegram.messages()]


async def test_a_status_that_telegram_cannot_parse_is_shown_bare(telegram: World) -> None:
    refusal = "Bad Request: can't parse entities: Unsupported start tag"
    await telegram.fault("editMessageText", "status", status=400, description=refusal)
    async with Bot(telegram) as bot:
        reply = await begun(bot)
        await reply.change("status", status("**40** s"))
        await reads(telegram, "40 s")
        assert (await telegram.messages())[0]["parse_mode"] == ""
        await reply.close()


async def test_a_final_text_overtakes_changes_that_wait(telegram: World) -> None:
    async with Bot(telegram) as bot:
        await telegram.fault("editMessageText", "retry_after", retry_after=20)
        reply = await begun(bot)
        await reply.change("status", status("one"))
        await telegram.until_called("editMessageText")
        await reply.change("status", status("two"))
        await reply.deliver(TextPart("answer", "Here it is", final=True))
        await telegram.until_called("editMessageText", 2)
        sent = [c for c in await telegram.calls() if c["ok"] and "text" in c["params"]]
        numbers = {call["params"]["text"]: call["n"] for call in sent}
        assert numbers["Here it is"] < numbers["two"]
        await reply.close()


async def test_what_is_unsaid_when_the_bot_stops_is_said_while_it_closes(telegram: World) -> None:
    bot = Bot(telegram)
    await bot.channel.start(bot.inbox)
    await telegram.fault("editMessageText", "status", status=502, times=1)
    reply = await begun(bot)
    await reply.change("status", status("stopped"))
    await reply.close()
    await bot.channel.close()
    await reads(telegram, "stopped")


async def test_the_answer_to_a_pressed_button_takes_a_changing_message_over(
    telegram: World,
) -> None:
    async with Bot(telegram) as bot:
        reply = await begun(bot)
        await reply.change("status", status("drawing"))
        await reads(telegram, "drawing")
        (message,) = await telegram.messages()
        where = {"chat_id": ADA, "message_id": message["message_id"]}
        await telegram.post("/callbacks", **where, data="/jobs cancel 7", **{"from": ADA})

        async def arrived() -> object:
            return bot.inbox.batches

        batches = await until(arrived)
        pressed = bot.channel.read(batches[-1][-1].payload)
        assert pressed is not None
        answer = bot.channel.reply(CHAT, turn_id="press", answers=pressed.message_id)
        await answer.deliver(TextPart("answer", "Cancelled."))
        await answer.close()
        await reply.close()
        (now,) = await telegram.messages()
        assert (now["message_id"], now["text"]) == (message["message_id"], "Cancelled.")
