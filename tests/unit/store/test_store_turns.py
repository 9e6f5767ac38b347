"""Checkpoints of a turn, and the speech kept beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.store.db import Database
from bot.store.inbox import InboxTable
from bot.store.speech import SpeechFolder
from bot.store.turns import TurnTable
from bot.values.audio import Speech, Transcript
from bot.values.clock import Clock

HERE = "telegram:1"


@pytest.fixture
async def turn(database: Database, clock: Clock) -> str:
    """An open turn; its id."""
    (entry,) = await InboxTable(database, clock).add([("telegram", "1", {})])
    await TurnTable(database, clock).open("t1", inbox_id=entry.id, conversation=HERE, person="1")
    return "t1"


async def test_a_turn_found_again_tells_how_far_it_got(
    database: Database, clock: Clock, turn: str
) -> None:
    turns = TurnTable(database, clock)
    await turns.save_heard(turn, "hello")
    await turns.save_answer(turn, "good day")
    found = await turns.open(turn, inbox_id=1, conversation=HERE, person="1")
    assert (found.state, found.heard, found.answer) == ("open", "hello", "good day")


async def test_settling_ends_the_turn_and_its_inbox_entry_together(
    database: Database, clock: Clock, turn: str
) -> None:
    turns = TurnTable(database, clock)
    await turns.settle(turn, "done", trace=[[0, "received", {}]], inbox_id=1)
    found = await turns.open(turn, inbox_id=1, conversation=HERE, person="1")
    assert found.state == "done"
    assert await InboxTable(database, clock).waiting() == []
    assert await turns.last_trace(HERE) == ("done", [[0, "received", {}]])


async def test_each_part_of_a_note_is_kept_once(
    database: Database, clock: Clock, turn: str
) -> None:
    turns = TurnTable(database, clock)
    await turns.save_transcript(turn, 0, Transcript(text="hello", model="a/model"))
    await turns.save_transcript(turn, 0, Transcript(text="other", model="a/model"))
    kept = await turns.transcript(turn, 0)
    assert kept is not None
    assert kept.text == "hello"
    assert await turns.transcript(turn, 1) is None


async def test_half_an_emoji_is_no_reason_to_fail(
    database: Database, clock: Clock, turn: str
) -> None:
    turns = TurnTable(database, clock)
    await turns.save_answer(turn, "joined \ud83d\ude00 and lost \ud83d")
    found = await turns.open(turn, inbox_id=1, conversation=HERE, person="1")
    assert found.answer == "joined 😀 and lost \ufffd"


async def test_finished_speech_comes_back_whole(tmp_path: Path) -> None:
    folder = SpeechFolder(tmp_path / "t1")
    speech = Speech(b"\n\x00sound\n", format="pcm", model="a/model", voice="v", rate=16_000)
    assert await folder.get("key") is None
    await folder.put("key", speech)
    assert await SpeechFolder(tmp_path / "t1").get("key") == speech


async def test_damaged_speech_counts_as_missing(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"half a head")
    assert await SpeechFolder(tmp_path).get("key") is None


async def test_speech_is_forgotten_with_its_turn(tmp_path: Path) -> None:
    folder = SpeechFolder(tmp_path / "t1")
    await folder.put("key", Speech(b"x", format="mp3", model="a/model", voice="v"))
    await folder.clear()
    await folder.clear()
    assert await folder.get("key") is None
