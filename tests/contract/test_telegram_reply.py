from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from telegram_wire import ADA, CHAT, Bot, World, opus, running_server, until, world

from bot.channels.telegram.reply import TelegramReply
from bot.errors import ChatGone, DeliverError, VoiceForbidden
from bot.turns.channel import Activity, TextPart, VoicePart
from bot.values.audio import Bubble
from bot.values.conversation import Conversation

GROUP_ID = -100500
GROUP = Conversation("telegram", str(GROUP_ID))
FINAL = TextPart("answer", "**Done** & well", final=True)
VOICE = VoicePart("voice", Bubble(ogg=opus(2.6), duration_s=2.6))


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


async def test_html_that_is_refused_goes_out_as_plain_text_at_once(telegram: World) -> None:
    refusal = "Bad Request: can't parse entities: Unsupported start tag"
    await telegram.fault("sendMessage", "status", status=400, description=refusal)
    async with Bot(telegram) as bot:
        await opened(bot).deliver(FINAL)
        (message,) = await telegram.messages()
        assert (message["text"], message["parse_mode"]) == ("Done & well", "")


async def test_a_long_answer_comes_in_parts_and_only_the_first_answers(telegram: World) -> None:
    asked = await telegram.say("tell me all")
    words = " ".join(f"word{n}" for n in range(2000))
    code = "```py\n" + "\n".join(f"x = {n}" for n in range(700)) + "\n```"
    async with Bot(telegram) as bot:
        reply = bot.channel.reply(CHAT, turn_id="t", answers=str(asked["message_id"]))
        await reply.deliver(TextPart("answer", f"{words}\n\n{code}", final=True, answers=True))
        messages = await telegram.messages()
        assert len(messages) > 4
        assert all(len(m["text"]) <= 4000 for m in messages)
        assert [bool(m["reply_to"]) for m in messages] == [True] + [False] * (len(messages) - 1)
        shown = " ".join(m["text"] for m in messages)
        assert all(f"word{n}" in shown for n in range(2000))


async def test_a_second_delivery_of_the_same_part_sends_nothing(telegram: World) -> None:
    async with Bot(telegram) as bot:
        for _ in range(2):
            await opened(bot).deliver(FINAL)
            await opened(bot).deliver(VOICE)
        assert len(await telegram.messages()) == 2


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 502, "times": 3},
        {"kind": "html", "times": 2},
        {"kind": "disconnect", "times": 2},
        {"kind": "retry_after", "retry_after": 30},
    ],
)
async def test_a_final_text_is_tried_until_it_is_there(
    telegram: World, fault: dict[str, object]
) -> None:
    await telegram.post("/faults", method="sendMessage", **fault)
    async with Bot(telegram) as bot:
        await opened(bot).deliver(FINAL)
        assert len(await telegram.messages()) == 1


async def test_only_a_lost_answer_may_lead_to_a_duplicate(telegram: World) -> None:
    await telegram.fault("sendMessage", "drop_after")
    async with Bot(telegram) as bot:
        await opened(bot).deliver(FINAL)
        assert len(await telegram.messages()) == 2


async def test_waiting_out_flood_control_in_one_chat_leaves_others_free(telegram: World) -> None:
    await telegram.fault("sendMessage", "retry_after", retry_after=100_000, chat_id=ADA)
    async with Bot(telegram, close_timeout_s=0.1) as bot:
        blocked = asyncio.create_task(opened(bot, turn="blocked").deliver(FINAL))
        await telegram.until_called("sendMessage")
        await opened(bot, GROUP).deliver(FINAL)
        assert len(await telegram.messages(GROUP_ID)) == 1
        assert not blocked.done()
        await bot.channel.close()
        with pytest.raises(DeliverError) as given_up:
            await blocked
        assert given_up.value.retryable


async def test_a_voice_note_is_a_bubble_with_its_length(telegram: World) -> None:
    async with Bot(telegram) as bot:
        await opened(bot).deliver(VOICE)
        (call,) = await telegram.calls("sendVoice")
        assert call["params"]["duration"] == 3
        assert call["params"]["voice"]["name"] == "voice.ogg"
        (message,) = await telegram.messages()
        assert message["kind"] == "voice"


async def test_a_chat_that_forbids_voice_is_remembered(telegram: World) -> None:
    await telegram.post("/users", id=ADA, forbids_voice=True)
    async with Bot(telegram) as bot:
        for turn in ("t1", "t2"):
            with pytest.raises(VoiceForbidden):
                await opened(bot, turn=turn).deliver(VOICE)
        assert bot.chats.forbidden == {str(ADA)}
        assert len(await telegram.calls("sendVoice")) == 1


async def test_who_forbids_voice_is_told_what_to_change_where_they_are(telegram: World) -> None:
    await telegram.post("/users", id=ADA, forbids_voice=True)
    await telegram.fault(
        "sendVoice",
        "status",
        status=400,
        description="Bad Request: not enough rights to send voice messages to the chat",
        chat_id=GROUP_ID,
    )
    async with Bot(telegram) as bot:
        for _ in ("refused", "remembered"):
            with pytest.raises(VoiceForbidden) as alone:
                await opened(bot).deliver(VOICE)
            assert "Your privacy settings" in alone.value.sentence
            with pytest.raises(VoiceForbidden) as together:
                await opened(bot, GROUP).deliver(VOICE)
            assert "This group doesn't let me send voice" in together.value.sentence


async def test_a_person_who_blocked_the_bot_is_gone(telegram: World) -> None:
    await telegram.post("/users", id=ADA, blocked=True)
    async with Bot(telegram) as bot:
        reply = opened(bot)
        await reply.show(Activity.TYPING)
        await reply.grow("Growing")
        with pytest.raises(ChatGone):
            await reply.deliver(FINAL)
        with pytest.raises(ChatGone):
            await reply.deliver(VOICE)
        await reply.close()


async def test_answers_stay_in_their_topic(telegram: World) -> None:
    forum = (await telegram.post("/chats", type="forum", title="Topics"))["chat_id"]
    thread = (await telegram.post(f"/chats/{forum}/topics", name="Dogs"))["thread_id"]
    async with Bot(telegram) as bot:
        await opened(bot, Conversation("telegram", str(forum), str(thread))).deliver(FINAL)
        (message,) = await telegram.messages(forum)
        assert message["thread_id"] == thread


async def test_the_general_topic_is_named_when_typing_and_never_when_sending(
    telegram: World,
) -> None:
    forum = (await telegram.post("/chats", type="forum", title="Topics"))["chat_id"]
    async with Bot(telegram) as bot:
        await telegram.say("/start", chat_id=forum)
        (batch,) = await until(lambda: _value(bot.inbox.batches))
        incoming = bot.channel.read(batch[-1].payload)
        assert incoming is not None
        reply = opened(bot, incoming.conversation)
        await reply.show(Activity.RECORDING)
        (action,) = await telegram.until_called("sendChatAction")
        await reply.deliver(FINAL)
        await reply.close()
        assert action["params"]["message_thread_id"] == 1
        assert action["params"]["action"] == "record_voice"
        (send,) = await telegram.calls("sendMessage")
        assert "message_thread_id" not in send["params"]


async def _value(value: object) -> object:
    return value


async def test_an_activity_is_repeated_until_it_ends_and_its_errors_do_not_matter(
    telegram: World,
) -> None:
    await telegram.fault("sendChatAction", "status", status=500)
    async with Bot(telegram) as bot:
        reply = opened(bot)
        await reply.show(Activity.TYPING)
        await telegram.until_called("sendChatAction", 3)
        await reply.show(None)
        await reply.deliver(FINAL)
        await reply.close()
        await reply.close()


async def test_text_that_holds_nothing_visible_sends_nothing(telegram: World) -> None:
    async with Bot(telegram) as bot:
        await opened(bot).deliver(TextPart("answer", " \n\n", final=True))
        assert await telegram.calls("sendMessage") == []
