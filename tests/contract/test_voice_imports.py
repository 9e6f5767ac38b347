"""The voice room costs nothing before its first note, and never brings numpy in."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("av", "pydub", "audioop", "numpy")


def loaded_after(code: str) -> set[str]:
    """Which of HEAVY a fresh interpreter has loaded after `code`."""
    script = f"{code}\nimport sys\nprint(*(name for name in {HEAVY!r} if name in sys.modules))"
    command = [sys.executable, "-W", "ignore", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return set(done.stdout.split())


def test_importing_the_room_loads_no_heavy_library() -> None:
    assert loaded_after("import bot.voice.listen, bot.voice.speak, bot.voice.workshop") == set()


def test_hearing_and_speaking_work_without_numpy() -> None:
    code = """
import math
from array import array
from bot.values.audio import Pcm
from bot.voice.bubbles import Bubbles
from bot.voice.prepare import prepare
samples = array("h", (int(9000 * math.sin(i / 9) * (i // 2400 % 2)) for i in range(48_000)))
bubbles = Bubbles()
bubbles.add(Pcm(samples.tobytes()))
(bubble,) = bubbles.finish()
assert not prepare(bubble.ogg).silent
"""
    assert loaded_after(code) == {"av", "pydub", "audioop"}
