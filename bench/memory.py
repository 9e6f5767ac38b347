"""How much memory the bot keeps: idle, and after many turns."""

from __future__ import annotations

import time

from bench import upstream
from bench.figures import Figure
from bench.house import SETTLE_S, House, house, memory_mb
from bench.settings import Settings
from tests.voices import say

IDLE_MB = 100.0
CHATS = 5
FIRST_PERSON = 100


def measure(base: str, settings: Settings) -> list[Figure]:
    """Idle after the start, then idle again after `settings.memory_turns` voice turns."""
    with house(base) as stage:
        stage.openrouter.post("settings", {**upstream.AT_ONCE, "speech": {"mode": "tone"}})
        stage.openrouter.post("script", [{"times": None, "answer": {"text": upstream.ANSWER}}])
        stage.open()
        idle_mb = memory_mb(stage.pid)
        _talk(stage, settings.memory_turns)
        time.sleep(SETTLE_S)
        after_mb, most_mb = memory_mb(stage.pid), memory_mb(stage.pid, peak=True)
    return [
        Figure("idle memory", idle_mb, "MB", IDLE_MB, 1.0),
        Figure(
            f"idle memory after {settings.memory_turns} turns", after_mb, "MB", IDLE_MB, None,
            f"at most {most_mb:.0f} MB while they ran",
        ),
    ]  # fmt: skip


def _talk(stage: House, turns: int) -> None:
    """Voice turns in a few chats at a time."""
    note = say(upstream.QUESTION)
    for begun in range(0, turns, CHATS):
        for person in range(min(CHATS, turns - begun)):
            stage.sends(note, person=FIRST_PERSON + person, heard=upstream.QUESTION)
        stage.awaits(min(begun + CHATS, turns))
