"""People and invitations: one owner's link, used once, for one hour."""

from __future__ import annotations

from bot.store.db import Database
from bot.store.people import PeopleTable
from tests.unit.store.still_clock import StillClock

HOUR_MS = 3_600_000


async def test_a_good_code_makes_an_owner_once(database: Database, clock: StillClock) -> None:
    people = PeopleTable(database, clock)
    await people.invite("code", lifetime_ms=HOUR_MS)
    assert not await people.has_owner("telegram")
    assert await people.redeem("code", channel="telegram", person="1")
    assert await people.is_owner("telegram", "1")
    assert await people.has_owner("telegram")
    assert not await people.redeem("code", channel="telegram", person="2")
    assert not await people.is_owner("telegram", "2")


async def test_a_wrong_or_late_code_makes_nobody_owner(
    database: Database, clock: StillClock
) -> None:
    people = PeopleTable(database, clock)
    await people.invite("code", lifetime_ms=HOUR_MS)
    assert not await people.redeem("other", channel="telegram", person="1")
    clock.at_ms += HOUR_MS
    assert not await people.redeem("code", channel="telegram", person="1")
    assert not await people.has_owner("telegram")


async def test_a_new_code_withdraws_the_old_one(database: Database, clock: StillClock) -> None:
    people = PeopleTable(database, clock)
    await people.invite("old", lifetime_ms=HOUR_MS)
    await people.invite("new", lifetime_ms=HOUR_MS)
    assert not await people.redeem("old", channel="telegram", person="1")
    assert await people.redeem("new", channel="telegram", person="1")


async def test_codes_are_not_stored_readably(database: Database, clock: StillClock) -> None:
    await PeopleTable(database, clock).invite("a-secret-code", lifetime_ms=HOUR_MS)
    rows = await database.reader.execute("select * from invitations")
    stored = [tuple(row) async for row in rows]
    assert len(stored) == 1
    assert "a-secret-code" not in str(stored)


async def test_a_stranger_is_told_once_in_a_while(database: Database, clock: StillClock) -> None:
    people = PeopleTable(database, clock)
    assert await people.tell("telegram", "9", again_after_ms=HOUR_MS)
    assert not await people.tell("telegram", "9", again_after_ms=HOUR_MS)
    assert await people.tell("telegram", "8", again_after_ms=HOUR_MS)
    clock.at_ms += HOUR_MS + 1
    assert await people.tell("telegram", "9", again_after_ms=HOUR_MS)


async def test_an_owner_of_one_channel_is_nobody_in_another(
    database: Database, clock: StillClock
) -> None:
    people = PeopleTable(database, clock)
    await people.invite("code", lifetime_ms=HOUR_MS)
    await people.redeem("code", channel="telegram", person="1")
    assert not await people.is_owner("console", "1")
