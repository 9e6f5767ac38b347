"""Whole answers, cut at every byte: the pieces never change what is read out of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import BadAnswer, UpstreamError
from bot.openrouter.answer import Answer
from bot.openrouter.errors import from_response
from bot.openrouter.reader import StreamReader
from bot.openrouter.settings import Timeouts
from bot.openrouter.stream import Assembler


def delta(finish: str | None = None, **fields: Any) -> dict[str, Any]:
    return {"id": "g", "choices": [{"index": 0, "delta": fields, "finish_reason": finish}]}


def sse(*payloads: Any, end: str = "\n\n", done: bool = True) -> bytes:
    lines = [f"data: {json.dumps(p, ensure_ascii=False)}{end}" for p in payloads]
    return "".join([*lines, f"data: [DONE]{end}" if done else ""]).encode()


def call(index: int, arguments: str, **more: Any) -> dict[str, Any]:
    name = more.pop("name", None)
    function = {"arguments": arguments, **({"name": name} if name else {})}
    return {"index": index, "function": function, **more}


USAGE = {"id": "g", "choices": [], "usage": {"prompt_tokens": 3, "cost": 0.01}}
THOUGHT = {"type": "reasoning.text", "index": 0, "text": "hm é"}
STREAMS = {
    "text": sse(delta(content="Grüß "), delta(content="dich 😀"), delta("stop"), USAGE),
    "comments and CRLF": b": OPENROUTER PROCESSING\r\n\r\n"
    + sse(delta(content="a"), delta("stop", content="b"), end="\r\n\r\n"),
    "reasoning in every form": sse(
        delta(reasoning="hm"),
        delta(reasoning_content="é", reasoning_details=[THOUGHT]),
        delta(reasoning_details=[{"type": "response.text", "text": "42"}]),
        delta(reasoning_details=[{**THOUGHT, "text": "", "signature": "QUJD"}]),
        delta("stop", content="!"),
    ),
    "tools": sse(
        delta(reasoning_details=[{"type": "reasoning.encrypted", "data": "QQ==", "index": 1}]),
        delta(tool_calls=[call(0, "", id="a", name="draw"), call(1, "{", id="b", name="sing")]),
        delta(tool_calls=[call(1, '"ü":1}'), call(0, '{"x": "é😀"}')]),
        delta("tool_calls"),
        USAGE,
    ),
    "error in the middle": sse(
        delta(content="Hal"), {"error": {"code": 502, "message": "fell över"}}, done=False
    ),
    "error before a word": sse({"error": {"code": "rate_limit_exceeded", "message": "x"}}),
    "cut off": sse(delta(content="Hal"), done=False),
    "no JSON in an event": b'data: {"choices": [\n\n',
    "one object": json.dumps(
        {"id": "g", "choices": [{"message": {"content": "ganz é"}}], **{"usage": {"cost": 1}}},
        ensure_ascii=False,
    ).encode(),
    "one error object": b'{"error": {"code": 402, "message": "no credit"}}',
    "html": b"<!doctype html><p>busy",
    "nothing": b"\n\n: bye\n",
}


class Pieces(httpx.AsyncByteStream):
    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


async def read(pieces: list[bytes]) -> list[Any]:
    """Events, joined where only their cut may differ, then the end or the error."""
    response = httpx.Response(200, stream=Pieces(pieces))
    reader = StreamReader(response, timeouts=Timeouts(), monotonic=lambda: 0.0)
    answer = Assembler(model="m")
    seen: list[Any] = []
    try:
        async with aclosing(reader.payloads()) as payloads:
            async for payload in payloads:
                seen += answer.add(payload)
        seen.append(answer.done(complete=reader.complete))
    except UpstreamError as failure:
        seen.append((type(failure), failure.status, str(failure)))
    return seen


@pytest.mark.parametrize("name", STREAMS)
def test_a_cut_at_any_byte_changes_nothing(name: str) -> None:
    stream = STREAMS[name]

    async def all_cuts() -> None:
        whole = await read([stream])
        for cut in range(len(stream) + 1):
            assert await read([stream[:cut], stream[cut:]]) == whole
        assert await read([stream[n : n + 1] for n in range(len(stream))]) == whole

    asyncio.run(all_cuts())


@pytest.mark.parametrize("start", [b"data: ", b'{"error": '])
def test_an_answer_too_deep_to_read_is_an_unusable_one(start: bytes) -> None:
    deep = start + b"[" * 100_000 + b"\n\n"
    assert asyncio.run(read([deep]))[-1][0] is BadAnswer
    with pytest.raises(BadAnswer):
        Answer(headers={}, body=deep).json()
    assert from_response(502, {}, deep, now_ms=0).status == 502


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(STREAMS)), st.data())
def test_any_loss_of_bytes_ends_in_an_answer_or_a_typed_error(name: str, data: Any) -> None:
    stream = STREAMS[name]
    start = data.draw(st.integers(0, len(stream)))
    end = data.draw(st.integers(start, len(stream)))
    seen = asyncio.run(read([stream[:start] + data.draw(st.binary(max_size=6)) + stream[end:]]))
    assert seen
