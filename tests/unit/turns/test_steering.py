"""What waits is put into the running turn: in order, once, and never past anybody."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.store.db import Database
from bot.store.history import HistoryTable
from bot.store.inbox import Entry, InboxTable
from bot.store.turns import TurnTable
from bot.turns.gather import Burst, together
from bot.turns.steering import Steering, Waiting
from bot.values.conversation import ChatKind, Incoming
from tests.unit.turns.saying import HERE, Clock, said


@dataclass
class Later:
    """A turn that waits."""

    burst: Burst
    willing: bool = True
    dissolved: bool = False

    async def steers(self) -> bool:
        return self.willing

    async def dissolve(self) -> None:
        self.dissolved = True


@dataclass
class Line:
    """The lane behind the running turn."""

    turns: list[Later] = field(default_factory=list)

    def waiting(self) -> Sequence[Waiting]:
        return tuple(self.turns)

    def take(self, turn: Waiting) -> bool:
        self.turns = [one for one in self.turns if one is not turn]
        return True


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database.open(tmp_path / "a.db") as database:
        yield database


@pytest.fixture
def inbox(database: Database) -> InboxTable:
    return InboxTable(database, Clock())


def burst_of(inbox: InboxTable, entry: Entry, incoming: Incoming) -> Burst:
    return Burst(inbox, Clock(), [entry], [incoming])


async def entries(inbox: InboxTable, count: int) -> list[Entry]:
    return await inbox.add(("telegram", str(number), {}) for number in range(count))


async def test_what_waits_at_the_front_is_offered_in_order_and_nobody_is_overtaken(
    inbox: InboxTable,
) -> None:
    own, *others = await entries(inbox, 5)
    texts = ("One.", "Two.", "A note.", "Behind it.")
    turns = [
        Later(burst_of(inbox, entry, said(text)), willing=text != "A note.")
        for entry, text in zip(others, texts, strict=True)
    ]
    line, running = Line(turns), burst_of(inbox, own, said("Question?"))
    steering = Steering(running, line)
    offered = await steering.offer()
    assert [message["content"] for message in offered] == ["One.", "Two."]
    assert {message["role"] for message in offered} == {"user"}
    assert line.turns == turns, "nothing leaves the lane before it is stored"
    assert steering.entry_ids == [own.id, others[0].id, others[1].id]
    await steering.accept()
    assert line.turns == turns[2:]
    assert [turn.dissolved for turn in turns] == [True, True, False, False]
    assert [entry.id for entry in running.entries] == [own.id, others[0].id, others[1].id]


async def test_what_is_offered_takes_no_more(inbox: InboxTable) -> None:
    own, other = await entries(inbox, 2)
    waiting = Later(burst_of(inbox, other, said("One.")))
    waiting.burst.collect(0.0)
    steering = Steering(burst_of(inbox, own, said("Question?")), Line([waiting]))
    await steering.offer()
    assert not waiting.burst.takes(said("Two."))


async def test_an_offer_that_was_not_stored_is_made_again(inbox: InboxTable) -> None:
    own, other = await entries(inbox, 2)
    line = Line([Later(burst_of(inbox, other, said("One.")))])
    steering = Steering(burst_of(inbox, own, said("Question?")), line)
    first = await steering.offer()
    assert await steering.offer() == first
    await steering.accept()
    assert await steering.offer() == []


async def test_in_a_group_the_name_of_the_speaker_stays(inbox: InboxTable) -> None:
    own, other = await entries(inbox, 2)
    words = said("One.", by="8", chat_kind=ChatKind.GROUP)
    steering = Steering(
        burst_of(inbox, own, said("Question?")), Line([Later(burst_of(inbox, other, words))])
    )
    (message,) = await steering.offer()
    assert message["content"] == "[P8] One."


async def test_it_is_stored_and_settled_with_the_running_turn_in_one_go(
    database: Database, inbox: InboxTable
) -> None:
    own, other = await entries(inbox, 2)
    clock = Clock()
    turns, history = TurnTable(database, clock), HistoryTable(database, clock)
    await turns.open("t1", inbox_id=own.id, conversation=HERE.key, person="7")
    steering = Steering(
        burst_of(inbox, own, said("Question?")),
        Line([Later(burst_of(inbox, other, said("One.")))]),
    )
    messages = await steering.offer()
    await history.add(
        HERE.key, turn_id="t1", position=0, messages=messages, answers=steering.entry_ids
    )
    # As a process finds it that starts now.
    assert [[entry.id for entry in group] for group in together(await inbox.waiting())] == [
        [own.id, other.id]
    ]
    await turns.settle("t1", "done", trace=[], inbox_id=own.id)
    assert await inbox.waiting() == []
