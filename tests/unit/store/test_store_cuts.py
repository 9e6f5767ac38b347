"""Where early bubbles of a turn ended, beside its paid speech."""

from __future__ import annotations

from pathlib import Path

from bot.store.speech import SpeechFolder
from bot.values.audio import Cut, Speech

FIRST, SECOND = Cut(51, "a" * 64), Cut(140, "b" * 64)


async def test_cuts_come_back_in_their_order(tmp_path: Path) -> None:
    folder = SpeechFolder(tmp_path / "speech" / "t1")
    assert await folder.cuts() == []
    await folder.add_cut(FIRST)
    await folder.add_cut(SECOND)
    assert await SpeechFolder(tmp_path / "speech" / "t1").cuts() == [FIRST, SECOND]
    assert await folder.begun()


async def test_damaged_cuts_count_as_none(tmp_path: Path) -> None:
    (tmp_path / "cuts").write_text('{"chars": 3')
    folder = SpeechFolder(tmp_path)
    assert await folder.cuts() == []
    await folder.add_cut(FIRST)
    assert await folder.cuts() == [FIRST]


async def test_cuts_and_segments_do_not_meet_and_go_together(tmp_path: Path) -> None:
    folder = SpeechFolder(tmp_path / "t1")
    speech = Speech(b"x", format="mp3", model="a/model", voice="v")
    await folder.put("key", speech)
    await folder.add_cut(FIRST)
    assert await folder.get("key") == speech
    assert await folder.get("cuts") is None
    await folder.clear()
    assert await folder.cuts() == []
