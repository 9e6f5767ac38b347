from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from telegram_files import film, picture, sha256, track
from telegram_wire import ADA, CHAT, Bot, World, running_server, until, world

from bot.channels.telegram.reply import TelegramReply
from bot.errors import DeliverError, TooLargeToSend
from bot.turns.channel import Activity, Button, MediaPart, TextPart
from bot.values.conversation import Conversation
from bot.values.media import MediaFile

GROUP_ID = -100500


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


def part(*files: MediaFile, **more: Any) -> MediaPart:
    return MediaPart("media", files, **more)


async def shown(telegram: World, chat_id: int = ADA) -> list[tuple[str, str]]:
    """Form and content of every message of the bot with a file."""
    messages = await telegram.messages(chat_id)
    return [(m["kind"], m["file"]["sha256"]) for m in messages if m["file"]]


async def sends(telegram: World) -> list[str]:
    """The names of all sending calls, in order."""
    names = [call["method"] for call in await telegram.calls()]
    return [name for name in names if name.startswith("send") and name != "sendChatAction"]


@pytest.mark.parametrize(
    ("file", "form"),
    [
        (picture("png"), "photo"),
        (picture("jpeg"), "photo"),
        (picture("webp"), "photo"),
        (picture("gif"), "animation"),
        (picture("bmp"), "document"),
        (picture("png", width=210, height=10), "document"),
        (picture("png", width=9990, height=11), "document"),
        (film("mp4"), "video"),
        (film("webm"), "document"),
        (track("mp3"), "audio"),
        (track("ipod"), "audio"),
        (track("wav"), "document"),
        (MediaFile(b"words", "text/plain; charset=utf-8", "notes.txt"), "document"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value.name}-{value.width}",
)
async def test_a_file_goes_out_in_its_nicest_form_with_its_name_and_bytes(
    telegram: World, file: MediaFile, form: str
) -> None:
    async with Bot(telegram) as bot:
        await opened(bot).deliver(part(file))
        assert await shown(telegram) == [(form, sha256(file))]
        (message,) = await telegram.messages()
        assert message["file"]["name"] == file.name
        assert len(await sends(telegram)) == 1


async def test_a_film_says_how_large_and_long_it_is_and_may_be_watched_while_it_loads(
    telegram: World,
) -> None:
    async with Bot(telegram) as bot:
        await opened(bot).deliver(part(film()))
        (call,) = await telegram.calls("sendVideo")
        assert call["params"]["supports_streaming"] is True
        (message,) = await telegram.messages()
        told = message["file"]
        assert (told["width"], told["height"], told["duration"]) == (64, 48, 2)
        assert (told["mime"], told["name"]) == ("video/mp4", "waves.mp4")


async def test_a_track_has_a_performer_a_title_and_a_length(telegram: World) -> None:
    async with Bot(telegram) as bot:
        await opened(bot).deliver(part(track()))
        (message,) = await telegram.messages()
        told = message["file"]
        assert (told["performer"], told["title"], told["duration"]) == ("Parley", "Sunday", 61)


async def test_several_pictures_are_one_album_under_one_receipt(telegram: World) -> None:
    pictures = [picture(shade=shade) for shade in (10, 20, 30)]
    async with Bot(telegram) as bot:
        reply = opened(bot)
        for _ in range(2):
            await reply.deliver(part(*pictures, markdown="Three **skies**", answers=True))
        assert await sends(telegram) == ["sendMediaGroup"]
        assert await shown(telegram) == [("photo", sha256(one)) for one in pictures]
        first, *others = messages = await telegram.messages()
        assert len({m["media_group_id"] for m in messages}) == 1
        assert first["media_group_id"]
        assert first["html"] == "Three <b>skies</b>"
        assert [m["caption"] for m in others] == ["", ""]
        assert bot.receipts.rows == {"t1/media": str(first["message_id"])}


async def test_many_pictures_are_albums_of_ten_each_sent_once(telegram: World) -> None:
    pictures = [picture(shade=shade) for shade in range(23)]
    many = part(*pictures, markdown="Skies", answers=True)
    refusal = {"status": 400, "description": "Bad Request: not enough rights", "times": 2}
    async with Bot(telegram) as bot:
        await opened(bot).deliver(part(*pictures[:10], markdown="Skies", answers=True))
        await telegram.fault("sendMediaGroup", "status", **refusal)
        with pytest.raises(DeliverError):
            await opened(bot).deliver(many)
        for _ in range(2):
            await opened(bot).deliver(many)
        assert await shown(telegram) == [("photo", sha256(one)) for one in pictures]
        messages = await telegram.messages()
        assert [m["caption"] for m in messages if m["caption"]] == ["Skies"]
        assert sorted(bot.receipts.rows) == [
            "t1/media",
            "t1/media/album1",
            "t1/media/album2",
        ]


async def test_a_part_without_files_is_its_words(telegram: World) -> None:
    async with Bot(telegram) as bot:
        await opened(bot).deliver(part(markdown="Only words"))
        (message,) = await telegram.messages()
        assert message["text"] == "Only words"


async def test_a_restarted_bot_does_not_send_an_album_again(telegram: World) -> None:
    album = part(picture(shade=1), picture(shade=2))
    async with Bot(telegram) as bot:
        await opened(bot).deliver(album)
    async with Bot(telegram, receipts=bot.receipts) as again:
        await opened(again).deliver(album)
    assert len(await telegram.messages()) == 2


async def test_pictures_of_which_one_is_no_photo_are_an_album_of_documents(
    telegram: World,
) -> None:
    files = [picture(), picture(width=210, height=10), picture("gif")]
    async with Bot(telegram) as bot:
        await opened(bot).deliver(part(*files))
        assert await sends(telegram) == ["sendMediaGroup"]
        assert await shown(telegram) == [("document", sha256(one)) for one in files]


async def test_tracks_make_an_album_of_their_own(telegram: World) -> None:
    async with Bot(telegram) as bot:
        await opened(bot).deliver(part(track("mp3"), track("ipod")))
        assert [kind for kind, _ in await shown(telegram)] == ["audio", "audio"]


@pytest.mark.parametrize(
    ("method", "file", "refusal"),
    [
        ("sendPhoto", picture(), "Bad Request: PHOTO_INVALID_DIMENSIONS"),
        ("sendPhoto", picture(), "Bad Request: IMAGE_PROCESS_FAILED"),
        ("sendPhoto", picture(), "Bad Request: not enough rights to send photos to the chat"),
        ("sendPhoto", picture(), "Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN"),
        ("sendVideo", film(), "Bad Request: wrong type of the file"),
        ("sendAudio", track(), "Bad Request: file is too big"),
        ("sendAnimation", picture("gif"), "Bad Request: MEDIA_INVALID"),
    ],
)
async def test_where_the_nicer_form_is_refused_a_document_goes(
    telegram: World, method: str, file: MediaFile, refusal: str
) -> None:
    await telegram.fault(method, "status", status=400, description=refusal, times=-1)
    async with Bot(telegram) as bot:
        await opened(bot).deliver(part(file, markdown="Here"))
        assert await sends(telegram) == [method, "sendDocument"]
        assert await shown(telegram) == [("document", sha256(file))]
        (message,) = await telegram.messages()
        assert message["caption"] == "Here"


async def test_pixels_that_nobody_named_are_telegrams_to_judge(telegram: World) -> None:
    odd = picture(width=210, height=10)
    async with Bot(telegram) as bot:
        await opened(bot).deliver(part(MediaFile(odd.data, "image/png", "odd.png")))
        assert await sends(telegram) == ["sendPhoto", "sendDocument"]
        assert await shown(telegram) == [("document", sha256(odd))]


async def test_an_album_that_is_refused_goes_as_documents(telegram: World) -> None:
    fault = {"status": 400, "description": "Bad Request: PHOTO_INVALID_DIMENSIONS"}
    await telegram.fault("sendMediaGroup", "status", **fault)
    async with Bot(telegram) as bot:
        await opened(bot).deliver(part(picture(shade=1), picture(shade=2)))
        assert [kind for kind, _ in await shown(telegram)] == ["document", "document"]


async def test_a_document_that_is_refused_is_not_tried_again_and_again(telegram: World) -> None:
    refusal = "Bad Request: not enough rights to send documents to the chat"
    for method in ("sendPhoto", "sendDocument"):
        await telegram.fault(method, "status", status=400, description=refusal, times=-1)
    async with Bot(telegram) as bot:
        with pytest.raises(DeliverError) as refused:
            await opened(bot).deliver(part(picture()))
        assert "doesn't let me send files of that kind" in refused.value.sentence
        assert await sends(telegram) == ["sendPhoto", "sendDocument"]


async def test_a_file_over_the_limit_is_refused_before_anything_is_sent(telegram: World) -> None:
    small, large = picture(), MediaFile(b"x" * 1_200_001, "video/mp4", "long.mp4")
    async with Bot(telegram, upload_limit_bytes=1_200_000) as bot:
        with pytest.raises(TooLargeToSend) as refused:
            await opened(bot).deliver(part(small, large))
        assert "1.3 MB" in refused.value.sentence
        assert "at most 1.2 MB" in refused.value.sentence
        assert await sends(telegram) == []
        assert bot.receipts.rows == {}


async def test_what_the_server_calls_too_large_is_not_tried_for_an_hour(telegram: World) -> None:
    too_large = {"status": 413, "description": "Request Entity Too Large", "times": -1}
    await telegram.fault("sendDocument", "status", **too_large)
    async with Bot(telegram) as bot:
        with pytest.raises(TooLargeToSend):
            await opened(bot).deliver(part(MediaFile(b"x", "application/zip", "a.zip")))
        assert len(await sends(telegram)) == 1


async def test_fifty_million_bytes_is_what_telegram_takes(telegram: World) -> None:
    assert telegram.settings().upload_limit_bytes == 50_000_000


async def test_a_caption_is_rendered_and_counted_without_its_marks(telegram: World) -> None:
    words = " ".join(["**loud**"] * 200)
    async with Bot(telegram) as bot:
        await opened(bot).deliver(part(picture(), markdown=words))
        (message,) = await telegram.messages()
        assert message["html"] == " ".join(["<b>loud</b>"] * 200)
        assert len(message["caption"]) == 999


async def test_words_too_long_for_a_caption_follow_as_text_each_once(telegram: World) -> None:
    words = " ".join(["😀"] * 2500)
    async with Bot(telegram) as bot:
        for _ in range(2):
            await opened(bot).deliver(part(picture(), markdown=words))
        photo, *texts = await telegram.messages()
        assert (photo["kind"], photo["caption"]) == ("photo", "")
        assert [m["kind"] for m in texts] == ["text", "text"]
        assert " ".join(m["text"] for m in texts) == words
        assert sorted(bot.receipts.rows) == ["t1/media", "t1/media/0", "t1/media/1"]


async def test_a_caption_that_telegram_cannot_parse_goes_bare(telegram: World) -> None:
    refusal = "Bad Request: can't parse entities: Unsupported start tag"
    await telegram.fault("sendPhoto", "status", status=400, description=refusal)
    async with Bot(telegram) as bot:
        await opened(bot).deliver(part(picture(), markdown="**Sky** & sea"))
        (message,) = await telegram.messages()
        assert (message["kind"], message["caption"]) == ("photo", "Sky & sea")
        assert message["parse_mode"] == ""


async def test_files_answer_the_message_that_asked_in_its_topic(telegram: World) -> None:
    forum = (await telegram.post("/chats", type="forum", title="Topics"))["chat_id"]
    thread = (await telegram.post(f"/chats/{forum}/topics", name="Skies"))["thread_id"]
    asked = await telegram.say("draw", chat_id=forum, thread_id=thread)
    place = Conversation("telegram", str(forum), str(thread))
    async with Bot(telegram) as bot:
        for turn, files in (("one", (picture(),)), ("two", (picture(), film()))):
            reply = bot.channel.reply(place, turn_id=turn, answers=str(asked["message_id"]))
            await reply.deliver(part(*files, answers=True))
        messages = await telegram.messages(forum)
        assert {m["reply_to"] for m in messages} == {asked["message_id"]}
        assert {m["thread_id"] for m in messages} == {thread}
        assert [m["kind"] for m in messages] == ["photo", "photo", "video"]


async def test_the_general_topic_is_left_out_when_files_are_sent(telegram: World) -> None:
    forum = (await telegram.post("/chats", type="forum", title="Topics"))["chat_id"]
    async with Bot(telegram) as bot:
        await telegram.say("/draw", chat_id=forum)
        incoming = await received(bot)
        await telegram.fault("sendPhoto", "slow", seconds=0.3)
        reply = opened(bot, incoming.conversation)
        await reply.deliver(part(picture()))
        await reply.close()
        (send,) = await telegram.calls("sendPhoto")
        assert "message_thread_id" not in send["params"]
        (action, *_) = await telegram.calls("sendChatAction")
        assert action["params"]["message_thread_id"] == 1


@pytest.mark.parametrize(
    ("method", "file", "action"),
    [
        ("sendPhoto", picture(), "upload_photo"),
        ("sendVideo", film(), "upload_video"),
        ("sendAudio", track(), "upload_document"),
        ("sendDocument", film("webm"), "upload_document"),
    ],
)
async def test_a_slow_upload_is_seen_and_what_was_shown_before_comes_back(
    telegram: World, method: str, file: MediaFile, action: str
) -> None:
    await telegram.fault(method, "slow", seconds=0.5)
    async with Bot(telegram) as bot:
        reply = opened(bot)
        await reply.show(Activity.TYPING)
        await telegram.until_called("sendChatAction")
        await reply.deliver(part(file))
        uploading = await telegram.until_called(
            "sendChatAction", where=lambda call: call["params"]["action"] == action
        )
        await telegram.until_called(
            "sendChatAction",
            where=lambda c: c["n"] > uploading[-1]["n"] and c["params"]["action"] == "typing",
        )
        await reply.close()


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 502, "times": 2},
        {"kind": "disconnect", "times": 2},
        {"kind": "retry_after", "retry_after": 30},
    ],
)
async def test_an_upload_is_tried_until_it_is_there(
    telegram: World, fault: dict[str, object]
) -> None:
    await telegram.post("/faults", method="sendVideo", **fault)
    async with Bot(telegram) as bot:
        await opened(bot).deliver(part(film()))
        assert await shown(telegram) == [("video", sha256(film()))]


async def test_a_large_file_arrives_whole(telegram: World) -> None:
    large = MediaFile(bytes(range(256)) * 40_000, "application/octet-stream", "large.bin")
    async with Bot(telegram) as bot:
        await opened(bot).deliver(part(large))
        assert await shown(telegram) == [("document", sha256(large))]


async def test_files_after_a_pressed_button_leave_its_message_alone(telegram: World) -> None:
    async with Bot(telegram) as bot:
        panel = TextPart("panel", "Choose", buttons=((Button("Draw", "/draw"),),))
        await opened(bot).deliver(panel)
        (message,) = await telegram.messages()
        where = {"chat_id": ADA, "message_id": message["message_id"]}
        await telegram.post("/callbacks", **where, data="/draw", **{"from": ADA})
        pressed = await received(bot)
        reply = bot.channel.reply(CHAT, turn_id="t2", answers=pressed.message_id)
        await reply.deliver(part(picture(), markdown="word " * 300, answers=True))
        texts = [m["text"] for m in await telegram.messages() if m["kind"] == "text"]
        assert texts == ["Choose", ("word " * 300).strip()]


async def received(bot: Bot) -> Any:
    """The newest message that the bot got, once there is one."""

    async def newest() -> object:
        return bot.channel.read(bot.inbox.batches[-1][-1].payload) if bot.inbox.batches else None

    return await until(newest)
