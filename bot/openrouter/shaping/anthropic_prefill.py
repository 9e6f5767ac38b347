"""Anthropic prefill: with reasoning on, a conversation must not end with an answer.

Source: seeds 002 "Anthropic reasoning prefill"; facts/openrouter-wire.md §6.
"""

from __future__ import annotations

import structlog

from bot.openrouter.shaping.shape import Body, Shape
from bot.values.chat import Message

DISABLED = ("", "off", "none")
TOOL_PARTS = ("tool_use", "toolCall")
log = structlog.get_logger()


def drop_anthropic_prefill(body: Body, shape: Shape) -> Body:
    """Drop trailing assistant turns without tool calls, on the canonical address."""
    applies = shape.route.exact and shape.model.lower().startswith(
        ("anthropic/", "openrouter/anthropic/")
    )
    if not applies or not reasoning_enabled(body):
        return body
    messages = list(body["messages"])
    while messages and _is_prefill(messages[-1]):
        messages.pop()
    dropped = len(body["messages"]) - len(messages)
    if not dropped:
        return body
    log.warning("shaping.prefill_dropped", count=dropped, model=shape.model)
    return {**body, "messages": messages}


def reasoning_enabled(body: Body) -> bool:
    """Whether the body asks for reasoning."""
    return _enabled(body.get("reasoning")) or _enabled(body.get("reasoning_effort"))


def _enabled(value: object) -> bool:
    if value is None or value is False:
        return False
    if isinstance(value, str):
        return value.strip().lower() not in DISABLED
    if isinstance(value, dict):
        if value.get("enabled") is False:
            return False
        effort = value.get("effort")
        return not isinstance(effort, str) or effort.strip().lower() not in DISABLED
    return True


def _is_prefill(message: Message) -> bool:
    if message.get("role") != "assistant" or message.get("tool_calls"):
        return False
    content = message.get("content")
    parts = content if isinstance(content, list) else []
    return not any(isinstance(part, dict) and part.get("type") in TOOL_PARTS for part in parts)
