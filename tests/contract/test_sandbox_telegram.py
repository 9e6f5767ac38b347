"""The Telegram stand-in, driven over real HTTP by the library that the bot uses."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import httpx
import pytest
import telegram
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, ReplyParameters
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    NetworkError,
    RetryAfter,
    TimedOut,
)
from telegram_lab import PNG, Lab, running, sound


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running() as running_address:
        yield running_address


@pytest.fixture(scope="module")
def ogg() -> bytes:
    return sound("libopus", "ogg", seconds=2)


@pytest.fixture(autouse=True)
def _durations_as_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # else the library warns at each duration it reads


@pytest.fixture
def lab(address: str) -> Iterator[Lab]:
    with httpx.Client(timeout=20) as http:
        lab = Lab(address, http)
        yield lab
        http.delete(lab.url("")).raise_for_status()


@pytest.fixture
async def bot(lab: Lab) -> AsyncIterator[telegram.Bot]:
    async with telegram.Bot(
        lab.token, base_url=f"{lab.address}/bot", base_file_url=f"{lab.address}/file/bot"
    ) as bot:
        yield bot


# --- account and tokens


async def test_getme_shows_the_flags_that_were_set(lab: Lab, bot: telegram.Bot) -> None:
    lab.post("settings", me={"username": "talker_bot", "can_read_all_group_messages": True})
    me = await bot.get_me()
    assert (me.id, me.username) == (int(lab.token.split(":")[0]), "talker_bot")
    assert me.can_read_all_group_messages


async def test_a_string_that_is_no_token_is_unauthorized(lab: Lab) -> None:
    answer = lab.http.get(f"{lab.address}/bot12:short/getMe")
    assert answer.status_code == 401
    assert answer.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}


async def test_an_unknown_method_is_not_found(lab: Lab) -> None:
    answer = lab.raw("sendTelepathy")
    assert answer.status_code == 404
    assert answer.json() == {"ok": False, "error_code": 404, "description": "Not Found"}


async def test_worlds_of_different_tokens_know_nothing_of_each_other(lab: Lab) -> None:
    lab.start_private(1001)
    other = Lab(lab.address, lab.http)
    assert other.get("state")["users"] == []
    assert other.raw("sendMessage", chat_id=1001, text="x").json()["description"] == (
        "Bad Request: chat not found"
    )


async def test_commands_are_kept_by_scope_and_checked(bot: telegram.Bot) -> None:
    await bot.set_my_commands([("start", "Begin"), ("new", "Start afresh")])
    assert [c.command for c in await bot.get_my_commands()] == ["start", "new"]
    assert await bot.get_my_commands(language_code="de") == ()
    with pytest.raises(BadRequest, match="Bot_command_invalid"):
        await bot.set_my_commands([("Not-Valid", "x")])


# --- updates


async def test_updates_come_again_until_a_higher_offset_confirms_them(
    lab: Lab, bot: telegram.Bot
) -> None:
    for text in ("one", "two", "three"):
        lab.post("messages", from_=1001, text=text)
    first = await bot.get_updates()
    again = await bot.get_updates()
    assert [u.message.text for u in first] == ["one", "two", "three"]
    assert [u.update_id for u in again] == [u.update_id for u in first]
    rest = await bot.get_updates(offset=first[1].update_id)
    assert [u.message.text for u in rest] == ["two", "three"]
    assert lab.get("state")["updates"]["pending"] == 2
    assert await bot.get_updates(offset=first[2].update_id + 1) == ()
    updates = lab.get("state")["updates"]
    assert (updates["pending"], updates["confirmed_count"]) == (0, 3)
    assert updates["confirmed_offset"] == first[2].update_id + 1


async def test_limit_and_negative_offset(lab: Lab, bot: telegram.Bot) -> None:
    for text in ("one", "two", "three"):
        lab.post("messages", from_=1001, text=text)
    assert [u.message.text for u in await bot.get_updates(limit=1)] == ["one"]
    assert [u.message.text for u in await bot.get_updates(offset=-1)] == ["three"]
    assert lab.get("state")["updates"]["pending"] == 1


async def test_a_long_poll_ends_when_somebody_writes(lab: Lab, bot: telegram.Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30, read_timeout=40))
    await _polling(lab)
    lab.post("messages", from_=1001, text="hello")
    assert [u.message.text for u in await poll] == ["hello"]


async def test_a_second_poller_ends_the_first_with_a_conflict(lab: Lab, bot: telegram.Bot) -> None:
    older = asyncio.create_task(bot.get_updates(timeout=30, read_timeout=40))
    await _polling(lab)
    newer = asyncio.create_task(_raw_poll(lab))
    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await older
    await _polling(lab)
    lab.post("messages", from_=1001, text="for the newer")
    assert (await newer)["result"][0]["message"]["text"] == "for the newer"


async def test_a_poller_that_hung_up_takes_nothing_along(lab: Lab, bot: telegram.Bot) -> None:
    async with httpx.AsyncClient() as http:
        with pytest.raises(httpx.ReadTimeout):
            await http.get(
                f"{lab.address}/bot{lab.token}/getUpdates", params={"timeout": 30}, timeout=0.2
            )
    await lab.until(lambda state: not state["updates"]["polled_now"])
    lab.post("messages", from_=1001, text="still here")
    assert [u.message.text for u in await bot.get_updates()] == ["still here"]
    assert [c["status"] for c in lab.calls("getUpdates")] == [0, 200]


async def test_allowed_updates_are_remembered(lab: Lab, bot: telegram.Bot) -> None:
    await bot.get_updates(allowed_updates=["callback_query"])
    assert lab.post("messages", from_=1001, text="unheard")["delivered"] is False
    await bot.get_updates()
    assert lab.get("state")["updates"]["allowed"] == ["callback_query"]
    await bot.get_updates(allowed_updates=[])
    assert lab.post("messages", from_=1001, text="heard")["delivered"] is True


async def test_malformed_updates_arrive_verbatim(lab: Lab) -> None:
    odd = [
        {"message": {"message_id": 1, "chat": {"id": 5, "type": "private"}, "text": "no date"}},
        {"update_id": 900_000_001, "surprise": {"lone": "\ud83d", "n": None}},
        {"update_id": "seven"},
        "not even an object",
    ]
    body = json.dumps({"updates": odd})
    lab.http.post(lab.url("updates"), content=body).raise_for_status()
    got = lab.raw("getUpdates").json()["result"]
    assert {k: v for k, v in got[0].items() if k != "update_id"} == odd[0]
    assert got[1:] == odd[1:]
    ids = lab.get("state")["updates"]["pending_ids"]
    assert lab.raw("getUpdates", offset=ids[-1] + 1).json()["result"] == []


async def test_polling_conflicts_with_a_webhook(lab: Lab, bot: telegram.Bot) -> None:
    await bot.set_webhook("http://127.0.0.1:9/hook")
    with pytest.raises(Conflict, match="webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates() == ()
    assert (await bot.get_webhook_info()).url == ""


async def test_a_webhook_gets_updates_with_its_secret_until_it_accepts(
    lab: Lab, bot: telegram.Bot
) -> None:
    lab.post("settings", webhook_retry_s=0.01)
    requests: list[tuple[str | None, str]] = []

    async def hook(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        body = json.loads(await reader.readexactly(int(headers["content-length"])))
        requests.append((headers.get("x-telegram-bot-api-secret-token"), body["message"]["text"]))
        status = b"500 Oops" if len(requests) == 1 else b"200 OK"
        writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(hook, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        await bot.set_webhook(f"http://127.0.0.1:{port}/hook", secret_token="s3cret")
        lab.post("messages", from_=1001, text="one")
        lab.post("messages", from_=1001, text="two")
        await lab.until(lambda state: state["updates"]["pending"] == 0)
        await bot.delete_webhook()
    assert requests == [("s3cret", "one"), ("s3cret", "one"), ("s3cret", "two")]


# --- text


async def test_text_is_kept_as_sent_and_as_seen(lab: Lab, bot: telegram.Bot) -> None:
    chat_id = lab.start_private()
    sent = await bot.send_message(
        chat_id, "<b>Hi</b> &amp; see <a href='https://e.org/'>this</a>", parse_mode="HTML"
    )
    assert sent.text == "Hi & see this"
    assert [e.type for e in sent.entities] == ["bold", "text_link"]
    [kept] = lab.chat(chat_id)["messages"]
    assert kept["html"].startswith("<b>Hi</b>")
    assert (kept["text"], kept["outgoing"]) == ("Hi & see this", True)


@pytest.mark.parametrize(
    ("html", "why"),
    [
        ("<b>open", 'can\'t find end tag corresponding to start tag "b"'),
        ("a </b>", "unexpected end tag at byte offset 2"),
        ("<b><i>x</b></i>", "unmatched end tag"),
        ("é <h1>x</h1>", 'unsupported start tag "h1" at byte offset 3'),
        ("1 <2 and more", "unsupported start tag"),
        ("tail <", "unclosed start tag at byte offset 5"),
        ("<span>x</span>", 'must have class "tg-spoiler"'),
    ],
)
async def test_broken_html_is_refused(lab: Lab, bot: telegram.Bot, html: str, why: str) -> None:
    chat_id = lab.start_private()
    with pytest.raises(BadRequest) as refused:
        await bot.send_message(chat_id, html, parse_mode="HTML")
    assert "can't parse entities" in refused.value.message.lower()
    assert why.lower() in refused.value.message.lower()
    assert lab.chat(chat_id)["messages"] == []


async def test_the_limit_of_4096_counts_what_is_left_after_parsing(
    lab: Lab, bot: telegram.Bot
) -> None:
    chat_id = lab.start_private()
    bold = "<b>" + "&lt;" * 4096 + "</b>"
    assert len((await bot.send_message(chat_id, bold, parse_mode="HTML")).text) == 4096
    with pytest.raises(BadRequest, match="Message is too long"):
        await bot.send_message(chat_id, "x" * 4097)
    with pytest.raises(BadRequest, match="Message is too long"):
        await bot.send_message(chat_id, "😀" * 2049)
    await bot.send_message(chat_id, "😀" * 2048)


@pytest.mark.parametrize(
    ("text", "why"), [("", "Message text is empty"), (" \n", "Text must be non-empty")]
)
async def test_empty_text_is_refused(lab: Lab, bot: telegram.Bot, text: str, why: str) -> None:
    with pytest.raises(BadRequest, match=why):
        await bot.send_message(lab.start_private(), text)


async def test_who_can_not_be_written_to(lab: Lab, bot: telegram.Bot) -> None:
    lab.post("users", id=1)
    lab.post("users", id=2, started=True, blocked=True)
    group = lab.post("chats", type="supergroup", bot_status="kicked")["chat_id"]
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(1, "x")
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(2, "x")
    with pytest.raises(Forbidden, match="bot was kicked from the supergroup chat"):
        await bot.send_message(group, "x")
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(3, "x")
    [told] = await bot.get_updates()
    assert told.my_chat_member.new_chat_member.status == "kicked"


async def test_a_group_that_became_a_supergroup_says_so(lab: Lab, bot: telegram.Bot) -> None:
    old = lab.post("chats", type="group")["chat_id"]
    new = lab.post("chats", type="supergroup", migrate_from=old)["chat_id"]
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(old, "x")
    assert moved.value.new_chat_id == new
    assert [u.message.migrate_to_chat_id for u in await bot.get_updates()] == [new, None]


async def test_replies_need_their_message_unless_told_otherwise(
    lab: Lab, bot: telegram.Bot
) -> None:
    asked = lab.post("messages", from_=1001, text="question")["message_id"]
    answer = await bot.send_message(1001, "answer", reply_parameters=ReplyParameters(asked))
    assert answer.reply_to_message.text == "question"
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(1001, "x", reply_parameters=ReplyParameters(9999))
    loose = await bot.send_message(
        1001, "x", reply_parameters=ReplyParameters(9999, allow_sending_without_reply=True)
    )
    assert loose.reply_to_message is None


async def test_edits_change_once_and_only_own_messages(lab: Lab, bot: telegram.Bot) -> None:
    theirs = lab.post("messages", from_=1001, text="mine")["message_id"]
    sent = await bot.send_message(1001, "first")
    edited = await bot.edit_message_text("second", 1001, sent.message_id)
    assert edited.text == "second"
    assert edited.edit_date is not None
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_text("<b></b>second", 1001, sent.message_id, parse_mode="HTML")
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("x", 1001, 9999)
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("x", 1001, theirs)
    with pytest.raises(BadRequest, match=r"(?i)message_too_long"):
        await bot.edit_message_text("x" * 4097, 1001, sent.message_id)
    kept = lab.chat(1001)["messages"][-1]
    assert (kept["text"], [e["text"] for e in kept["edits"]]) == ("second", ["second"])


async def test_deleted_messages_are_gone(lab: Lab, bot: telegram.Bot) -> None:
    sent = await bot.send_message(lab.start_private(), "x")
    assert await bot.delete_message(1001, sent.message_id)
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(1001, sent.message_id)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("y", 1001, sent.message_id)


# --- drafts, actions, reactions, buttons


async def test_a_real_message_dismisses_the_draft(lab: Lab, bot: telegram.Bot) -> None:
    chat_id = lab.start_private()
    assert await bot.send_message_draft(chat_id, 7, "thinking")
    assert await bot.send_message_draft(chat_id, 7, "thinking <i>aloud</i>", parse_mode="HTML")
    assert lab.chat(chat_id)["draft"]["text"] == "thinking aloud"
    assert lab.chat(chat_id)["messages"] == []
    await bot.send_message(chat_id, "done")
    assert lab.chat(chat_id)["draft"] is None


async def test_drafts_are_for_private_chats_and_have_an_id(lab: Lab, bot: telegram.Bot) -> None:
    group = lab.post("chats", type="supergroup")["chat_id"]
    with pytest.raises(BadRequest, match=r"(?i)textdraft_peer_invalid"):
        await bot.send_message_draft(group, 7, "x")
    with pytest.raises(BadRequest):
        await bot.send_message_draft(lab.start_private(), 0, "x")
    with pytest.raises(BadRequest, match="Message is too long"):
        await bot.send_message_draft(1001, 7, "x" * 4097)


async def test_chat_actions_show_until_a_message(lab: Lab, bot: telegram.Bot) -> None:
    chat_id = lab.start_private()
    await bot.send_chat_action(chat_id, "record_voice")
    assert lab.chat(chat_id)["action"]["name"] == "record_voice"
    await bot.send_message(chat_id, "x")
    assert lab.chat(chat_id)["action"] is None
    with pytest.raises(BadRequest, match="Wrong parameter action in request"):
        await bot.send_chat_action(chat_id, "dancing")


async def test_reactions_are_one_known_emoji_and_can_be_cleared(
    lab: Lab, bot: telegram.Bot
) -> None:
    asked = lab.post("messages", from_=1001, text="x")["message_id"]
    await bot.set_message_reaction(1001, asked, "👀")
    assert lab.chat(1001)["messages"][0]["reactions"][0]["emoji"] == ["👀"]
    with pytest.raises(BadRequest, match=r"(?i)reactions_too_many"):
        await bot.set_message_reaction(1001, asked, ["👀", "👍"])
    with pytest.raises(BadRequest, match=r"(?i)reaction_invalid"):
        await bot.set_message_reaction(1001, asked, "🪑")
    with pytest.raises(BadRequest, match="Message to react not found"):
        await bot.set_message_reaction(1001, 9999, "👀")
    await bot.set_message_reaction(1001, asked)
    assert lab.chat(1001)["messages"][0]["reactions"] == []


async def test_a_pressed_button_reaches_the_bot_and_is_answered_once_known(
    lab: Lab, bot: telegram.Bot
) -> None:
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Again", callback_data="again:1")]])
    sent = await bot.send_message(lab.start_private(), "x", reply_markup=keyboard)
    lab.post("callbacks", chat_id=1001, message_id=sent.message_id, from_=1001, text="Again")
    [update] = await bot.get_updates()
    assert update.callback_query.data == "again:1"
    await bot.answer_callback_query(update.callback_query.id, "on it")
    assert lab.get("state")["callbacks"][0]["answer"]["text"] == "on it"
    with pytest.raises(BadRequest, match=r"(?i)query id is invalid"):
        await bot.answer_callback_query("123")
    await bot.edit_message_reply_markup(1001, sent.message_id)
    assert lab.chat(1001)["messages"][0]["buttons"] == []


async def test_callback_data_has_64_bytes_at_most(lab: Lab, bot: telegram.Bot) -> None:
    chat_id = lab.start_private()
    fits = InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="é" * 32)]])
    too_long = InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="é" * 33)]])
    await bot.send_message(chat_id, "x", reply_markup=fits)
    with pytest.raises(BadRequest, match=r"(?i)button_data_invalid"):
        await bot.send_message(chat_id, "x", reply_markup=too_long)


# --- groups and topics


async def test_an_answer_stays_in_its_topic(lab: Lab, bot: telegram.Bot) -> None:
    forum = lab.post("chats", type="forum")["chat_id"]
    topic = lab.post(f"chats/{forum}/topics", name="Voices")["thread_id"]
    lab.post("settings", me={"can_read_all_group_messages": True})
    asked = lab.post("messages", from_=1001, chat_id=forum, thread_id=topic, text="x")
    assert asked["message"]["is_topic_message"] is True
    assert asked["message"]["reply_to_message"]["forum_topic_created"]["name"] == "Voices"
    sent = await bot.send_message(forum, "y", message_thread_id=topic)
    by_reply = await bot.send_message(
        forum, "z", reply_parameters=ReplyParameters(asked["message_id"])
    )
    assert sent.message_thread_id == by_reply.message_thread_id == topic
    assert sent.is_topic_message
    assert by_reply.is_topic_message


async def test_the_general_topic_is_left_out_when_sending_but_not_for_actions(
    lab: Lab, bot: telegram.Bot
) -> None:
    forum = lab.post("chats", type="forum")["chat_id"]
    for thread_id in (1, 4711):
        with pytest.raises(BadRequest, match="Message thread not found"):
            await bot.send_message(forum, "x", message_thread_id=thread_id)
    await bot.send_chat_action(forum, "typing", message_thread_id=1)
    general = lab.post("messages", from_=1001, chat_id=forum, text="in general")["message"]
    assert "message_thread_id" not in general
    assert (await bot.send_message(forum, "x")).message_thread_id is None


async def test_a_reply_outside_forums_carries_a_thread_that_is_no_topic(lab: Lab) -> None:
    group = lab.post("chats", type="supergroup")["chat_id"]
    first = lab.post("messages", from_=1, chat_id=group, text="x")["message_id"]
    reply = lab.post("messages", from_=2, chat_id=group, text="y", reply_to=first)["message"]
    assert reply["message_thread_id"] == first
    assert "is_topic_message" not in reply


async def test_privacy_mode_hides_what_is_not_meant_for_the_bot(
    lab: Lab, bot: telegram.Bot
) -> None:
    group = lab.post("chats", type="supergroup")["chat_id"]
    name = bot.username
    own = await bot.send_message(group, "I am here")

    def delivered(text: str, **more: int) -> bool:
        return bool(lab.post("messages", from_=5, chat_id=group, text=text, **more)["delivered"])

    assert not delivered("just talk")
    assert not delivered("/start@another_bot")
    assert delivered(f"hey @{name} you")
    assert delivered(f"/start@{name}")
    assert delivered("that is right", reply_to=own.message_id)
    lab.post(f"chats/{group}/bot", bot_status="administrator")
    assert delivered("just talk")


# --- media


async def test_ogg_opus_becomes_a_voice_bubble(lab: Lab, bot: telegram.Bot, ogg: bytes) -> None:
    chat_id = lab.start_private()
    sent = await bot.send_voice(chat_id, ogg, filename="voice.ogg", duration=2, caption="<b>x</b>")
    assert (sent.voice.mime_type, sent.voice.duration) == ("audio/ogg", timedelta(seconds=2))
    assert sent.voice.file_size == len(ogg)
    [kept] = lab.chat(chat_id)["messages"]
    assert kept["kind"] == "voice"
    assert kept["file"]["sniffed"] == "ogg_opus"
    assert kept["file"]["measured_s"] == pytest.approx(2, abs=0.05)
    assert kept["file"]["waveform"] is True
    assert kept["text"] == "<b>x</b>"
    got = lab.http.get(lab.url(f"files/{sent.voice.file_id}"), headers={"Range": "bytes=0-3"})
    assert (got.status_code, got.content) == (206, b"OggS")
    [call] = lab.calls("sendVoice")
    assert call["params"]["voice"]["size"] == len(ogg)
    again = await bot.send_voice(chat_id, sent.voice.file_id)
    assert again.voice.file_unique_id == sent.voice.file_unique_id


async def test_what_is_no_voice_becomes_a_document(lab: Lab, bot: telegram.Bot) -> None:
    chat_id = lab.start_private()
    wav = sound("pcm_s16le", "wav", seconds=0.2)
    sent = await bot.send_voice(chat_id, wav, filename="voice.ogg")
    assert sent.voice is None
    assert sent.document.file_name == "voice.ogg"
    assert (await bot.send_voice(chat_id, sound("libmp3lame", "mp3"))).voice is not None
    assert (await bot.send_voice(chat_id, sound("aac", "ipod"))).voice is not None


async def test_a_user_can_forbid_voice_messages(lab: Lab, bot: telegram.Bot, ogg: bytes) -> None:
    chat_id = lab.start_private(forbids_voice=True)
    with pytest.raises(BadRequest, match=r"(?i)voice_messages_forbidden"):
        await bot.send_voice(chat_id, ogg)
    assert (await bot.get_chat(chat_id)).has_restricted_voice_and_video_messages
    mp3 = sound("libmp3lame", "mp3")
    assert (await bot.send_audio(chat_id, mp3, title="T")).audio.title == "T"


async def test_captions_have_1024_units_and_files_are_not_empty(
    lab: Lab, bot: telegram.Bot, ogg: bytes
) -> None:
    chat_id = lab.start_private()
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await bot.send_voice(chat_id, ogg, caption="x" * 1025)
    with pytest.raises(BadRequest, match="File must be non-empty"):
        await bot.send_voice(chat_id, io.BytesIO(b""))
    with pytest.raises(BadRequest, match="Wrong file identifier"):
        await bot.send_voice(chat_id, "AwACno_such_file")
    assert lab.chat(chat_id)["messages"] == []


async def test_an_upload_above_50_mb_is_refused(lab: Lab) -> None:
    chat_id = lab.start_private()
    answer = lab.http.post(
        f"{lab.address}/bot{lab.token}/sendDocument",
        data={"chat_id": chat_id},
        files={"document": ("big", bytes((50 << 20) + 1))},
    )
    assert (answer.status_code, answer.json()["error_code"]) == (413, 413)


async def test_pictures_documents_and_albums(lab: Lab, bot: telegram.Bot) -> None:
    chat_id = lab.start_private()
    photo = (await bot.send_photo(chat_id, PNG, caption="c")).photo[-1]
    assert (photo.width, photo.height) == (320, 200)
    with pytest.raises(BadRequest, match=r"(?i)image_process_failed"):
        await bot.send_photo(chat_id, b"no picture")
    document = (await bot.send_document(chat_id, b"text", filename="a.txt")).document
    assert (document.file_name, document.mime_type) == ("a.txt", "text/plain")
    album = await bot.send_media_group(chat_id, [InputMediaPhoto(PNG), InputMediaPhoto(PNG)])
    assert len({message.media_group_id for message in album}) == 1
    assert len(lab.chat(chat_id)["messages"]) == 4


async def test_a_recorded_note_can_be_fetched(lab: Lab, bot: telegram.Bot, ogg: bytes) -> None:
    posted = lab.upload("voice", ogg, from_=1001, duration=2)
    [update] = await bot.get_updates()
    note = update.message.voice
    assert (note.mime_type, note.duration) == ("audio/ogg", timedelta(seconds=2))
    assert note.file_size == len(ogg)
    file = await note.get_file()
    assert file.file_path.endswith(".oga")
    assert bytes(await file.download_as_bytearray()) == ogg
    whose = {"type": "user", "date": 1, "sender_user": {"id": 1001, "first_name": "Ada"}}
    passed_on = lab.upload("voice", ogg, from_=1002, forward_origin=json.dumps(whose))["file"]
    assert passed_on["file_unique_id"] == posted["file"]["file_unique_id"]
    assert passed_on["file_id"] != posted["file"]["file_id"]
    own = lab.upload("voice", ogg, from_=1002)["file"]
    assert own["file_unique_id"] != posted["file"]["file_unique_id"]


@pytest.mark.parametrize("kind", ["audio", "video_note", "video", "document", "photo"])
async def test_every_kind_of_upload_is_understood(
    lab: Lab, bot: telegram.Bot, ogg: bytes, kind: str
) -> None:
    lab.upload(kind, ogg, from_=1001, file_name="talk.opus", mime="audio/opus", caption="/hi")
    [update] = await bot.get_updates()
    media = update.message.effective_attachment
    media = media[-1] if kind == "photo" else media
    assert bytes(await (await media.get_file()).download_as_bytearray()) == ogg
    assert [e.type for e in update.message.caption_entities] == ["bot_command"]


async def test_a_file_above_20_mb_can_not_be_fetched(lab: Lab, bot: telegram.Bot) -> None:
    lab.upload("voice", b"OggS", from_=1001, file_size=(20 << 20) + 1)
    [update] = await bot.get_updates()
    assert update.message.voice.file_size == (20 << 20) + 1
    with pytest.raises(BadRequest, match="File is too big"):
        await update.message.voice.get_file()


# --- trouble


async def test_flood_control_by_script_names_the_seconds(lab: Lab, bot: telegram.Bot) -> None:
    chat_id = lab.start_private()
    lab.post("faults", method="sendMessage", kind="retry_after", retry_after=37, chat_id=chat_id)
    with pytest.raises(RetryAfter) as flood:
        await bot.send_message(chat_id, "x")
    assert flood.value.retry_after == timedelta(seconds=37)
    await bot.send_message(chat_id, "y")
    assert [m["text"] for m in lab.chat(chat_id)["messages"]] == ["y"]


async def test_flood_control_by_pace_when_switched_on(lab: Lab, bot: telegram.Bot) -> None:
    group = lab.post("chats", type="supergroup")["chat_id"]
    for _ in range(25):
        await bot.send_message(group, "x")
    lab.post("settings", pacing=True)
    for _ in range(20):
        await bot.send_message(group, "x")
    with pytest.raises(RetryAfter):
        await bot.send_message(group, "x")


async def test_drop_after_delivers_although_the_call_fails(lab: Lab, bot: telegram.Bot) -> None:
    chat_id = lab.start_private()
    lab.post("faults", method="sendMessage", kind="drop_after")
    with pytest.raises(NetworkError):
        await bot.send_message(chat_id, "delivered?")
    assert [m["text"] for m in lab.chat(chat_id)["messages"]] == ["delivered?"]
    [call] = lab.calls("sendMessage")
    assert (call["status"], call["answered"], call["fault"]) == (200, False, "drop_after")


@pytest.mark.parametrize("kind", ["disconnect", "html", "status"])
async def test_a_fault_before_the_call_delivers_nothing(
    lab: Lab, bot: telegram.Bot, kind: str
) -> None:
    chat_id = lab.start_private()
    lab.post("faults", method="*", kind=kind, after=1)
    await bot.send_message(chat_id, "passes")
    with pytest.raises(NetworkError):
        await bot.send_message(chat_id, "fails")
    await bot.send_message(chat_id, "passes again")
    assert [m["text"] for m in lab.chat(chat_id)["messages"]] == ["passes", "passes again"]


async def test_a_hanging_call_times_out_undelivered(lab: Lab, bot: telegram.Bot) -> None:
    chat_id = lab.start_private()
    lab.post("faults", method="sendMessage", kind="hang")
    with pytest.raises(TimedOut):
        await bot.send_message(chat_id, "x", read_timeout=0.2)
    assert lab.chat(chat_id)["messages"] == []
    assert lab.get("faults")["faults"] == []


async def test_a_failing_download_is_scripted_as_file(
    lab: Lab, bot: telegram.Bot, ogg: bytes
) -> None:
    lab.upload("voice", ogg, from_=1001)
    [update] = await bot.get_updates()
    lab.post("faults", method="file", kind="status", status=503)
    file = await update.message.voice.get_file()
    with pytest.raises(NetworkError):
        await file.download_as_bytearray()
    assert bytes(await file.download_as_bytearray()) == ogg
    assert [c["status"] for c in lab.calls("file")] == [503, 200]


# --- control


async def test_typos_in_control_requests_are_told(lab: Lab) -> None:
    answer = lab.http.post(lab.url("messages"), json={"from": 1, "text": "x", "chatid": 2})
    assert answer.status_code == 400
    assert "chatid" in answer.json()["error"]


async def test_the_call_log_is_in_order_with_decoded_parameters(
    lab: Lab, bot: telegram.Bot
) -> None:
    await bot.send_message(lab.start_private(), "7")
    calls = lab.get("calls")["calls"]
    assert [c["method"] for c in calls] == ["getMe", "sendMessage"]
    assert calls[1]["params"] == {"chat_id": 1001, "text": "7"}
    assert calls[1]["result"]["message_id"] > 0
    assert calls[0]["at_s"] <= calls[1]["at_s"] <= calls[1]["done_s"]


async def test_events_wait_for_what_comes_and_stream(lab: Lab, bot: telegram.Bot) -> None:
    chat_id = lab.start_private()
    last = lab.get("events", timeout=0)["last"]
    async with httpx.AsyncClient(timeout=20) as http:
        waiting = asyncio.create_task(http.get(lab.url("events"), params={"after": last}))
        await bot.send_message(chat_id, "x")
        events = (await waiting).json()["events"]
        assert events[0]["kind"] == "message"
        headers = {"Accept": "text/event-stream"}
        async with http.stream(
            "GET", lab.url("events"), params={"after": last}, headers=headers
        ) as stream:
            async for line in stream.aiter_lines():
                if line.startswith("data: "):
                    assert json.loads(line.removeprefix("data: ")) == events[0]
                    break


async def test_an_edited_message_and_a_reaction_reach_the_bot(lab: Lab, bot: telegram.Bot) -> None:
    await bot.get_updates(allowed_updates=["message", "edited_message", "message_reaction"])
    message_id = lab.post("messages", from_=1001, text="first")["message_id"]
    lab.post("edits", chat_id=1001, message_id=message_id, text="second")
    lab.post("reactions", chat_id=1001, message_id=message_id, from_=1001, emoji=["👍"])
    _, edited, reacted = await bot.get_updates()
    assert edited.edited_message.text == "second"
    assert reacted.message_reaction.new_reaction[0].emoji == "👍"


async def _polling(lab: Lab) -> None:
    await lab.until(lambda state: state["updates"]["polled_now"])


async def _raw_poll(lab: Lab) -> dict[str, object]:
    async with httpx.AsyncClient(timeout=40) as http:
        answer = await http.post(f"{lab.address}/bot{lab.token}/getUpdates", data={"timeout": "30"})
        body: dict[str, object] = answer.json()
        return body
