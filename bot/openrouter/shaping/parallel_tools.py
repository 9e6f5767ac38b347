"""Parallel tool calls: only as configured. Source: facts/openrouter-wire.md §3.2 and §3.6."""

from __future__ import annotations

import structlog

from bot.openrouter.shaping.shape import Body, Shape

NAME = "parallel_tool_calls"
log = structlog.get_logger()


def allow_parallel_tools(body: Body, shape: Shape) -> Body:
    """Set the field for a boolean, remove it for null, warn about anything else."""
    if NAME not in shape.params:
        return body
    wish = shape.params[NAME]
    if isinstance(wish, bool):
        return {**body, NAME: wish} if body.get("tools") else body
    if wish is not None:
        log.warning("shaping.parallel_tool_calls_ignored", kind=type(wish).__name__)
        return body
    return {name: value for name, value in body.items() if name != NAME}
