"""DeepSeek V4: `thinking` and `reasoning_effort`, and `reasoning_content` on replayed answers.

Source: seeds 002 "DeepSeek V4 reasoning replay"; facts/openrouter-wire.md §8. Where the reference
differs from the seed, wire/README.md decides: no nested copy, and every replayed answer is filled.
"""

from __future__ import annotations

from typing import Any

from bot.openrouter.shaping.shape import Body, Shape
from bot.openrouter.thinking import DEEPSEEK_V4
from bot.values.chat import Message

EFFORTS = {"": "high", "max": "xhigh", "adaptive": "medium"}
LEVELS = ("minimal", "low", "medium", "high", "xhigh")
OFF = ("off", "none")


def shape_deepseek_v4(body: Body, shape: Shape) -> Body:
    """Apply on the canonical address, to the two V4 models."""
    if not shape.route.exact or not DEEPSEEK_V4.fullmatch(shape.model):
        return body
    level = shape.thinking.strip().lower()
    rest = {k: v for k, v in body.items() if k not in ("reasoning", "reasoning_effort")}
    if level in OFF:
        messages = [_without_content(message) for message in body["messages"]]
        return {**rest, "messages": messages, "thinking": {"type": "disabled"}}
    effort = EFFORTS.get(level, level)
    return {
        **rest,
        "messages": [_filled(message) for message in body["messages"]],
        "thinking": {"type": "enabled"},
        "reasoning_effort": effort if effort in LEVELS else "high",
    }


def _without_content(message: Message) -> Message:
    return {name: value for name, value in message.items() if name != "reasoning_content"}


def _filled(message: Message) -> Message:
    if message.get("role") != "assistant" or isinstance(message.get("reasoning_content"), str):
        return message
    return {**message, "reasoning_content": _stored_reasoning(message)}


def _stored_reasoning(message: Message) -> str:
    if isinstance(message.get("reasoning"), str):
        return str(message["reasoning"])
    details: Any = message.get("reasoning_details")
    if not isinstance(details, list):
        return ""
    texts = (d.get("text") for d in details if isinstance(d, dict))
    return "".join(text for text in texts if isinstance(text, str))
