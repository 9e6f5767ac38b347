"""A Bot API server in local mode: files come from its folder on this disk and nowhere else."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from telegram_wire import ADA, CHAT, Bot, World, running_server, until, world

from bot.channels.telegram import disk
from bot.errors import AudioTooLarge, DownloadFailed, TooLargeToSend
from bot.turns.channel import MediaPart
from bot.values.conversation import Attachment, AttachmentKind
from bot.values.media import MediaFile

SOUND = b"OggS" + bytes(range(256)) * 20
SECRET = b"what is none of the server's business"
LOCAL_BYTES = 2_000_000_000
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server() as address:
        yield address


@pytest.fixture
async def telegram(server: str) -> AsyncIterator[World]:
    async with world(server) as opened:
        await opened.post("/users", id=ADA, first_name="Ada", started=True)
        await opened.post("/settings", local_files=True)
        yield opened


async def root(telegram: World) -> Path:
    return Path((await telegram.state())["settings"]["files_dir"])


async def local(telegram: World, *roots: Path, **more: Any) -> Bot:
    """A bot that trusts `roots`, the server's folder when none are given."""
    trusted = roots or (await root(telegram),)
    limits = {"download_limit_bytes": LOCAL_BYTES, "upload_limit_bytes": LOCAL_BYTES}
    return Bot(telegram, local_file_roots=trusted, **{**limits, **more})


async def posted(telegram: World, data: bytes = SOUND, **claims: Any) -> tuple[Attachment, Path]:
    """A note as the bot would know it, and where the server keeps it."""
    told = await telegram.upload("/voice", data, **{"from": ADA, **claims})
    note = Attachment(AttachmentKind.VOICE, ref=told["message"]["voice"]["file_id"])
    return note, await root(telegram) / told["file"]["sha256"]


async def refused(bot: Bot, note: Attachment) -> tuple[DownloadFailed, str]:
    """How fetching `note` failed, and what was logged."""
    async with bot:
        with structlog.testing.capture_logs() as lines, pytest.raises(DownloadFailed) as failed:
            await bot.channel.fetch(note, limit_bytes=LOCAL_BYTES)
    return failed.value, str(lines)


async def test_a_file_in_a_trusted_folder_is_read_without_a_download(telegram: World) -> None:
    note, _ = await posted(telegram)
    async with await local(telegram) as bot:
        assert await bot.channel.fetch(note, limit_bytes=LOCAL_BYTES) == SOUND
    assert len(await telegram.calls("getFile")) == 1
    assert await telegram.calls("file") == []


async def test_a_trusted_folder_may_be_a_link_and_one_of_several(
    telegram: World, tmp_path: Path
) -> None:
    link = tmp_path / "files"
    link.symlink_to(await root(telegram))
    note, _ = await posted(telegram)
    async with await local(telegram, tmp_path / "nowhere", link) as bot:
        assert await bot.channel.fetch(note, limit_bytes=LOCAL_BYTES) == SOUND


@pytest.mark.parametrize("trusted", ["none", "elsewhere", "longer name"])
async def test_a_file_outside_the_trusted_folders_is_not_read(
    telegram: World, tmp_path: Path, trusted: str
) -> None:
    note, path = await posted(telegram)
    folder = path.parent
    neighbour = folder.with_name(folder.name[:-1])  # `/files/wor` is no parent of `/files/world`
    bot = {
        "none": Bot(telegram),
        "elsewhere": await local(telegram, tmp_path),
        "longer name": await local(telegram, neighbour),
    }[trusted]
    failure, told = await refused(bot, note)
    assert "channels.telegram.trustedLocalFileRoots" in told
    assert "channels.telegram.trustedLocalFileRoots" in failure.sentence
    assert not failure.retryable
    assert str(path) not in f"{told}{failure}{failure.sentence}"
    assert len(await telegram.calls("getFile")) == 1, "asking again is vain"


@pytest.mark.parametrize("kind", ["file", "folder"])
async def test_a_link_out_of_a_trusted_folder_is_not_followed(
    telegram: World, tmp_path: Path, kind: str
) -> None:
    note, path = await posted(telegram)
    trusted = path.parent
    outside = tmp_path / "outside" / path.name
    outside.parent.mkdir()
    outside.write_bytes(SECRET)
    if kind == "file":
        path.unlink()
        path.symlink_to(outside)
    else:
        path.unlink()
        trusted.rmdir()
        trusted.symlink_to(outside.parent)
        trusted = trusted.parent
    failure, told = await refused(await local(telegram, trusted), note)
    assert "trustedLocalFileRoots" in told
    assert str(outside) not in f"{told}{failure}"


async def test_a_link_within_a_trusted_folder_is_fine(telegram: World) -> None:
    note, path = await posted(telegram)
    real = path.with_name("real.oga")
    path.rename(real)
    path.symlink_to(real)
    async with await local(telegram) as bot:
        assert await bot.channel.fetch(note, limit_bytes=LOCAL_BYTES) == SOUND


async def test_a_pipe_is_no_file_and_is_not_waited_for(telegram: World) -> None:
    note, path = await posted(telegram)
    path.unlink()
    os.mkfifo(path)
    failure, _ = await refused(await local(telegram), note)
    assert not failure.retryable


async def test_a_path_that_climbs_out_is_seen_through(tmp_path: Path) -> None:
    trusted, secret = tmp_path / "files", tmp_path / "secret"
    trusted.mkdir()
    secret.write_bytes(SECRET)
    for path in (trusted / ".." / "secret", trusted / "a\0b", trusted / "x" / ".." / ".." / "y"):
        with pytest.raises(disk.Untrusted):
            disk.read(path, roots=(trusted,), limit_bytes=LOCAL_BYTES)


async def test_links_in_a_circle_end(tmp_path: Path) -> None:
    circle = tmp_path / "circle"
    circle.symlink_to(circle)
    with pytest.raises((disk.Untrusted, OSError)):
        disk.read(circle, roots=(tmp_path,), limit_bytes=LOCAL_BYTES)


async def test_a_file_that_is_gone_is_asked_for_three_times(telegram: World) -> None:
    note, path = await posted(telegram)
    path.unlink()
    failure, told = await refused(await local(telegram), note)
    assert failure.retryable
    assert "FileNotFoundError" in told
    assert str(path) not in f"{told}{failure}"
    assert len(await telegram.calls("getFile")) == 3


async def test_a_file_on_disk_larger_than_it_claimed_is_not_read(telegram: World) -> None:
    note, path = await posted(telegram)
    with path.open("r+b") as file:
        file.truncate(LOCAL_BYTES + 1)  # a hole: it takes no room
    async with await local(telegram) as bot:
        with pytest.raises(AudioTooLarge) as failed:
            await bot.channel.fetch(note, limit_bytes=3 * LOCAL_BYTES)
    assert failed.value.sentence.startswith("That file is over 2000 MB, more than Telegram lets me")


async def test_the_configured_limit_is_the_smaller_one_and_named(telegram: World) -> None:
    note, _ = await posted(telegram, bytes(30 * MEGABYTE))
    async with await local(telegram, download_limit_bytes=25 * MEGABYTE) as bot:
        with pytest.raises(AudioTooLarge, match="on disk") as failed:
            await bot.channel.fetch(note, limit_bytes=LOCAL_BYTES)
    assert failed.value.sentence.startswith("That file is over 25 MB, more than I may fetch")


async def test_a_server_that_is_not_local_after_all_refuses_in_true_words(telegram: World) -> None:
    await telegram.post("/settings", local_files=False)
    note, _ = await posted(telegram, file_size=21 << 20)
    async with await local(telegram) as bot:
        with structlog.testing.capture_logs() as lines, pytest.raises(AudioTooLarge) as failed:
            await bot.channel.fetch(note, limit_bytes=LOCAL_BYTES)
    assert "larger than my Telegram server lets me fetch" in failed.value.sentence
    assert [line["event"] for line in lines] == ["telegram.file.too_big"]


async def test_a_server_of_ones_own_may_still_name_addresses(telegram: World) -> None:
    await telegram.post("/settings", local_files=False)
    note, _ = await posted(telegram)
    async with await local(telegram) as bot:
        assert await bot.channel.fetch(note, limit_bytes=LOCAL_BYTES) == SOUND
    assert len(await telegram.calls("file")) == 1


@pytest.mark.parametrize("local_files", [True, False])
async def test_a_large_file_is_in_memory_once(telegram: World, local_files: object) -> None:
    await telegram.post("/settings", local_files=local_files)
    size = 16 * MEGABYTE
    note, _ = await posted(telegram, bytes(size))
    async with await local(telegram) as bot:
        await bot.channel.fetch((await posted(telegram))[0], limit_bytes=size)  # all is imported
        tracemalloc.start()
        try:
            data = await bot.channel.fetch(note, limit_bytes=size)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert len(data) == size
    assert peak < 1.5 * size


async def test_more_than_fifty_megabytes_are_sent_to_a_server_in_local_mode(
    telegram: World,
) -> None:
    film = MediaFile(bytes((50 << 20) + 1), "video/webm", "long.webm")
    async with await local(telegram) as bot:
        reply = bot.channel.reply(CHAT, turn_id="t1", answers="1")
        await reply.deliver(MediaPart("media", (film,)))
        (message,) = await telegram.messages()
        assert message["file"]["size"] == len(film.data)


async def test_what_the_configuration_forbids_to_send_is_not_put_on_telegram(
    telegram: World,
) -> None:
    film = MediaFile(bytes(2_000_001), "video/webm", "long.webm")
    async with await local(telegram, upload_limit_bytes=2_000_000) as bot:
        reply = bot.channel.reply(CHAT, turn_id="t1", answers="1")
        with pytest.raises(TooLargeToSend, match="limit 2000000") as failed:
            await reply.deliver(MediaPart("media", (film,)))
    assert "2.1 MB, and I may send at most 2 MB." in failed.value.sentence


async def test_the_stand_in_takes_and_gives_what_a_local_server_does(telegram: World) -> None:
    async def asked(file_size: int) -> str:
        note, _ = await posted(telegram, file_size=file_size)
        async with await local(telegram) as bot:
            try:
                return str(len(await bot.channel.fetch(note, limit_bytes=LOCAL_BYTES)))
            except AudioTooLarge as error:
                return error.sentence

    assert await asked(2_000 << 20) == str(len(SOUND))
    assert "larger than my Telegram server lets me fetch" in await asked((2_000 << 20) + 1)


async def test_a_posted_note_is_read_from_disk_as_it_arrives(telegram: World) -> None:
    async with await local(telegram) as bot:
        await posted(telegram)

        async def arrived() -> object:
            return bot.inbox.keys

        await until(arrived)
        incoming = bot.channel.read(bot.inbox.batches[0][0].payload)
        assert incoming is not None
        assert incoming.note is not None
        assert await bot.channel.fetch(incoming.note, limit_bytes=LOCAL_BYTES) == SOUND
