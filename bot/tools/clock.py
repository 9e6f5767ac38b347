"""The current date and time: the system prompt carries none, so that it stays cacheable."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.tools.registry import Tool, ToolContext, ToolFailed
from bot.values.chat import ToolSpec
from bot.values.clock import Clock

SPEC = ToolSpec(
    name="current_time",
    description="The current date and time, in UTC or in an IANA time zone such as Europe/Rome.",
    parameters={
        "type": "object",
        "properties": {"timezone": {"type": "string", "description": "IANA name, default UTC"}},
    },
)


def current_time(clock: Clock) -> Tool:
    """The tool `current_time`, reading `clock`."""

    async def run(arguments: Mapping[str, Any], _context: ToolContext) -> str:
        now = datetime.fromtimestamp(clock.now_ms() / 1000, UTC)
        name = str(arguments.get("timezone") or "UTC")
        try:
            local = now.astimezone(ZoneInfo(name))
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ToolFailed(f"unknown time zone {name!r}") from error
        return f"{local:%A, %d %B %Y, %H:%M:%S} ({name})"

    return Tool(SPEC, run)
