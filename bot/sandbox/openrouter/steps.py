"""An answer cut into what a stream sends: one `Step` per chunk, with the time before it."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from bot.sandbox.openrouter.preferences import ChatPreferences
from bot.sandbox.openrouter.scripts import Answer, ScriptedCall

TOKEN = re.compile(r"\s*\S+|\s+$")
ID_LETTERS = 9  # short enough for every vendor


@dataclass(frozen=True, slots=True)
class Step:
    """A delta, how long after the step before it, and the gate it waits at."""

    delta: dict[str, Any]
    wait_ms: float = 0.0
    hold: str = ""
    is_reasoning: bool = False
    is_media: bool = False


@dataclass(slots=True)
class Whole:
    """The message that all steps make together."""

    text: str = ""
    reasoning: str = ""
    reasoning_details: list[dict[str, Any]] = field(default_factory=list)
    tool_calls: list[dict[str, Any]] = field(default_factory=list)

    def message(self) -> dict[str, Any]:
        """The assistant message of a non-streamed answer."""
        message: dict[str, Any] = {
            "role": "assistant",
            "content": self.text or (None if self.tool_calls else ""),
            "refusal": None,
            "reasoning": self.reasoning or None,
        }
        if self.reasoning_details:
            message["reasoning_details"] = self.reasoning_details
        if self.tool_calls:
            message["tool_calls"] = self.tool_calls
        return message


def cut(answer: Answer, preferences: ChatPreferences) -> tuple[list[Step], Whole]:
    """The steps of `answer`, paced by itself or else by `preferences`, and their sum."""
    first_ms = (
        answer.first_token_ms if answer.first_token_ms is not None else preferences.first_token_ms
    )
    speed = answer.tokens_per_s or preferences.tokens_per_s
    calls = [_with_id(call) for call in answer.tool_calls]
    whole = Whole(reasoning=answer.reasoning, reasoning_details=answer.reasoning_details)
    whole.tool_calls = [_whole_call(call) for call in calls]
    gap_ms = 1000 / speed if speed else 0.0
    plain = [*_reasoning_steps(answer)]
    if answer.chunks is None:
        whole.text = answer.text
        plain += [Step({"content": token}) for token in TOKEN.findall(answer.text)]
    else:
        whole.text = "".join(chunk.text for chunk in answer.chunks)
    chunks = [Step({"content": c.text}, c.wait_ms, c.hold) for c in answer.chunks or ()]
    steps = _paced(plain, gap_ms) + chunks + _paced([*_call_steps(calls)], gap_ms)
    if steps:
        own_ms = steps[0].wait_ms if chunks and not plain else 0.0
        steps[0] = replace(steps[0], wait_ms=first_ms + own_ms)
    return steps, whole


def _paced(steps: list[Step], gap_ms: float) -> list[Step]:
    return [replace(step, wait_ms=gap_ms) for step in steps]


def _reasoning_steps(answer: Answer) -> Iterator[Step]:
    for token in TOKEN.findall(answer.reasoning):
        yield Step({"content": "", "reasoning": token}, is_reasoning=True)
    for detail in answer.reasoning_details:
        yield Step({"content": "", "reasoning_details": [detail]}, is_reasoning=True)


def _call_steps(calls: list[ScriptedCall]) -> Iterator[Step]:
    """Each call opens with id and name, then its arguments come in fragments by index."""
    for place, call in enumerate(calls):
        opening = {
            "index": place, "id": call.id, "type": "function",
            "function": {"name": call.name, "arguments": ""},
        }  # fmt: skip
        yield Step({"content": None, "tool_calls": [opening]})
        arguments = _arguments(call)
        for start in range(0, len(arguments), call.fragment_chars):
            piece = arguments[start : start + call.fragment_chars]
            yield Step(
                {
                    "content": None,
                    "tool_calls": [{"index": place, "function": {"arguments": piece}}],
                }
            )


def _whole_call(call: ScriptedCall) -> dict[str, Any]:
    function = {"name": call.name, "arguments": _arguments(call)}
    return {"id": call.id, "type": "function", "function": function}


def _arguments(call: ScriptedCall) -> str:
    return call.arguments if isinstance(call.arguments, str) else json.dumps(call.arguments)


def _with_id(call: ScriptedCall) -> ScriptedCall:
    fresh = call.id or secrets.token_hex(5)[:ID_LETTERS]
    return call.model_copy(update={"id": fresh})
