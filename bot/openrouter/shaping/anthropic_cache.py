"""Anthropic prompt cache: a marker at the end of each system block.

Source: seeds 002 "Anthropic cache markers"; facts/openrouter-wire.md §5.
"""

from __future__ import annotations

from typing import Any

from bot.openrouter.shaping.shape import Body, Shape
from bot.values.chat import Message

THINKING = ("thinking", "redacted_thinking")
Part = dict[str, Any]


def mark_anthropic_cache(body: Body, shape: Shape) -> Body:
    """Mark system messages on verified routes; `cacheRetention` is `none`, `short` or `long`."""
    if not shape.route.verified or not shape.model.lower().startswith("anthropic/"):
        return body
    marker = _marker(shape.params.get("cacheRetention"))
    return {**body, "messages": [_shaped(message, marker) for message in body["messages"]]}


def _marker(retention: object) -> Part | None:
    if retention == "none":
        return None
    return {"type": "ephemeral", "ttl": "1h"} if retention == "long" else {"type": "ephemeral"}


def _shaped(message: Message, marker: Part | None) -> Message:
    content = message.get("content")
    role = message.get("role")
    if role in ("system", "developer") and marker:
        if isinstance(content, str):
            part: Part = {"type": "text", "text": content, "cache_control": marker}
            return {**message, "content": [part]}
        if isinstance(content, list) and content and not _is_thinking(content[-1]):
            return {**message, "content": [*content[:-1], {**content[-1], "cache_control": marker}]}
    if role == "assistant" and isinstance(content, list):
        return {**message, "content": [_unmarked(part) for part in content]}
    return message


def _is_thinking(part: object) -> bool:
    return not isinstance(part, dict) or part.get("type") in THINKING


def _unmarked(part: Any) -> Any:
    if isinstance(part, dict) and part.get("type") in THINKING:
        return {name: value for name, value in part.items() if name != "cache_control"}
    return part
