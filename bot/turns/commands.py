"""The commands /start, /help, /new and /stop. They cost nothing and are never spoken."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.store.history import HistoryTable
from bot.values.conversation import Incoming

HELP = """\
**{name}** – talk to me.

Send a voice note and I answer with my voice; write and I answer in text.

/new – forget this conversation and start afresh
/stop – stop what I'm doing (saying "stop" works too)
/help – this list"""
WELCOME = "Hello! I'm {name}. Send me a voice note or write to me. /help shows what I can do."
STOPPED = "Stopped."
NOTHING_RUNS = "Nothing is running."
AFRESH = "Done. We start afresh."
# These act at once, whatever else the conversation is doing.
OVERTAKING = frozenset({"stop", "help", "start"})
MENU = (
    ("new", "Start afresh"),
    ("stop", "Stop what I'm doing"),
    ("help", "What I can do"),
)


@dataclass(frozen=True, slots=True)
class Desk:
    """What commands act on."""

    name: str
    history: HistoryTable
    stop: Callable[[str], int]


async def _start(desk: Desk, _incoming: Incoming) -> str:
    return WELCOME.format(name=desk.name)


async def _help(desk: Desk, _incoming: Incoming) -> str:
    return HELP.format(name=desk.name)


async def _new(desk: Desk, incoming: Incoming) -> str:
    await desk.history.start_afresh(incoming.conversation.key)
    return AFRESH


async def _stop(desk: Desk, incoming: Incoming) -> str:
    return STOPPED if desk.stop(incoming.conversation.key) else NOTHING_RUNS


COMMANDS: Mapping[str, Callable[[Desk, Incoming], Awaitable[str]]] = {
    "start": _start,
    "help": _help,
    "new": _new,
    "reset": _new,
    "stop": _stop,
}


async def run(desk: Desk, incoming: Incoming) -> str | None:
    """The answer to the command in `incoming`, None when it is no command of ours."""
    command = incoming.command and COMMANDS.get(incoming.command.name)
    return await command(desk, incoming) if command else None
