"""Refusals that say what to change: the request is sent once more, changed, and never twice so."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

import pytest
from loopback_upstream import Reply, Upstream, as_json, client_for, delta, sse, upstream

from bot.errors import (
    ContextTooLong,
    NoCredit,
    RequestRejected,
    UpstreamDown,
    UpstreamError,
)
from bot.openrouter.chat import OpenRouterChat
from bot.openrouter.facts import UNKNOWN, ModelFacts
from bot.values.chat import ChatEvent, ChatRequest, Message, TextDelta

GOOD = sse(delta(content="Hi"), delta("stop"))
USER = {"role": "user", "content": "Hello"}
CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
LOOP: list[Message] = [
    USER,
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [CALL],
        "reasoning": "hm",
        "reasoning_details": [{"type": "reasoning.encrypted", "data": "QQ=="}],
    },
    {"role": "tool", "tool_call_id": "c", "content": "x"},
]


class NoFacts:
    def lookup(self, model: str) -> ModelFacts:
        return UNKNOWN


def refusal(status: int, message: str = "no", **metadata: object) -> Reply:
    return as_json({"error": {"code": status, "message": message, "metadata": metadata}}, status)


def afford(tokens: int) -> Reply:
    return refusal(402, f"You requested up to 4096 tokens, but can only afford {tokens}.")


async def ask(
    state: Upstream, messages: list[Message], seen: list[ChatEvent] | None = None, **params: Any
) -> list[ChatEvent]:
    seen = [] if seen is None else seen
    request = ChatRequest("openrouter/google/gemini-3-pro", messages, params=params)
    async with (
        client_for(state) as client,
        aclosing(OpenRouterChat(client, NoFacts()).stream(request)) as events,
    ):
        async for event in events:
            seen.append(event)
    return seen


async def test_an_affordable_cap_is_tried_once() -> None:
    async with upstream(afford(900), GOOD) as state:
        assert (await ask(state, [USER]))[0] == TextDelta("Hi")
    first, second = (seen.json for seen in state.seen)
    assert (first["max_completion_tokens"], second["max_completion_tokens"]) == (4096, 900)
    assert {**second, "max_completion_tokens": 4096} == first


async def test_a_cap_from_the_extra_body_is_lowered_too() -> None:
    async with upstream(afford(900), GOOD) as state:
        await ask(state, [USER], extraBody={"max_tokens": 9000})
    assert [seen.json["max_tokens"] for seen in state.seen] == [9000, 900]


async def test_a_second_refusal_for_credit_is_final() -> None:
    async with upstream(afford(900), afford(800)) as state:
        with pytest.raises(NoCredit):
            await ask(state, [USER])
    assert len(state.seen) == 2


@pytest.mark.parametrize("tokens", [4096, 5000, 15])
async def test_a_cap_that_changes_nothing_or_is_too_small_is_not_tried(tokens: int) -> None:
    async with upstream(afford(tokens)) as state:
        with pytest.raises(NoCredit):
            await ask(state, [USER])
    assert len(state.seen) == 1


STALE = {
    "named": refusal(400, "Invalid `signature` in `thinking` block", error_type="invalid_request"),
    "wrapped": refusal(400, "Provider returned error"),
    "unprocessable": refusal(422, "Item with id 'rs_1' not found"),
    "as the first chunk": sse({"error": {"code": 400, "message": "Corrupted thought signature"}}),
}


@pytest.mark.parametrize("case", STALE)
async def test_refused_details_are_left_out_once(case: str) -> None:
    async with upstream(STALE[case], GOOD) as state:
        assert (await ask(state, LOOP))[0] == TextDelta("Hi")
    first, second = (seen.json["messages"] for seen in state.seen)
    assert first[1]["reasoning_details"] == LOOP[1]["reasoning_details"]
    assert second[1] == {k: v for k, v in first[1].items() if k != "reasoning_details"}
    assert second[1]["reasoning"] == "hm"


async def test_a_request_that_is_still_refused_without_details_is_final() -> None:
    async with upstream(refusal(400)) as state:
        with pytest.raises(RequestRejected):
            await ask(state, LOOP)
    assert len(state.seen) == 2


FINAL = {
    "no details were sent": (refusal(400), [USER], RequestRejected),
    "too long": (refusal(400, error_type="context_length_exceeded"), LOOP, ContextTooLong),
    "too large": (refusal(413), LOOP, RequestRejected),
}


@pytest.mark.parametrize("case", FINAL)
async def test_other_refusals_are_final_at_once(case: str) -> None:
    reply, messages, kind = FINAL[case]
    async with upstream(reply) as state:
        with pytest.raises(kind):
            await ask(state, messages)
    assert len(state.seen) == 1


async def test_both_repairs_can_follow_each_other() -> None:
    async with upstream(refusal(400), afford(900), GOOD) as state:
        await ask(state, LOOP)
    last = state.seen[-1].json
    assert last["max_completion_tokens"] == 900
    assert "reasoning_details" not in last["messages"][1]
    assert len(state.seen) == 3


@pytest.mark.parametrize("code", [400, 402, 502])
async def test_nothing_is_sent_again_once_something_was_said(code: int) -> None:
    message = "can only afford 900"
    broken = sse(delta(content="Hal"), {"error": {"code": code, "message": message}})
    seen: list[ChatEvent] = []
    async with upstream(broken) as state:
        with pytest.raises(UpstreamError):
            await ask(state, LOOP, seen)
    assert seen == [TextDelta("Hal")]
    assert len(state.seen) == 1


async def test_a_server_error_is_not_a_reason_to_leave_details_out() -> None:
    async with upstream(refusal(503)) as state:
        with pytest.raises(UpstreamDown):
            await ask(state, LOOP)
    assert all("reasoning_details" in seen.json["messages"][1] for seen in state.seen)
