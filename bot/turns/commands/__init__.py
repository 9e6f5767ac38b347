"""Commands of the chat. They cost nothing, are never spoken, and need access like anything else."""

from __future__ import annotations

from collections.abc import Mapping

from bot.turns.commands import (
    basic,
    jobs,
    models,
    money,
    pair,
    queue,
    sessions,
    trace,
    tts,
    voice,
    why,
)
from bot.turns.commands.desk import Answer, Command, Desk, Spoken
from bot.values.conversation import Incoming

__all__ = ["MENU", "OVERTAKING", "STOPPED", "Answer", "Desk", "Spoken", "run"]

STOPPED = basic.STOPPED
# These act at once, whatever else the conversation is doing.
OVERTAKING = frozenset(
    {
        *("stop", "help", "start", "usage", "whoami", "status", "jobs", "trace", "voice", "queue"),
        *("why", "pair"),
    }
)
MENU = (
    ("new", "Start afresh"),
    ("stop", "Stop what I'm doing"),
    ("model", "Choose the model that answers"),
    ("think", "Choose how much it thinks"),
    ("voice", "How I sound"),
    ("tts", "Whether I speak, and the last answer aloud"),
    ("jobs", "Pictures, films and songs in the making"),
    ("usage", "What this conversation cost"),
    ("trace", "How long the last answer took"),
    ("why", "Why I stayed silent"),
    ("forget", "Delete for good what was said here"),
    ("help", "What I can do"),
)
COMMANDS: Mapping[str, Command] = {
    "start": basic.start,
    "help": basic.show_help,
    "new": sessions.new,
    "reset": sessions.reset,
    "compact": sessions.compact,
    "forget": sessions.forget,
    "stop": basic.stop,
    "whoami": basic.whoami,
    "id": basic.whoami,
    "model": models.model,
    "models": models.listing,
    "think": models.think,
    "t": models.think,
    "voice": voice.voice,
    "tts": tts.tts,
    "queue": queue.queue,
    "jobs": jobs.jobs,
    "tasks": jobs.jobs,
    "usage": money.usage,
    "status": money.status,
    "trace": trace.trace,
    "why": why.why,
    "pair": pair.pair,
}


async def run(desk: Desk, incoming: Incoming) -> Answer | None:
    """The answer to the command in `incoming`, None when it is no command of ours."""
    command = COMMANDS.get(incoming.command.name) if incoming.command else None
    return await command(desk, incoming) if command else None
