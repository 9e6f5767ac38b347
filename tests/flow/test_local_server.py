"""A Bot API server of one's own hands over large notes, which Telegram's would not, by its disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import voices
from tests.flow.stage import Stage

WORDS = "This went on for a while."
LARGE_BYTES = 21_000_000


def large_note() -> bytes:
    """Half a minute of speech, recorded as nobody needs to."""
    rate = 192_000
    spoken = voices.pcm_of("One more sentence.")
    seconds = LARGE_BYTES / (rate * 2 * 2)
    times = int(seconds * voices.RATE * 2 / len(spoken)) + 2
    return voices.encode(spoken * times, format="wav", rate=rate, channels=2)


@pytest.fixture
def local(stage: Stage) -> Stage:
    """A bot that trusts the folder of a server in local mode."""
    told = stage.telegram.post("settings", {"local_files": True})["settings"]
    folder = {"trustedLocalFileRoots": [told["files_dir"]]}
    stage.configure({"channels": {"telegram": folder}})
    stage.openrouter.post("settings", {"transcription": {"text": WORDS}})
    return stage


def test_a_note_larger_than_telegram_gives_out_is_heard(local: Stage) -> None:
    note = large_note()
    assert len(note) > 20 << 20
    local.start()
    local.sends(note, kind="audio", name="memo.wav", mime="audio/wav")
    local.awaits_text(WORDS)
    local.awaits_voice()
    assert local.telegram_calls("file") == [], "nothing came over HTTP"
    assert len(local.telegram_calls("getFile")) == 1


def test_a_file_elsewhere_on_the_disk_is_refused_with_a_sentence(
    local: Stage, tmp_path: Path
) -> None:
    folder = {"trustedLocalFileRoots": [str(tmp_path / "other")]}
    local.configure({"channels": {"telegram": folder}})
    bot = local.start()
    local.sends(voices.say("Can you read this?"))
    told = local.awaits_text("trustedLocalFileRoots")["text"]
    assert "ask my owner" in told
    assert local.upstream_calls() == []
    (event,) = bot.events("telegram.file.untrusted")
    assert event["setting"] == "channels.telegram.trustedLocalFileRoots"
    assert local.token not in bot.log
