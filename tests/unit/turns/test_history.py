"""Which earlier messages the model sees: whole turns, also where something came in between."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.store.db import Database
from bot.store.history import HistoryTable
from bot.store.inbox import InboxTable
from bot.store.turns import TurnTable
from bot.turns.history import History
from bot.values.chat import Message
from bot.values.clock import SystemClock

HERE = "telegram:1"
CALL: Message = {
    "role": "assistant",
    "content": None,
    "tool_calls": [{"id": "a", "function": {"name": "image_generate", "arguments": "{}"}}],
}
NOTE: Message = {"role": "user", "content": "(event) m1 was delivered"}


class Diary:
    """The store of one conversation, and what a new turn sees of it."""

    def __init__(self, database: Database) -> None:
        clock = SystemClock()
        self.table = HistoryTable(database, clock)
        self._turns = TurnTable(database, clock)
        self._inbox = InboxTable(database, clock)

    async def opens(self) -> str:
        (entry,) = await self._inbox.add([("telegram", "1", {})])
        await self._turns.open(f"t{entry.id}", inbox_id=entry.id, conversation=HERE, person="1")
        return f"t{entry.id}"

    async def adds(self, turn: str, position: int, *messages: Message) -> None:
        await self.table.add(HERE, turn_id=turn, position=position, messages=list(messages))

    async def settles(self, turn: str) -> None:
        await self._turns.settle(turn, "done", trace=[], inbox_id=int(turn[1:]))

    async def seen(self) -> list[Any]:
        return await History(self.table).before("new", session=HERE)


@pytest.fixture
async def diary(tmp_path: Path) -> AsyncIterator[Diary]:
    async with Database.open(tmp_path / "a.db") as database:
        yield Diary(database)


async def test_a_picture_that_is_quicker_than_the_answer_does_not_tear_its_turn(
    diary: Diary,
) -> None:
    question: Message = {"role": "user", "content": "Draw a fox"}
    result: Message = {"role": "tool", "tool_call_id": "a", "content": "begun"}
    answer: Message = {"role": "assistant", "content": "I'm on it."}
    turn = await diary.opens()
    await diary.adds(turn, 0, question, CALL, result)
    await diary.table.note(HERE, "j1", NOTE)
    await diary.adds(turn, 3, answer)
    await diary.settles(turn)
    assert await diary.seen() == [question, CALL, result, answer, NOTE]
    assert await diary.table.last_answer(HERE) == "I'm on it."


async def test_what_was_said_before_the_picture_came_belongs_to_the_last_answer(
    diary: Diary,
) -> None:
    turn = await diary.opens()
    before: Message = {**CALL, "content": "Gladly."}
    await diary.adds(turn, 0, {"role": "user", "content": "Draw"}, before)
    await diary.table.note(HERE, "j1", NOTE)
    await diary.adds(turn, 2, {"role": "tool", "content": "begun"})
    await diary.adds(turn, 3, {"role": "assistant", "content": "I'm on it."})
    await diary.settles(turn)
    assert await diary.table.last_answer(HERE) == "Gladly.\n\nI'm on it."


async def test_a_turn_that_was_stopped_between_call_and_result_ends_before_the_call(
    diary: Diary,
) -> None:
    question: Message = {"role": "user", "content": "Draw a fox"}
    turn = await diary.opens()
    await diary.adds(turn, 0, question, CALL)
    await diary.table.note(HERE, "j1", NOTE)
    await diary.settles(turn)
    assert await diary.seen() == [question, NOTE]
