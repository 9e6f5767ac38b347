"""The base body of a chat request, before any shaping rule, and its output cap.

Source: facts/openrouter-wire.md §3.2.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

from bot.openrouter.facts import ModelFacts
from bot.openrouter.replay import replayed
from bot.values.chat import ChatRequest, Message, ToolSpec

DEFAULT_MAX_TOKENS = 4096
LEAST_TOKENS = 16  # some providers refuse less (facts/openrouter-api.md §2.1)
MEDIA_CHARS = 8000
CHARS_PER_TOKEN = 4
ESTIMATE_FACTOR = 1.25

NUMBERS = (
    ("temperature", "temperature"),
    ("topP", "top_p"),
    ("frequencyPenalty", "frequency_penalty"),
    ("presencePenalty", "presence_penalty"),
    ("seed", "seed"),
)


def base_payload(
    request: ChatRequest, *, model: str, params: Mapping[str, Any], facts: ModelFacts
) -> dict[str, Any]:
    """The body for `request` on any route. `model` is the wire id, `params` the effective ones."""
    messages = replayed(request.messages, model)
    body: dict[str, Any] = {"model": model, "messages": messages, "stream": True}
    if request.tools and facts.supports_tools is not False:
        body["tools"] = wire_tools(request.tools)
        choice = params.get("toolChoice")
        body["tool_choice"] = choice if choice and isinstance(choice, str | dict) else "auto"
    body["max_completion_tokens"] = output_cap(
        request, params=params, facts=facts, input_tokens=estimate_tokens(body)
    )
    for name, field in NUMBERS:
        if _is_number(params.get(name)):
            body[field] = params[name]
    if isinstance(params.get("response_format"), dict):
        body["response_format"] = params["response_format"]
    stop = _stop(params.get("stop"))
    if stop:
        body["stop"] = stop
    if request.session_id:
        body["session_id"] = request.session_id[:256]
    if request.user:
        body["user"] = request.user
    return body


def wire_tools(tools: Sequence[ToolSpec]) -> list[dict[str, Any]]:
    """Function tools in a stable order, so that prompt caches see the same bytes each time."""
    return [
        {
            "type": "function",
            "function": {
                "name": tool.name,
                "description": tool.description,
                "parameters": dict(tool.parameters),
            },
        }
        for tool in sorted(tools, key=lambda tool: (tool.name, tool.description))
    ]


def output_cap(
    request: ChatRequest, *, params: Mapping[str, Any], facts: ModelFacts, input_tokens: int
) -> int:
    """The output cap that is always sent: least of wish, the model's maximum, the context left.

    Without it OpenRouter reserves credit for the model's maximum (facts/openrouter-api.md §3).
    """
    wish = params.get("maxTokens")
    caps = [request.max_tokens or (int(wish) if _is_number(wish) and wish >= 1 else 0)]
    caps[0] = caps[0] or DEFAULT_MAX_TOKENS
    if facts.max_completion_tokens:
        caps.append(facts.max_completion_tokens)
    if facts.context:
        caps.append(max(LEAST_TOKENS, facts.context - input_tokens - 1))
    return min(caps)


def estimate_tokens(body: Mapping[str, Any]) -> int:
    """A careful guess at the prompt's tokens, from its bytes."""
    size = sum(_message_size(message) for message in body["messages"])
    if "tools" in body:
        size += len(json.dumps(body["tools"], default=str))
    return math.ceil(size / CHARS_PER_TOKEN * ESTIMATE_FACTOR)


def _message_size(message: Message) -> int:
    content = message.get("content")
    parts = content if isinstance(content, list) else [{"text": content or ""}]
    size = sum(
        _size(part["text"]) if isinstance(part, dict) and "text" in part else MEDIA_CHARS
        for part in parts
    )
    return size + (_size(json.dumps(message["tool_calls"])) if message.get("tool_calls") else 0)


def _size(text: object) -> int:
    # UTF-8 bytes rather than characters: scripts beyond ASCII cost more tokens per character.
    return len(str(text).encode("utf-8", "replace"))


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _stop(value: object) -> str | list[str] | None:
    if isinstance(value, str):
        return value or None
    if isinstance(value, list | tuple):
        return [item for item in value if isinstance(item, str) and item] or None
    return None
