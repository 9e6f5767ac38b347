from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from telegram_wire import ADA, Bot, World, running_server, until, world

from bot.channels.telegram.settings import TelegramSettings
from bot.errors import AudioTooLarge, DownloadFailed, StartError
from bot.values.conversation import Attachment, AttachmentKind


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server() as address:
        yield address


@pytest.fixture
async def telegram(server: str) -> AsyncIterator[World]:
    async with world(server) as opened:
        yield opened


async def test_the_channel_knows_itself_and_offers_its_commands(telegram: World) -> None:
    async with Bot(telegram) as bot:
        me = (await telegram.state())["me"]
        assert (bot.channel.bot_id, bot.channel.username) == (me["id"], me["username"])
        (call,) = await telegram.until_called("setMyCommands")
        assert call["params"]["commands"] == [{"command": "help", "description": "what I can do"}]


async def test_commands_that_telegram_refuses_do_not_matter(telegram: World) -> None:
    await telegram.fault("setMyCommands", "status", status=400, description="Bad Request: no")
    async with Bot(telegram) as bot:
        await telegram.until_called("setMyCommands")
        await telegram.say("hi")
        await until(lambda: _truth(bot.inbox.keys))


async def _truth(value: object) -> object:
    return value


@pytest.mark.parametrize("token", ["", "nonsense", "1:short", f"7:{'y' * 30}/../x", "1: 2"])
async def test_a_wrong_token_is_refused_without_repeating_it(telegram: World, token: str) -> None:
    telegram.token = token
    bot = Bot(telegram)
    with pytest.raises(StartError) as refused:
        await bot.channel.start(bot.inbox)
    assert str(refused.value).startswith("Telegram refused the bot token")
    assert not token or token not in str(refused.value)


async def test_start_is_patient_with_a_server_that_stumbles(telegram: World) -> None:
    await telegram.fault("getMe", "status", status=502, times=2)
    async with Bot(telegram) as bot:
        assert bot.channel.username


async def test_start_says_when_telegram_cannot_be_reached(telegram: World) -> None:
    telegram.address = "http://127.0.0.1:9"
    bot = Bot(telegram)
    with pytest.raises(StartError, match=r"can't be reached at 127\.0\.0\.1:9"):
        await bot.channel.start(bot.inbox)


async def test_a_posted_voice_note_is_read_and_fetched(telegram: World) -> None:
    sound = bytes(range(256)) * 40
    async with Bot(telegram) as bot:
        await telegram.upload("/voice", sound, **{"from": ADA, "mime": "audio/ogg", "duration": 3})
        await until(lambda: _truth(bot.inbox.keys))
        incoming = bot.channel.read(bot.inbox.batches[0][0].payload)
        assert incoming is not None
        assert incoming.note is not None
        assert incoming.note.kind is AttachmentKind.VOICE
        assert await bot.channel.fetch(incoming.note, limit_bytes=20_000_000) == sound
        with pytest.raises(AudioTooLarge):
            await bot.channel.fetch(incoming.note, limit_bytes=1000)


async def posted_note(telegram: World, **claims: object) -> Attachment:
    posted = await telegram.upload("/voice", b"OggS" + b"x" * 5000, **{"from": ADA, **claims})
    voice = posted["message"]["voice"]
    return Attachment(AttachmentKind.VOICE, ref=voice["file_id"])


async def test_a_note_above_twenty_megabytes_is_refused_before_any_request(telegram: World) -> None:
    huge = Attachment(AttachmentKind.VOICE, ref="x", size_bytes=20_000_001)
    async with Bot(telegram) as bot:
        with pytest.raises(AudioTooLarge, match="claimed"):
            await bot.channel.fetch(huge, limit_bytes=100_000_000)
        assert await telegram.calls("getFile") == []


async def test_a_note_that_telegram_calls_too_big_is_too_large(telegram: World) -> None:
    async with Bot(telegram) as bot:
        note = await posted_note(telegram, file_size=21 << 20)
        with pytest.raises(AudioTooLarge):
            await bot.channel.fetch(note, limit_bytes=20_000_000)


async def test_a_note_larger_than_it_claimed_is_cut_off_while_it_comes(telegram: World) -> None:
    async with Bot(telegram) as bot:
        note = await posted_note(telegram)
        with pytest.raises(AudioTooLarge):
            await bot.channel.fetch(note, limit_bytes=1000)


@pytest.mark.parametrize(
    "fault",
    [
        {"method": "getFile", "kind": "status", "status": 500, "times": 2},
        {"method": "getFile", "kind": "retry_after", "retry_after": 5},
        {"method": "getFile", "kind": "disconnect", "times": 2},
        {"method": "file", "kind": "status", "status": 404, "times": 2},
        {"method": "file", "kind": "disconnect", "times": 2},
    ],
)
async def test_a_download_is_tried_three_times(telegram: World, fault: dict[str, object]) -> None:
    async with Bot(telegram) as bot:
        note = await posted_note(telegram)
        await telegram.post("/faults", **fault)
        assert len(await bot.channel.fetch(note, limit_bytes=20_000_000)) == 5004


async def test_a_download_that_keeps_failing_says_so_without_the_token(telegram: World) -> None:
    async with Bot(telegram) as bot:
        note = await posted_note(telegram)
        await telegram.fault("file", "status", status=500, times=-1)
        with pytest.raises(DownloadFailed) as failed:
            await bot.channel.fetch(note, limit_bytes=20_000_000)
        assert telegram.token not in f"{failed.value}{failed.value.sentence}"
        assert len(await telegram.calls("file")) == 3


async def test_an_unknown_file_is_not_asked_for_again(telegram: World) -> None:
    async with Bot(telegram) as bot:
        with pytest.raises(DownloadFailed):
            await bot.channel.fetch(
                Attachment(AttachmentKind.VOICE, ref="nobody-knows"), limit_bytes=1000
            )
        assert len(await telegram.calls("getFile")) == 1


async def test_stop_ends_a_waiting_poll_and_close_is_idempotent(telegram: World) -> None:
    bot = Bot(telegram, poll_timeout_s=50)
    await bot.channel.start(bot.inbox)
    await bot.channel.stop()
    await bot.channel.close()
    await bot.channel.close()


def test_the_settings_never_show_the_token() -> None:
    assert "secret" not in repr(TelegramSettings(token="1:secret"))
