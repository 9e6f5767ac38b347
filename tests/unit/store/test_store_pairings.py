"""Requests to be let in: one an hour, three at a time, used once (facts/behaviour.md A3, L4)."""

from __future__ import annotations

from bot.store.db import Database
from bot.store.notices import NewNotice, NoticeTable
from bot.store.pairings import MOST_WAITING, NewPairing, Pairing, PairingTable
from bot.store.people import PeopleTable
from tests.unit.store.still_clock import StillClock

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


def new(person: str, *, code: str = "", message_id: str = "1") -> NewPairing:
    return NewPairing(
        channel="telegram",
        person=person,
        name=f"User {person}",
        conversation=f"telegram:{person}",
        message_id=message_id,
        code=code or f"CODE{person}",
    )


async def test_a_request_is_made_once_in_its_lifetime(
    database: Database, clock: StillClock
) -> None:
    table = PairingTable(database, clock)
    asked = await table.ask(new("7"))
    assert asked is not None
    assert asked.expires_at_ms - asked.asked_at_ms == HOUR_MS
    assert await table.ask(new("7", code="OTHER", message_id="2")) is None
    clock.at_ms += HOUR_MS
    again = await table.ask(new("7", code="OTHER", message_id="3"))
    assert again is not None
    assert again.code == "OTHER"
    assert [one.code for one in await table.waiting("telegram")] == ["OTHER"]


async def test_the_message_that_asked_gets_its_code_again_after_a_crash(
    database: Database, clock: StillClock
) -> None:
    table = PairingTable(database, clock)
    first = await table.ask(new("7"), notices=[NewNotice("telegram:1", "7 asks")])
    assert await table.ask(new("7", code="OTHER"), notices=[NewNotice("telegram:1", "7")]) == first
    assert len(await NoticeTable(database, clock).due()) == 1


async def test_three_wait_and_no_more(database: Database, clock: StillClock) -> None:
    table = PairingTable(database, clock)
    for person in range(MOST_WAITING):
        assert await table.ask(new(str(person))) is not None
    assert MOST_WAITING == 3
    assert await table.ask(new("late"), notices=[NewNotice("telegram:1", "late asks")]) is None
    assert await NoticeTable(database, clock).due() == []
    assert await table.approve("telegram", "CODE0") is not None
    assert await table.ask(new("late")) is not None


async def test_a_code_lets_in_once_and_on_its_channel_alone(
    database: Database, clock: StillClock
) -> None:
    table, people = PairingTable(database, clock), PeopleTable(database, clock)
    await table.ask(new("7"))
    assert await table.approve("console", "CODE7") is None
    assert not (await people.standing("telegram", "7")).paired
    assert await table.approve("telegram", "CODE7") is not None
    assert (await people.standing("telegram", "7")).paired
    assert not (await people.standing("console", "7")).paired
    assert await table.approve("telegram", "CODE7") is None
    assert await table.deny("telegram", "CODE7") is None


async def test_a_code_of_an_hour_ago_lets_nobody_in(database: Database, clock: StillClock) -> None:
    table = PairingTable(database, clock)
    await table.ask(new("7"))
    clock.at_ms += HOUR_MS
    assert await table.waiting() == []
    assert await table.approve("telegram", "CODE7") is None
    assert await table.deny("telegram", "CODE7") is None


async def test_whoever_is_denied_can_ask_again_after_a_day(
    database: Database, clock: StillClock
) -> None:
    table = PairingTable(database, clock)
    await table.ask(new("7"))
    denied = await table.deny("telegram", "CODE7")
    assert isinstance(denied, Pairing)
    assert await table.approve("telegram", "CODE7") is None
    assert await table.waiting() == []
    clock.at_ms += HOUR_MS
    assert await table.ask(new("7", message_id="2")) is None
    clock.at_ms += DAY_MS
    assert await table.ask(new("7", message_id="3")) is not None


async def test_the_first_who_is_let_in_owns_the_bot_and_the_open_link_ends(
    database: Database, clock: StillClock
) -> None:
    table, people = PairingTable(database, clock), PeopleTable(database, clock)
    await people.invite("link", lifetime_ms=HOUR_MS)
    await table.ask(new("7"))
    await table.ask(new("8"))
    first = await table.approve("telegram", "CODE7", make_owner=True)
    second = await table.approve("telegram", "CODE8", make_owner=True)
    assert first is not None
    assert second is not None
    assert (first[1], second[1]) == (True, False)
    assert await people.owners("telegram") == ("7",)
    assert not await people.redeem("link", channel="telegram", person="9")


async def test_access_can_be_taken_back(database: Database, clock: StillClock) -> None:
    table, people = PairingTable(database, clock), PeopleTable(database, clock)
    await table.ask(new("7"))
    await table.approve("telegram", "CODE7")
    assert [(one.person, one.name) for one in await table.paired()] == [("7", "User 7")]
    assert await table.forget("telegram", "7")
    assert not await table.forget("telegram", "7")
    assert not (await people.standing("telegram", "7")).paired


async def test_names_that_are_no_text_can_be_stored(database: Database, clock: StillClock) -> None:
    table = PairingTable(database, clock)
    asked = await table.ask(
        NewPairing("telegram", "7", "half \ud83d", "telegram:7", "1", "CODE7"),
        notices=[NewNotice("telegram:1", "half \ud83d")],
    )
    assert asked is not None
    assert asked.name.startswith("half ")
    assert len(await NoticeTable(database, clock).due()) == 1
