"""`parley chat`: the console channel. Text goes in as typed, `/voice FILE` plays a note."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import aclosing, suppress
from pathlib import Path

from bot.access.rules import ANYBODY, AccessRules
from bot.app.assemble import NO_KEY, assemble
from bot.app.run import serving
from bot.app.state import hold
from bot.channels.console import NAME, ConsoleChannel
from bot.cli.lines import typed_lines
from bot.cli.plain import plain
from bot.cli.prepare import Ground, prepare
from bot.cli.upstream import sources_of
from bot.errors import ConfigError
from bot.openrouter.keys import chat_key

PROMPT = "> "
WITHOUT = "Without a key, `parley sandbox` lets you try the bot on this machine."
HELLO = "Write to the bot; /voice FILE plays it a recording; /quit ends."
VOICE, QUIT = "/voice", ("/quit", "/exit")


def chat(config: Path | None, state_dir: Path | None) -> None:
    """Talk until the input ends. Raises ConfigError or StartError."""
    os.environ.setdefault("PARLEY_LOG_LEVEL", "ERROR")  # a conversation is not a log
    ground = prepare(config, state_dir)
    if chat_key(sources_of(ground)) is None:
        raise ConfigError(f"{NO_KEY} {WITHOUT}")
    with suppress(KeyboardInterrupt):
        asyncio.run(_talk(ground))


async def _talk(ground: Ground) -> None:
    with hold(ground.state_dir / "console") as state_dir:
        async with assemble(ground.loaded, state_dir, home=ground.state_dir) as parts:
            parts.doorman.apply(NAME, AccessRules(allow_from=frozenset({ANYBODY})))
            channel = ConsoleChannel(
                clock=parts.clock, receipts=parts.stores.receipts, write=_write, out_dir=Path()
            )
            async with serving(parts, {channel.name: channel}):
                print(HELLO)
                await _converse(channel)


async def _converse(channel: ConsoleChannel) -> None:
    _prompt()
    async with aclosing(typed_lines()) as lines:
        async for line in lines:
            if line in QUIT:
                break
            if line:
                await _say(channel, line)
            _prompt()


def _write(markdown: str) -> None:
    print(plain(markdown))


def _prompt() -> None:
    if sys.stdin.isatty():
        print(PROMPT, end="", flush=True)


async def _say(channel: ConsoleChannel, line: str) -> None:
    command, _, rest = line.partition(" ")
    if command != VOICE:
        await channel.say(line)
    elif rest.strip():
        await channel.say(voice=_path(rest.strip()))
    else:
        print("Which file? /voice FILE")
        return
    await channel.idle.wait()


def _path(typed: str) -> Path:
    return Path(typed).expanduser()
