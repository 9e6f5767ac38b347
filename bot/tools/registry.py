"""The tools of the bot: how one is described, found and run.

A tool fails in one of two ways: `ToolFailed` is a sentence for the model, which may try otherwise;
any other error of a tool's own is reported to the model as a failure without detail.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from bot.errors import ParleyError, StageError
from bot.values.chat import ToolCall, ToolSpec

log = structlog.get_logger()
MAX_RESULT_CHARS = 20_000


class ToolFailed(ParleyError):
    """The tool could not do what was asked."""


@dataclass(frozen=True, slots=True)
class ToolContext:
    """Where a call comes from.

    `call_id` names the call within its turn and is the same after a restart: use it to act once.
    It is not the model's own id: some providers count those anew in each answer.
    """

    conversation: str
    person: str
    turn_id: str
    call_id: str
    message_id: str = ""  # the message that started the turn, as its channel names it


Run = Callable[[Mapping[str, Any], ToolContext], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: what the model sees and what runs. `run` returns the text that the model gets."""

    spec: ToolSpec
    run: Run


class ToolRegistry:
    """All tools by name."""

    def __init__(self, tools: Iterable[Tool] = ()) -> None:
        self._tools = {tool.spec.name: tool for tool in tools}

    @property
    def specs(self) -> tuple[ToolSpec, ...]:
        return tuple(tool.spec for tool in self._tools.values())

    async def call(self, call: ToolCall, context: ToolContext) -> str:
        """The result for the model. Never raises for what the model or a tool did wrong."""
        tool = self._tools.get(call.name)
        if tool is None:
            known = ", ".join(sorted(self._tools)) or "none"
            return f"Error: there is no tool named {call.name!r}. Available: {known}."
        try:
            arguments = _arguments(call.arguments)
            result = await tool.run(arguments, context)
        except ToolFailed as error:
            return f"Error: {error}"
        except StageError as error:
            return f"Error: {error.sentence}"
        except (ValueError, TypeError, KeyError, LookupError, OSError) as error:
            log.warning("tool.failed", tool=call.name, turn=context.turn_id, error=repr(error))
            return f"Error: {call.name} failed unexpectedly ({type(error).__name__})."
        return result[:MAX_RESULT_CHARS]


def _arguments(raw: str) -> Mapping[str, Any]:
    try:
        parsed = json.loads(raw or "{}")
    except (ValueError, RecursionError) as error:
        raise ToolFailed(f"the arguments are not valid JSON ({error})") from error
    if not isinstance(parsed, dict):
        raise ToolFailed("the arguments must be a JSON object")
    return parsed
