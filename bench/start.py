"""From the start of the process to its first poll."""

from __future__ import annotations

import time
from statistics import median

from bench.figures import Figure
from bench.house import compile_bot, house
from bench.settings import Settings

FIRST_POLL_MS = 1_200.0


def measure(base: str, settings: Settings) -> list[Figure]:
    """Starts with a state folder that exists, as after a deployment, and byte code in place."""
    compile_bot()
    taken: list[float] = []
    with house(base) as stage:
        for _ in range(settings.starts + 1):
            seen = stage.telegram.get("calls")["last"]
            begun_s = time.monotonic()
            bot = stage.start_plainly()
            polls = stage.telegram.get("calls", method="getUpdates", after=seen)["calls"]
            taken.append((polls[0]["at_s"] - begun_s) * 1_000)
            bot.stop()
    first, *others = taken
    note = f"slowest {max(others):.0f} ms; the very first start, with a new store, {first:.0f} ms"
    return [Figure("start to first poll", median(others), "ms", FIRST_POLL_MS, 1.0, note)]
