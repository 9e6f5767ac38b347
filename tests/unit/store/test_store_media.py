"""The shelf: what a job made is known again by the message that it was sent in."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.store.db import Database
from bot.store.jobs import JobTable, NewJob
from bot.store.media import Shelf
from bot.store.receipts import ReceiptTable
from bot.values.clock import Clock
from bot.values.media import MediaFile, MediaKind

HERE = "telegram:1"
PICTURES = 12


@pytest.fixture
async def shelf(database: Database, clock: Clock, tmp_path: Path) -> Shelf:
    """On which two jobs of a chat, of 2 and of 12 pictures, are as they were sent."""
    shelf = Shelf(database, clock, tmp_path / "media")
    for number, count in (("1", 2), ("2", PICTURES)):
        await JobTable(database, clock).open(
            NewJob(
                call_key=number,
                conversation=HERE,
                person="1",
                turn_id="t1",
                answers="7",
                kind=MediaKind.IMAGE,
                fingerprint=number,
                request={},
            )
        )
        for place in range(count):
            file = MediaFile(b"x", "image/png", f"{place}.png")
            await shelf.put(HERE, file, kind="image")
        async with database.statement() as connection:
            made = "update media set job_id = ? where job_id = ''"
            await connection.execute(made, (f"j{number}",))
    sent = {"j1/media": "40", "j1/status": "39", "j2/media": "100", "j2/media/album1": "112"}
    for key, message_id in sent.items():
        await finished(database, clock, key, message_id)
    return shelf


async def finished(database: Database, clock: Clock, key: str, message_id: str) -> None:
    async def send() -> str:
        return message_id

    await ReceiptTable(database, clock).once(key, send)


@pytest.mark.parametrize(
    ("message_id", "job", "name"),
    [
        ("40", "j1", "0.png"),
        ("41", "j1", "1.png"),
        ("100", "j2", "0.png"),
        ("109", "j2", "9.png"),
        ("112", "j2", "10.png"),
        ("113", "j2", "11.png"),
    ],
)
async def test_each_message_of_an_album_is_one_of_its_pictures(
    shelf: Shelf, message_id: str, job: str, name: str
) -> None:
    found = await shelf.sent_in(HERE, message_id)
    assert found is not None
    assert (found.job_id, found.name) == (job, name)


@pytest.mark.parametrize("message_id", ["39", "42", "99", "114", "9999", "", "-40", "a", "４0"])
async def test_no_other_message_is_taken_for_a_picture(shelf: Shelf, message_id: str) -> None:
    assert await shelf.sent_in(HERE, message_id) is None


async def test_what_was_sent_elsewhere_is_not_found_here(shelf: Shelf) -> None:
    assert await shelf.sent_in("telegram:2", "40") is None


async def test_what_was_only_about_to_be_sent_is_not_found(
    shelf: Shelf, database: Database
) -> None:
    async with database.statement() as connection:
        await connection.execute("update receipts set finished_at_ms = null where key = 'j1/media'")
    assert await shelf.sent_in(HERE, "40") is None
