"""Calls of the model: good ones, wrong ones, failing ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from bot.errors import UpstreamDown
from bot.tools.clock import current_time
from bot.tools.registry import MAX_RESULT_CHARS, Tool, ToolContext, ToolFailed, ToolRegistry
from bot.values.chat import ToolCall, ToolSpec

CONTEXT = ToolContext(conversation="telegram:1", person="1", turn_id="t1", call_id="c1")
NOON_MS = 1_767_268_800_000  # 2026-01-01 12:00 UTC


class FixedClock:
    def now_ms(self) -> int:
        return NOON_MS

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        """Nobody waits here."""


def tool(outcome: str | Exception) -> ToolRegistry:
    async def run(arguments: Mapping[str, Any], _context: ToolContext) -> str:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome.format(**arguments)

    return ToolRegistry([Tool(ToolSpec("echo", "Says it again.", {"type": "object"}), run)])


async def call(registry: ToolRegistry, arguments: str, name: str = "echo") -> str:
    return await registry.call(ToolCall("c1", name, arguments), CONTEXT)


async def test_a_tool_gets_its_arguments_and_its_result_goes_back() -> None:
    assert await call(tool("you said {word}"), '{"word": "hi"}') == "you said hi"


async def test_no_arguments_at_all_are_an_empty_object() -> None:
    assert await call(tool("nothing needed"), "") == "nothing needed"


async def test_an_unknown_tool_is_told_to_the_model_with_the_known_ones() -> None:
    answer = await call(tool("x"), "{}", name="ehco")
    assert answer.startswith("Error")
    assert "echo" in answer


@pytest.mark.parametrize("arguments", ["{", "[1]", '"text"', "null", "[" * 99_999])
async def test_arguments_that_are_no_object_are_told_to_the_model(arguments: str) -> None:
    assert (await call(tool("x"), arguments)).startswith("Error: the arguments")


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (ToolFailed("no such city"), "no such city"),
        (UpstreamDown("socket 17 closed"), UpstreamDown.default_sentence),
        (KeyError("secret detail"), "KeyError"),
    ],
)
async def test_a_failing_tool_ends_in_words_for_the_model(failure: Exception, told: str) -> None:
    answer = await call(tool(failure), "{}")
    assert answer.startswith("Error")
    assert told in answer
    assert "secret detail" not in answer


async def test_an_endless_result_is_cut() -> None:
    assert len(await call(tool("x" * 100_000), "{}")) == MAX_RESULT_CHARS


async def test_the_time_is_told_in_the_zone_that_was_asked_for() -> None:
    registry = ToolRegistry([current_time(FixedClock())])
    assert "12:00:00 (UTC)" in await call(registry, "{}", name="current_time")
    rome = await call(registry, '{"timezone": "Europe/Rome"}', name="current_time")
    assert "13:00:00 (Europe/Rome)" in rome
    assert (await call(registry, '{"timezone": "Mars"}', name="current_time")).startswith("Error")
