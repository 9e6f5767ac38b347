"""What the stand-in as a whole may use: bounds, threads and the clock. Accounts have their own."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.values.clock import Clock, SystemClock

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Settings:
    """`max_hang_s` bounds hangs and holds; `max_calls` and `max_log_bytes` count per account."""

    max_hang_s: float = 120.0
    max_body_bytes: int = 64 * MIB
    max_accounts: int = 512
    max_calls: int = 5_000
    max_log_bytes: int = 32 * MIB
    threads: int = 2
    clock: Clock = field(default_factory=SystemClock)
