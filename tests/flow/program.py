"""`parley` as a program: run to its end, or started and talked to."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.flow.stage import BotProcess, Stage, clean_environment

MODULE = (sys.executable, "-m", "bot")
# The console script that installing the package has put beside the interpreter.
SCRIPT = (str(Path(sysconfig.get_path("scripts")) / "parley"),)
LONGEST_S = 60.0


def parley(
    *arguments: str,
    program: tuple[str, ...] = MODULE,
    typed: str = "",
    cwd: Path | None = None,
    **environment: str,
) -> subprocess.CompletedProcess[str]:
    """Run `parley ARGUMENTS` to its end; it must end by itself."""
    return subprocess.run(
        [*program, *arguments],
        input=typed,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        cwd=cwd,
        check=False,
        env=clean_environment(**environment),
    )


def secrets_of(stage: Stage) -> dict[str, str]:
    """Both secrets as the environment carries them."""
    return {"OPENROUTER_API_KEY": stage.key, "TELEGRAM_BOT_TOKEN": stage.token}


def processes_of(session: int) -> list[int]:
    """The processes of a session that are still there."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                if os.getsid(int(folder.name)) == session:
                    found.append(int(folder.name))
            except ProcessLookupError:
                continue
    return found


@contextmanager
def running(*arguments: str, log: Path, **environment: str) -> Iterator[BotProcess]:
    """`parley ARGUMENTS` while the block runs, its output in `log`."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*MODULE, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=clean_environment(**environment),
            start_new_session=True,
        )
    bot = BotProcess(process, log)
    try:
        yield bot
    finally:
        if process.poll() is None:
            bot.kill()
