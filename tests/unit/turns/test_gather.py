"""What belongs together makes one turn, the same one after a restart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.store.db import Database
from bot.store.inbox import Entry, InboxTable
from bot.turns.gather import AT_MOST, Burst, Gatherer, together
from bot.turns.joining import ALBUM_S as QUIET_S
from bot.turns.joining import PASTE_S
from bot.turns.merging import merged
from bot.values.conversation import (
    Attachment,
    AttachmentKind,
    ChatKind,
    Command,
    Conversation,
    Incoming,
    Person,
)
from tests.unit.turns.saying import HERE, LONG, Clock, note, picture, said


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def inbox(tmp_path: Path, clock: Clock) -> AsyncIterator[InboxTable]:
    async with Database.open(tmp_path / "a.db") as database:
        yield InboxTable(database, clock)


def part(number: int, **fields: Any) -> Incoming:
    usual: dict[str, Any] = {
        "conversation": Conversation("telegram", "1"),
        "message_id": str(number),
        "sender": Person("7"),
        "chat_kind": ChatKind.PRIVATE,
        "sent_at_ms": 0,
        "attachments": (Attachment(AttachmentKind.PHOTO, ref=f"r{number}"),),
        "album": "a",
    }
    return Incoming(**(usual | fields))


async def stored(inbox: InboxTable, count: int) -> list[Entry]:
    return await inbox.add(("telegram", str(number), {}) for number in range(count))


def joins(gatherer: Gatherer, entry: Entry, incoming: Incoming) -> Burst | None:
    """The burst that this message has joined."""
    burst = gatherer.find(entry, incoming)
    if burst is not None:
        burst.add(entry, incoming)
    return burst


def gathered(gatherer: Gatherer, entries: list[Entry], parts: list[Incoming]) -> list[Burst]:
    """The bursts that these messages begin, arriving one after the other."""
    begun = []
    for entry, incoming in zip(entries, parts, strict=True):
        if not joins(gatherer, entry, incoming):
            begun.append(gatherer.begin([entry], [incoming]))
    return begun


async def test_a_message_of_its_own_waits_for_nothing(inbox: InboxTable, clock: Clock) -> None:
    (entry,) = await stored(inbox, 1)
    burst = Gatherer(inbox, clock).begin([entry], [part(1, album="")])
    assert (await burst.seal()).message_id == "1"
    assert clock.slept == []
    assert [kept.joined for kept in await inbox.waiting()] == [None]


async def test_an_album_is_one_turn_with_its_parts_in_order(
    inbox: InboxTable, clock: Clock
) -> None:
    entries = await stored(inbox, 3)
    parts = [part(1), part(2, text="Look"), part(3)]
    (burst,) = gathered(Gatherer(inbox, clock), entries, parts)
    whole = await burst.seal()
    assert (whole.message_id, whole.text) == ("1", "Look")
    assert [item.ref for item in whole.attachments] == ["r1", "r2", "r3"]
    assert [kept.joined for kept in await inbox.waiting()] == [entries[0].id] * 3
    assert sum(clock.slept) == pytest.approx(QUIET_S)


async def test_every_part_makes_it_wait_anew(inbox: InboxTable, clock: Clock) -> None:
    one, two = await stored(inbox, 2)
    gatherer = Gatherer(inbox, clock)
    burst = gatherer.begin([one], [part(1)])
    clock.at_s = 0.4
    assert joins(gatherer, two, part(2)) is burst
    await burst.seal()
    assert clock.at_s == pytest.approx(0.4 + QUIET_S)


async def test_who_comes_after_it_was_sealed_is_a_turn_of_its_own(
    inbox: InboxTable, clock: Clock
) -> None:
    one, late = await stored(inbox, 2)
    gatherer = Gatherer(inbox, clock)
    burst = gatherer.begin([one], [part(1)])
    await burst.seal()
    assert joins(gatherer, late, part(2)) is None
    assert len(burst.entries) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"album": "b"},
        {"album": ""},
        {"sender": Person("8")},
        {"conversation": Conversation("telegram", "1", "5")},
    ],
)
async def test_another_album_person_or_topic_does_not_join(
    inbox: InboxTable, clock: Clock, other: dict[str, Any]
) -> None:
    entries = await stored(inbox, 2)
    assert len(gathered(Gatherer(inbox, clock), entries, [part(1), part(2, **other)])) == 2


async def test_ten_are_enough(inbox: InboxTable, clock: Clock) -> None:
    count = AT_MOST + 1
    parts = [part(number) for number in range(count)]
    full, rest = gathered(Gatherer(inbox, clock), await stored(inbox, count), parts)
    await full.seal()
    assert clock.slept == []
    assert (len(full.entries), len(rest.entries)) == (AT_MOST, 1)


async def test_after_a_restart_the_same_entries_make_the_same_turn(
    inbox: InboxTable, clock: Clock
) -> None:
    entries = await stored(inbox, 4)
    (burst,) = gathered(Gatherer(inbox, clock), entries[:3], [part(n) for n in range(3)])
    await burst.seal()

    groups = together(await inbox.waiting())
    assert [[entry.id for entry in group] for group in groups] == [
        [entry.id for entry in entries[:3]],
        [entries[3].id],
    ]
    again = Gatherer(inbox, clock)
    known = again.begin(groups[0], [part(n) for n in range(3)], resumed=True)
    assert known.closed
    assert known.id == burst.id
    assert joins(again, groups[1][0], part(3)) is None


async def test_closing_the_first_closes_all_that_joined_and_nothing_else(
    inbox: InboxTable, clock: Clock
) -> None:
    entries = await stored(inbox, 4)
    await inbox.join(entries[1:3])
    await inbox.close(entries[1].id, "done")
    assert [entry.id for entry in await inbox.waiting()] == [entries[0].id, entries[3].id]


async def test_a_turn_that_is_stopped_while_it_gathers_takes_what_it_has(
    inbox: InboxTable, clock: Clock
) -> None:
    entries = await stored(inbox, 2)
    (burst,) = gathered(Gatherer(inbox, clock), entries, [part(1), part(2)])
    await burst.seal(at_once=True)
    assert clock.slept == []
    assert {entry.joined for entry in await inbox.waiting()} == {entries[0].id}


async def test_a_note_takes_what_the_same_person_says_until_it_is_heard(
    inbox: InboxTable, clock: Clock
) -> None:
    entries = await stored(inbox, 5)
    gatherer = Gatherer(inbox, clock)
    burst = gatherer.begin([entries[0]], [note()])
    for entry, more in zip(entries[1:4], [said("One."), note(number=2), picture()], strict=True):
        assert joins(gatherer, entry, more) is burst
    whole = await burst.seal()
    assert (whole.text, len(whole.attachments)) == ("One.", 3)
    assert clock.slept == []
    assert joins(gatherer, entries[4], said("Late.")) is None


@pytest.mark.parametrize(
    "other",
    [
        said("Somebody else.", by="8"),
        said("Elsewhere.", conversation=Conversation("telegram", "1", "5")),
        said("/new", command=Command("new")),
    ],
)
async def test_a_note_takes_nothing_else(inbox: InboxTable, clock: Clock, other: Incoming) -> None:
    one, two = await stored(inbox, 2)
    gatherer = Gatherer(inbox, clock)
    gatherer.begin([one], [note()])
    assert joins(gatherer, two, other) is None


async def test_an_album_that_joins_a_note_is_waited_for(inbox: InboxTable, clock: Clock) -> None:
    entries = await stored(inbox, 3)
    gatherer = Gatherer(inbox, clock)
    burst = gatherer.begin([entries[0]], [note()])
    assert joins(gatherer, entries[1], picture(number=1, album="a")) is burst
    sealing = asyncio.create_task(burst.seal())
    assert joins(gatherer, entries[2], picture(number=2, album="a")) is burst
    assert len((await sealing).attachments) == 3
    assert clock.at_s == pytest.approx(QUIET_S)


async def test_a_command_parts_what_came_before_it_from_what_comes_after(
    inbox: InboxTable, clock: Clock
) -> None:
    one, two = await stored(inbox, 2)
    gatherer = Gatherer(inbox, clock)
    burst = gatherer.begin([one], [note()])
    gatherer.part(Conversation("telegram", "2"))
    assert burst.takes(said("Still open."))
    gatherer.part(HERE)
    assert joins(gatherer, two, said("After it.")) is None


async def test_a_short_last_part_ends_the_waiting_for_a_paste(
    inbox: InboxTable, clock: Clock
) -> None:
    one, two = await stored(inbox, 2)
    gatherer = Gatherer(inbox, clock)
    burst = gatherer.begin([one], [said(LONG, number=1)])
    assert burst.waits
    assert joins(gatherer, two, said("The rest.", number=2)) is burst
    assert not burst.waits


async def test_who_waits_for_a_paste_is_woken_by_its_end(inbox: InboxTable) -> None:
    class Forever(Clock):
        async def sleep(self, seconds: float) -> None:
            await asyncio.Event().wait()

    one, two = await stored(inbox, 2)
    gatherer = Gatherer(inbox, Forever())
    burst = gatherer.begin([one], [said(LONG, number=1)])
    sealing = asyncio.create_task(burst.seal())
    await asyncio.sleep(0)
    joins(gatherer, two, said("The rest.", number=2))
    async with asyncio.timeout(5):
        assert (await sealing).text == f"{LONG}\nThe rest."


async def test_what_comes_after_the_quiet_time_is_no_part_of_a_paste(
    inbox: InboxTable, clock: Clock
) -> None:
    one, two = await stored(inbox, 2)
    gatherer = Gatherer(inbox, clock)
    gatherer.begin([one], [said(LONG, number=1)])
    clock.at_s = PASTE_S + 0.1
    assert joins(gatherer, two, said("Much later.", number=2)) is None


async def test_a_collecting_burst_takes_all_that_is_said_until_its_turn_begins(
    inbox: InboxTable, clock: Clock
) -> None:
    entries = await stored(inbox, 4)
    gatherer = Gatherer(inbox, clock)
    burst = gatherer.begin([entries[0]], [said("One.")])
    burst.collect(0.5)
    clock.at_s = 0.4
    assert joins(gatherer, entries[1], said("Two.", by="8")) is burst
    assert joins(gatherer, entries[2], picture(by="8")) is None
    await burst.quiet()
    assert clock.at_s == pytest.approx(0.9)
    burst.begin()
    assert joins(gatherer, entries[3], said("Three.")) is None


@pytest.mark.parametrize("alone", [note(), said(LONG), said("Passed on.", forwarded_from="Ann")])
async def test_after_a_restart_nothing_joins_what_was_complete_before(
    inbox: InboxTable, clock: Clock, alone: Incoming
) -> None:
    one, two = await stored(inbox, 2)
    await Gatherer(inbox, clock).begin([one], [alone]).seal()
    again = Gatherer(inbox, clock)
    (first,), (second,) = together(await inbox.waiting())
    again.begin([first], [alone], resumed=True)
    later = replace(alone, message_id="2", text="Later.")
    assert second.id == two.id
    assert joins(again, second, later) is None


async def test_a_seal_that_was_cut_short_is_made_up_for(inbox: InboxTable, clock: Clock) -> None:
    entries = await stored(inbox, 2)
    gatherer = Gatherer(inbox, clock)
    burst = gatherer.begin([entries[0]], [note()])
    joins(gatherer, entries[1], said("More."))
    sealing = asyncio.create_task(burst.seal())
    await asyncio.sleep(0)
    sealing.cancel()
    await asyncio.wait({sealing})
    await burst.seal(at_once=True)
    assert {entry.joined for entry in await inbox.waiting()} == {entries[0].id}


def test_one_part_that_names_the_bot_addresses_it_with_all() -> None:
    parts = [part(1, addressed=False), part(2, addressed=True)]
    assert merged(parts).addressed
    assert not merged([replace(item, addressed=False) for item in parts]).addressed


def test_no_caption_is_lost() -> None:
    assert merged([part(1, text="a"), part(2, text="b"), part(3, text="a")]).text == "a\nb"
