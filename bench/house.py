"""A bot to measure: `parley run` as a process, the stand-ins as another, and what both tell."""

from __future__ import annotations

import compileall
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx

import bot
from tests.flow.stage import BotProcess, Stage

SETTLE_S = 3.0  # after a start the libraries of the first note are still being loaded
LOOK_EVERY_S = 0.05
PATIENCE_S = 180.0
SETTLED = b'"turn.settled"'


class House(Stage):
    """A stage whose one bot is measured. Waiting here costs the stand-ins nothing."""

    @property
    def bot(self) -> BotProcess:
        return self.bots[-1]

    @property
    def pid(self) -> int:
        return self.bot.process.pid

    def open(self) -> None:
        """Start the bot and let it settle."""
        self.start_plainly()
        time.sleep(SETTLE_S)

    def start_plainly(self) -> BotProcess:
        """Start the bot as a person does: with byte code, without warnings."""
        return self.start(PYTHONDONTWRITEBYTECODE="", PYTHONWARNINGS="")

    def settled(self) -> int:
        """How many turns have ended."""
        return self.bot.log_path.read_bytes().count(SETTLED)

    def awaits(self, turns: int, *, meanwhile: Callable[[], object] = lambda: None) -> None:
        """Until `turns` turns have ended. Raises RuntimeError when the bot dies or is too slow."""
        end = time.monotonic() + PATIENCE_S
        while self.settled() < turns:
            meanwhile()
            if self.bot.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(
                    f"{self.settled()} of {turns} turns ended\n{self.bot.log[-4_000:]}"
                )
            time.sleep(LOOK_EVERY_S)


@contextmanager
def house(base: str, **changes: Any) -> Iterator[House]:
    """A house with a world of its own in the stand-ins at `base`, configured with `changes`."""
    with (
        tempfile.TemporaryDirectory(prefix="parley-bench-") as folder,
        httpx.Client(timeout=60, trust_env=False) as http,
    ):
        built = House(base, Path(folder), http)
        built.configure(changes)
        try:
            yield built
        finally:
            built.close()
            built.telegram.delete()
            built.openrouter.delete()


@lru_cache(maxsize=1)
def compile_bot() -> None:
    """Byte code of the bot, as after an installation."""
    compileall.compile_dir(str(Path(bot.__file__).parent), quiet=1)


def cpu_ms(pid: int) -> float:
    """User and system time of a process so far, in steps of 10 ms (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    return ticks * 1_000 / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int, *, peak: bool = False) -> float:
    """Resident memory of a process in MB of 10^6 bytes: now, or the most it ever had (Linux)."""
    name = "VmHWM:" if peak else "VmRSS:"
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1.024 / 1_000 for line in lines if line.startswith(name))
