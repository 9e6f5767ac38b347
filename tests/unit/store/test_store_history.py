"""History: what the model sees of earlier turns, oldest first, until /new."""

from __future__ import annotations

from bot.store.db import Database
from bot.store.history import HistoryTable
from bot.store.inbox import InboxTable
from bot.store.turns import TurnTable
from bot.values.clock import Clock
from tests.unit.store.still_clock import StillClock

HERE = "telegram:1"
DAY_S = 24 * 60 * 60


async def begin(database: Database, clock: Clock, *, conversation: str = HERE) -> str:
    """Open a turn; its id."""
    rows = await database.reader.execute("select count(*) as n from inbox")
    (known,) = [row["n"] async for row in rows]
    (entry,) = await InboxTable(database, clock).add([("telegram", str(known + 1), {})])
    await TurnTable(database, clock).open(
        f"t{entry.id}", inbox_id=entry.id, conversation=conversation, person="1"
    )
    return f"t{entry.id}"


async def tell(database: Database, clock: Clock, question: str, *, settled: bool = True) -> str:
    """One whole turn about `question`; its id."""
    turn = await begin(database, clock)
    said = [{"role": "user", "content": question}, {"role": "assistant", "content": "yes"}]
    await HistoryTable(database, clock).add(HERE, turn_id=turn, position=0, messages=said)
    if settled:
        await TurnTable(database, clock).settle(turn, "done", trace=[], inbox_id=int(turn[1:]))
    return turn


async def questions(database: Database, clock: Clock, *, limit: int = 80) -> list[str]:
    """The questions of earlier turns, as a new turn sees them."""
    recent = await HistoryTable(database, clock).recent(HERE, before_turn="new", limit=limit)
    return [item.message["content"] for item in recent if item.message["role"] == "user"]


async def test_settled_turns_are_seen_oldest_first(database: Database, clock: Clock) -> None:
    for question in ("one", "two", "three"):
        await tell(database, clock, question)
    assert await questions(database, clock) == ["one", "two", "three"]
    assert await questions(database, clock, limit=4) == ["two", "three"]


async def test_a_turn_under_way_is_not_history_yet(database: Database, clock: Clock) -> None:
    await tell(database, clock, "settled")
    await tell(database, clock, "open", settled=False)
    assert await questions(database, clock) == ["settled"]


async def test_a_new_beginning_hides_what_was_before(database: Database, clock: Clock) -> None:
    await tell(database, clock, "before")
    await HistoryTable(database, clock).start_afresh(HERE)
    assert await questions(database, clock) == []
    await tell(database, clock, "after")
    assert await questions(database, clock) == ["after"]


async def test_a_message_stored_again_stays_as_it_was(database: Database, clock: Clock) -> None:
    history, turn = HistoryTable(database, clock), await begin(database, clock)
    for text in ("first", "again"):
        message = {"role": "user", "content": text}
        await history.add(HERE, turn_id=turn, position=0, messages=[message])
    assert await history.of_turn(turn) == [{"role": "user", "content": "first"}]


async def test_half_an_emoji_is_no_reason_to_fail(database: Database, clock: Clock) -> None:
    message = {"role": "assistant", "content": "smile \ud83d"}
    history, turn = HistoryTable(database, clock), await begin(database, clock)
    await history.add(HERE, turn_id=turn, position=0, messages=[message])
    assert await history.of_turn(turn) == [message]


async def test_refused_voice_messages_are_remembered_per_conversation(
    database: Database, clock: Clock
) -> None:
    history = HistoryTable(database, clock)
    await history.remember_refusal(HERE)
    await history.start_afresh(HERE)
    assert await history.refuses_voice(HERE)
    assert not await history.refuses_voice("telegram:2")


async def test_a_chat_that_refused_voice_messages_is_tried_again_after_a_day(
    database: Database, clock: StillClock
) -> None:
    history = HistoryTable(database, clock)
    await history.remember_refusal(HERE)
    await clock.sleep(DAY_S - 1)
    assert await history.refuses_voice(HERE)
    await clock.sleep(1)
    assert not await history.refuses_voice(HERE)
    await history.remember_refusal(HERE)
    assert await history.refuses_voice(HERE)


async def test_a_refusal_holds_in_every_topic_of_a_chat_until_it_is_forgotten_in_one(
    database: Database, clock: Clock
) -> None:
    history = HistoryTable(database, clock)
    await history.remember_refusal("telegram:-100:7")
    for where in ("telegram:-100", "telegram:-100:8"):
        assert await history.refuses_voice(where)
    await history.forget_refusal("telegram:-100:9")
    assert not await history.refuses_voice("telegram:-100:7")
