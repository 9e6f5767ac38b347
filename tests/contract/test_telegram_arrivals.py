from __future__ import annotations

import gzip
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from telegram_files import film, picture, sha256
from telegram_wire import ADA, Bot, World, running_server, until, world

from bot.errors import AudioTooLarge
from bot.turns.channel import MediaPart
from bot.values.conversation import Attachment, AttachmentKind, Conversation, Incoming
from bot.values.media import MediaFile

SENDER = {"from": ADA}
PRIVATE = Conversation("telegram", str(ADA))


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server() as address:
        yield address


@pytest.fixture
async def telegram(server: str) -> AsyncIterator[World]:
    async with world(server) as opened:
        yield opened


async def arrived(bot: Bot, count: int = 1) -> list[Incoming]:
    """What the bot reads once `count` updates came."""

    async def enough() -> bool:
        return len(bot.inbox.keys) >= count

    await until(enough)
    items = [item for batch in bot.inbox.batches for item in batch]
    read = [bot.channel.read(item.payload) for item in items]
    return [incoming for incoming in read if incoming is not None]


async def send(telegram: World, kind: str, file: MediaFile, **more: Any) -> dict[str, Any]:
    named = {"mime": file.mime, "file_name": file.name}
    return await telegram.upload(f"/{kind}", file.data, **{**SENDER, **named, **more})


async def test_an_album_arrives_as_messages_that_belong_together(telegram: World) -> None:
    async with Bot(telegram) as bot:
        for shade in (1, 2, 3):
            words = {"caption": "our trip"} if shade == 1 else {}
            await send(telegram, "photo", picture(shade=shade), media_group_id="77", **words)
        album = await arrived(bot, 3)
        assert {incoming.album for incoming in album} == {"77"}
        assert [incoming.text for incoming in album] == ["our trip", "", ""]
        for incoming, shade in zip(album, (1, 2, 3), strict=True):
            (photo,) = incoming.attachments
            assert (photo.kind, photo.mime) == (AttachmentKind.PHOTO, "image/jpeg")
            fetched = await bot.channel.fetch(photo, limit_bytes=1_000_000)
            assert fetched == picture(shade=shade).data


async def test_an_answer_to_a_photo_brings_the_photo_along(telegram: World) -> None:
    async with Bot(telegram) as bot:
        photo = await send(telegram, "photo", picture(), caption="my garden at dusk")
        await telegram.say("make it brighter", reply_to=photo["message_id"], quote="garden")
        quote = (await arrived(bot, 2))[-1].quote
        assert quote is not None
        assert quote.text == "garden"
        (quoted,) = quote.attachments
        assert await bot.channel.fetch(quoted, limit_bytes=1_000_000) == picture().data


async def test_an_answer_to_a_picture_of_the_bot_brings_it_along(telegram: World) -> None:
    await telegram.post("/users", id=ADA, started=True)
    async with Bot(telegram) as bot:
        reply = bot.channel.reply(PRIVATE, turn_id="t", answers="1")
        await reply.deliver(MediaPart("media", (picture(),)))
        (sent,) = await telegram.messages()
        await telegram.say("brighter", reply_to=sent["message_id"])
        (incoming,) = await arrived(bot)
        assert incoming.quote is not None
        assert incoming.quote.from_bot
        (quoted,) = incoming.quote.attachments
        assert await bot.channel.fetch(quoted, limit_bytes=1_000_000) == picture().data


@pytest.mark.parametrize(
    ("data", "mime"),
    [
        (picture("webp").data, "image/webp"),
        (gzip.compress(b"{}"), "application/x-tgsticker"),
        (film("webm").data, "video/webm"),
    ],
    ids=["static", "animated", "video"],
)
async def test_a_sticker_arrives_with_its_emoji(telegram: World, data: bytes, mime: str) -> None:
    async with Bot(telegram) as bot:
        await telegram.upload("/sticker", data, emoji="🐶", **SENDER)
        (incoming,) = await arrived(bot)
        (sticker,) = incoming.attachments
        assert (sticker.kind, sticker.words) == (AttachmentKind.STICKER, "🐶")
        assert sticker.mime == mime
        assert await bot.channel.fetch(sticker, limit_bytes=1_000_000) == data


async def test_documents_films_and_animations_arrive_as_what_they_are(telegram: World) -> None:
    async with Bot(telegram) as bot:
        await send(telegram, "document", picture())
        await send(telegram, "video", film(), duration=2, width=64, height=48)
        await send(telegram, "animation", film(), duration=2)
        document, video, animation = [one.attachments[0] for one in await arrived(bot, 3)]
        assert (document.kind, document.mime) == (AttachmentKind.DOCUMENT, "image/png")
        assert document.file_name == "sky-90.png"
        assert (video.kind, video.mime, video.duration_s) == (AttachmentKind.VIDEO, "video/mp4", 2)
        assert (animation.kind, animation.words) == (AttachmentKind.OTHER, "animation")


@pytest.mark.parametrize(
    ("path", "fields", "kind", "words"),
    [
        (
            "/location",
            {"latitude": 48.137, "longitude": 11.575},
            AttachmentKind.LOCATION,
            "48.137, 11.575",
        ),
        (
            "/location",
            {"latitude": 48.137, "longitude": 11.575, "title": "Marienplatz", "address": "Munich"},
            AttachmentKind.LOCATION,
            "48.137, 11.575 (Marienplatz, Munich)",
        ),
        (
            "/location",
            {"latitude": 1, "longitude": 2, "live_period": 900},
            AttachmentKind.LOCATION,
            "1, 2 (live location)",
        ),
        (
            "/contact",
            {"phone_number": "+491", "first_name": "Bo"},
            AttachmentKind.OTHER,
            "contact, Bo, +491",
        ),
        (
            "/poll",
            {"question": "Tea?", "options": ["yes", "no"]},
            AttachmentKind.OTHER,
            "poll: Tea? (yes / no)",
        ),
        ("/dice", {"value": 6}, AttachmentKind.OTHER, "dice 🎲: 6"),
    ],
)
async def test_what_has_no_file_arrives_in_words(
    telegram: World, path: str, fields: dict[str, Any], kind: AttachmentKind, words: str
) -> None:
    async with Bot(telegram) as bot:
        await telegram.post(path, **SENDER, **fields)
        (incoming,) = await arrived(bot)
        (thing,) = incoming.attachments
        assert (thing.kind, thing.words) == (kind, words)


async def test_a_forwarded_message_says_whose_words_it_brings(telegram: World) -> None:
    origin = {"type": "channel", "chat": {"id": -1, "title": "News"}, "message_id": 1, "date": 1}
    async with Bot(telegram) as bot:
        await telegram.say("rain tomorrow", forward_origin=origin)
        (incoming,) = await arrived(bot)
        assert incoming.forwarded_from == "News"


@pytest.mark.parametrize(
    ("kind", "limit_bytes", "words"),
    [
        (AttachmentKind.VOICE, 20_000_000, "That recording is over 20 MB"),
        (AttachmentKind.PHOTO, 20_000_000, "That file is over 20 MB, more than Telegram lets me"),
        (AttachmentKind.DOCUMENT, 5_000_000, "That file is over 5 MB, more than I may fetch"),
        (AttachmentKind.VOICE, 5_000_000, "That file is over 5 MB, more than I may fetch"),
    ],
)
async def test_the_sentence_about_a_large_file_fits_its_kind(
    telegram: World, kind: AttachmentKind, limit_bytes: int, words: str
) -> None:
    async with Bot(telegram) as bot:
        large = Attachment(kind, ref="x", size_bytes=30_000_000)
        with pytest.raises(AudioTooLarge) as refused:
            await bot.channel.fetch(large, limit_bytes=limit_bytes)
        assert refused.value.sentence.startswith(words)


async def test_the_stand_in_tells_what_it_knows_of_a_message(telegram: World) -> None:
    photo = await send(telegram, "photo", picture(), caption="sky", media_group_id="5")
    told = (await telegram.chat())["messages"][-1]
    assert (told["kind"], told["caption"], told["media_group_id"]) == ("photo", "sky", "5")
    facts = told["file"]
    assert (facts["sha256"], facts["width"], facts["height"]) == (sha256(picture()), 64, 48)
    assert (facts["mime"], facts["size"]) == ("image/png", len(picture().data))
    assert told["message_id"] == photo["message_id"]
