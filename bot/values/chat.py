"""A chat request and the events of its answer, independent of who provides the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Message = dict[str, Any]  # one chat-completions message, as stored and as sent


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool as the model sees it; `parameters` is JSON Schema."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What is asked of a chat model. `model` is a config reference such as `openrouter/auto`.

    `thinking` is the level that a person chose; empty means as configured for the model.
    """

    model: str
    messages: Sequence[Message]
    tools: Sequence[ToolSpec] = ()
    thinking: str = ""
    max_tokens: int | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    session_id: str = ""
    user: str = ""


@dataclass(frozen=True, slots=True)
class TextDelta:
    """Visible text. Never reasoning."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """Thought of the model: may be counted, never shown or spoken."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A complete call; `arguments` is the raw JSON text that the model wrote."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Usage:
    prompt_tokens: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int = 0
    cached_tokens: int = 0
    cost_micro_usd: int | None = None  # None: the answer named no cost


@dataclass(frozen=True, slots=True)
class ChatDone:
    """The end of a complete answer.

    `message` is the assistant message to store and replay, with `tool_calls` and the reasoning
    fields that the wire rules ask to send back (facts/openrouter-wire.md §3.8).
    """

    message: Message
    finish: Literal["stop", "length", "tool_calls"]
    tool_calls: tuple[ToolCall, ...]
    usage: Usage
    model: str
    generation_id: str


ChatEvent = TextDelta | ReasoningDelta | ChatDone
