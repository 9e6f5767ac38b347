"""What was heard in a file is found again for the same ears only, until it is forgotten."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.store.db import Database
from bot.store.heard import HeardFile, HeardTable, HeardText
from tests.unit.store.still_clock import StillClock

FILE = HeardFile("telegram", "AgAD", "openai/whisper", "de")
TEXT = HeardText("Guten Tag", "de", 1.25)


async def test_a_file_is_found_again_for_the_same_model_and_language(
    database: Database, clock: StillClock
) -> None:
    table = HeardTable(database, clock)
    await table.save(FILE, TEXT)
    assert await table.find(FILE) == TEXT
    for other in ({"channel": "mail"}, {"unique_id": "B"}, {"asked": "b/two"}, {"hint": ""}):
        assert await table.find(replace(FILE, **other)) is None


async def test_what_is_heard_again_takes_the_place_of_what_was_heard(
    database: Database, clock: StillClock
) -> None:
    table = HeardTable(database, clock)
    await table.save(FILE, TEXT)
    await table.save(FILE, replace(TEXT, text="Guten Abend \ud83d"))
    found = await table.find(FILE)
    assert found is not None
    assert found.text == "Guten Abend \ufffd"


async def test_what_is_old_is_forgotten_and_counted(database: Database, clock: StillClock) -> None:
    table = HeardTable(database, clock)
    await table.save(FILE, TEXT)
    assert await table.clear_before(clock.now_ms()) == 0
    assert await table.clear_before(clock.now_ms() + 1) == 1
    assert await table.find(FILE) is None


async def test_the_same_file_is_heard_by_one_at_a_time_and_others_meanwhile(
    database: Database, clock: StillClock
) -> None:
    table = HeardTable(database, clock)
    order: list[str] = []

    async def hears(file: HeardFile, name: str) -> None:
        async with table.alone(file):
            order.append(f"{name} begins")
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            order.append(f"{name} ends")

    other = replace(FILE, unique_id="B")
    await asyncio.gather(hears(FILE, "first"), hears(FILE, "second"), hears(other, "other"))
    assert order.index("first ends") < order.index("second begins")
    assert order.index("other begins") < order.index("first ends")
