"""`parley chat`: the console channel. Text goes in as typed, `/voice FILE` plays a note."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from pathlib import Path

from bot.app.assemble import assemble
from bot.app.run import serving
from bot.app.state import hold
from bot.channels.console import ConsoleChannel
from bot.cli.launch import Ground, prepare

PROMPT = "> "
HELLO = "Write to the bot; /voice FILE plays it a recording; /quit ends."
VOICE, QUIT = "/voice", ("/quit", "/exit")


def chat(config: Path | None, state_dir: Path | None) -> None:
    """Talk until the input ends. Raises ConfigError or StartError."""
    os.environ.setdefault("PARLEY_LOG_LEVEL", "ERROR")  # a conversation is not a log
    ground = prepare(config, state_dir)
    with suppress(KeyboardInterrupt):
        asyncio.run(_talk(ground))


async def _talk(ground: Ground) -> None:
    with hold(ground.state_dir / "console") as state_dir:
        async with assemble(ground.loaded, state_dir) as parts:
            channel = ConsoleChannel(
                clock=parts.clock, receipts=parts.stores.receipts, write=print, out_dir=Path()
            )
            async with serving(parts, {channel.name: channel}):
                print(HELLO)
                while (line := await asyncio.to_thread(_read)) is not None:
                    if line in QUIT:
                        break
                    if line:
                        await _say(channel, line)


async def _say(channel: ConsoleChannel, line: str) -> None:
    command, _, rest = line.partition(" ")
    if command != VOICE:
        await channel.say(line)
    elif rest.strip():
        await channel.say(voice=Path(os.path.expanduser(rest.strip())))
    else:
        print("Which file? /voice FILE")
        return
    await channel.idle.wait()


def _read() -> str | None:
    try:
        return input(PROMPT).strip()
    except EOFError:
        return None
