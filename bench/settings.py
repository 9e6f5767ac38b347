"""How much is measured: in full, or shortly for a machine that only checks that it runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """`repeat` turns of each kind with `idle_s` before each; starts, turns and chats to measure."""

    idle_s: float = 20.0
    repeat: int = 5
    starts: int = 5
    memory_turns: int = 200
    cpu_turns: int = 10
    chats: int = 100


FULL = Settings()
SHORT = Settings(idle_s=1.0, repeat=2, starts=2, memory_turns=20, cpu_turns=2, chats=10)
