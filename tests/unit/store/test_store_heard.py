"""What was heard in a file is found again for the same ears only, until it is forgotten."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

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
    for other in ({"channel": "mail"}, {"unique_id": "B"}, {"asked": "b/two"}, {"hint": "fr"}):
        assert await table.find(replace(FILE, **other)) is None


@pytest.mark.parametrize(
    ("heard_with", "language", "asked_with", "serves"),
    [
        ("", "de", "de", True),
        ("", "de", "", True),
        ("", "en", "de", False),
        ("", "", "de", True),
        ("fr", "de", "de", True),
        ("fr", "fr", "", True),
        ("de", "en", "de", True),
    ],
)
async def test_a_transcript_serves_other_hints_unless_they_name_another_language(
    database: Database,
    clock: StillClock,
    heard_with: str,
    language: str,
    asked_with: str,
    serves: bool,  # noqa: FBT001 - a parameter of the table above
) -> None:
    table = HeardTable(database, clock)
    heard = HeardText("Guten Tag", language, 1.0)
    await table.save(replace(FILE, hint=heard_with), heard)
    found = await table.find(replace(FILE, hint=asked_with))
    assert found == (heard if serves else None)


async def test_what_was_heard_with_exactly_this_hint_comes_first(
    database: Database, clock: StillClock
) -> None:
    table = HeardTable(database, clock)
    await table.save(FILE, TEXT)
    await clock.sleep(1)
    await table.save(replace(FILE, hint=""), replace(TEXT, text="Guten Morgen"))
    assert await table.find(FILE) == TEXT


async def test_where_nothing_was_understood_another_hint_may_help(
    database: Database, clock: StillClock
) -> None:
    table = HeardTable(database, clock)
    nothing = HeardText("", "", 0.0)
    await table.save(replace(FILE, hint=""), nothing)
    assert await table.find(replace(FILE, hint="")) == nothing
    assert await table.find(FILE) is None


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

    other, hinted = replace(FILE, unique_id="B"), replace(FILE, hint="")
    await asyncio.gather(hears(FILE, "first"), hears(hinted, "second"), hears(other, "other"))
    assert order.index("first ends") < order.index("second begins")
    assert order.index("other begins") < order.index("first ends")
