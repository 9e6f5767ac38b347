"""The OpenRouter room over real HTTP: streams, errors, retries, speech, notes, catalogue."""

from __future__ import annotations

import asyncio
import base64
import json
from contextlib import aclosing
from typing import Any

import httpx
import pytest
from loopback_upstream import (
    KEY,
    QUICK,
    FakeClock,
    Reply,
    Upstream,
    as_json,
    client_for,
    delta,
    events,
    sse,
    upstream,
)

from bot.errors import (
    AudioUnreadable,
    BadAnswer,
    ContextTooLong,
    KeyRefused,
    ModelMissing,
    Moderated,
    NoCredit,
    RateLimited,
    RequestRejected,
    UpstreamDown,
    UpstreamError,
)
from bot.openrouter.account import generation_cost_micro_usd, key_status
from bot.openrouter.catalog import Catalog
from bot.openrouter.chat import OpenRouterChat
from bot.openrouter.client import OpenRouterClient
from bot.openrouter.costs import Costs
from bot.openrouter.errors import from_transport
from bot.openrouter.facts import UNKNOWN, ModelFacts
from bot.openrouter.keys import Secret
from bot.openrouter.settings import HeaderAuth, OpenRouterSettings
from bot.openrouter.speech import OpenRouterSynthesizer
from bot.openrouter.transcription import OpenRouterTranscriber
from bot.values.audio import Recording, Voice
from bot.values.chat import ChatDone, ChatEvent, ChatRequest, ReasoningDelta, TextDelta, ToolSpec

REQUEST = ChatRequest("openrouter/auto", [{"role": "user", "content": "Hello"}])
NOTE = Recording(b"OggS-and-more", "ogg", 1.0)
VOICE = Voice(model="hexgrad/kokoro-82m", name="af_alloy")
PCM = "audio/pcm;rate=16000;channels=2"
GOOD = sse(delta(content="Hi"), delta("stop"))


class NoFacts:
    def lookup(self, model: str) -> ModelFacts:
        return UNKNOWN


async def ask(client: OpenRouterClient, request: ChatRequest = REQUEST) -> list[ChatEvent]:
    async with aclosing(OpenRouterChat(client, NoFacts()).stream(request)) as stream:
        return [event async for event in stream]


async def answer(*script: Reply, **options: Any) -> list[ChatEvent]:
    async with upstream(*script) as state, client_for(state, **options) as client:
        return await ask(client)


def end(got: list[ChatEvent]) -> ChatDone:
    assert isinstance(got[-1], ChatDone)
    return got[-1]


# --- the stream -----------------------------------------------------------------------------------

FULL = (
    b": OPENROUTER PROCESSING\n\n"
    + events(delta(role="assistant", content=""), delta(reasoning="hm"), done=False)
    + b": OPENROUTER PROCESSING\r\n\r\n"
    + events(delta(content="Grüß "), delta("", content="dich 😀"), delta("stop"), done=False)
    + events(
        {
            "id": "gen-1",
            "choices": [],
            "usage": {
                "prompt_tokens": 7,
                "completion_tokens": 3,
                "cost": 0.0000125,
                "prompt_tokens_details": {"cached_tokens": 2},
                "completion_tokens_details": {"reasoning_tokens": 1},
            },
        }
    )
)


async def test_a_stream_gives_text_reasoning_and_the_usage_of_its_last_chunk() -> None:
    got = await answer(Reply((FULL,)))
    assert got[:-1] == [ReasoningDelta("hm"), TextDelta("Grüß "), TextDelta("dich 😀")]
    done = end(got)
    assert done.message == {"role": "assistant", "content": "Grüß dich 😀", "reasoning": "hm"}
    assert (done.finish, done.model, done.generation_id) == ("stop", "vendor/real", "gen-1")
    assert (done.usage.prompt_tokens, done.usage.completion_tokens) == (7, 3)
    assert (done.usage.cached_tokens, done.usage.reasoning_tokens) == (2, 1)
    assert done.usage.cost_micro_usd == 13


async def test_a_stream_that_comes_byte_by_byte_gives_the_same() -> None:
    split = Reply(tuple(FULL[i : i + 1] for i in range(len(FULL))))
    assert await answer(split) == await answer(Reply((FULL,)))


async def test_the_body_is_the_base_payload_in_recorded_order() -> None:
    tools = (ToolSpec("zoo", "b", {"type": "object"}), ToolSpec("ant", "a", {"type": "object"}))
    request = ChatRequest("openrouter/vendor/M", REQUEST.messages, tools=tools, user="u1")
    async with upstream(GOOD) as state, client_for(state) as client:
        await ask(client, request)
    sent = state.seen[0]
    assert (sent.method, sent.path) == ("POST", "/api/v1/chat/completions")
    assert list(sent.json) == [
        "model",
        "messages",
        "stream",
        "tools",
        "tool_choice",
        "max_completion_tokens",
        "user",
    ]
    assert sent.json["model"] == "vendor/m"
    assert sent.json["stream"] is True
    assert sent.json["tool_choice"] == "auto"
    assert sent.json["max_completion_tokens"] == 4096
    assert [tool["function"]["name"] for tool in sent.json["tools"]] == ["ant", "zoo"]
    assert "strict" not in sent.json["tools"][0]["function"]


async def test_a_custom_route_gets_the_key_and_no_attribution() -> None:
    async with upstream(GOOD) as state, client_for(state) as client:
        await ask(client)
    headers = state.seen[0].headers
    assert headers["authorization"] == f"Bearer {KEY.reveal()}"
    assert headers["content-type"] == "application/json"
    assert not {"http-referer", "x-openrouter-title", "x-openrouter-categories"} & headers.keys()


async def test_a_configured_header_auth_replaces_the_bearer_key() -> None:
    auth = HeaderAuth("X-Api-Key", Secret("abc"), prefix="Token ")
    async with upstream(GOOD) as state, client_for(state, auth=auth) as client:
        await ask(client)
    assert state.seen[0].headers["x-api-key"] == "Token abc"
    assert "authorization" not in state.seen[0].headers


async def test_query_parameters_of_the_base_address_travel_with_each_request() -> None:
    async with upstream(GOOD) as state, client_for(state, query="?tenant=a%20b") as client:
        await ask(client)
    assert state.seen[0].path == "/api/v1/chat/completions?tenant=a+b"


async def test_tool_call_fragments_are_joined_by_index() -> None:
    def piece(index: int, **function: str) -> dict[str, Any]:
        ids = {"id": f"call_{index}"} if "name" in function else {}
        return {"index": index, "type": "function", **ids, "function": function}

    got = await answer(
        sse(
            delta(tool_calls=[piece(0, name="draw", arguments="")]),
            delta(tool_calls=[piece(0, arguments='{"a"')]),
            delta(tool_calls=[piece(1, name="sing", arguments="{}"), piece(0, arguments=":1}")]),
            delta("tool_calls"),
        )
    )
    done = end(got)
    assert done.finish == "tool_calls"
    assert [(c.id, c.name, c.arguments) for c in done.tool_calls] == [
        ("call_0", "draw", '{"a":1}'),
        ("call_1", "sing", "{}"),
    ]
    assert done.message["content"] is None
    assert done.message["tool_calls"][0]["function"] == {"name": "draw", "arguments": '{"a":1}'}


async def test_reasoning_details_are_merged_by_index_and_kept_beside_tool_calls() -> None:
    call = {"index": 0, "id": "c", "function": {"name": "f", "arguments": "{}"}}
    got = await answer(
        sse(
            delta(reasoning_details=[{"type": "reasoning.text", "index": 0, "text": "a"}]),
            delta(reasoning_details=[{"type": "reasoning.text", "index": 0, "text": "b"}]),
            delta(
                reasoning_details=[{"type": "reasoning.text", "index": 0, "signature": "S"}],
                tool_calls=[call],
            ),
            delta(reasoning_details=[{"type": "reasoning.encrypted", "index": 1, "data": "x"}]),
            delta("tool_calls"),
        )
    )
    assert end(got).message["reasoning_details"] == [
        {"type": "reasoning.text", "index": 0, "text": "ab", "signature": "S"},
        {"type": "reasoning.encrypted", "index": 1, "data": "x"},
    ]


async def test_answer_text_inside_reasoning_details_is_visible_and_no_thought() -> None:
    details = [{"type": "response.output_text", "text": "42"}]
    got = await answer(sse(delta(reasoning_details=details), delta("stop")))
    assert got[:-1] == [TextDelta("42")]
    assert end(got).message == {"role": "assistant", "content": "42"}


async def test_a_message_in_place_of_a_delta_is_accepted() -> None:
    chunk = {"choices": [{"message": {"content": "whole"}, "finish_reason": "stop"}]}
    assert end(await answer(sse(chunk))).message["content"] == "whole"


async def test_a_plain_json_answer_is_accepted_in_place_of_a_stream() -> None:
    content = {
        "id": "gen-9",
        "choices": [{"message": {"content": "plain"}, "finish_reason": None}],
        "usage": {"cost": 0.5},
    }
    done = end(await answer(as_json(content)))
    assert (done.message["content"], done.usage.cost_micro_usd) == ("plain", 500_000)


async def test_an_answer_that_stopped_for_length_is_an_answer() -> None:
    assert end(await answer(sse(delta(content="Half"), delta("length")))).finish == "length"


async def test_tool_calls_of_an_answer_cut_for_length_are_discarded() -> None:
    call = {"index": 0, "id": "c", "function": {"name": "f", "arguments": "{"}}
    done = end(await answer(sse(delta(content="Hm", tool_calls=[call]), delta("length"))))
    assert done.tool_calls == ()
    assert "tool_calls" not in done.message


async def test_a_finished_answer_survives_a_missing_end_mark() -> None:
    for ending in ("end", "break", "hang"):
        cut = sse(delta(content="Hi"), delta("stop"), done=False, ending=ending)
        assert end(await answer(cut, timeouts=QUICK)).message["content"] == "Hi"


async def test_the_connection_is_kept_for_the_next_call() -> None:
    async with upstream(GOOD) as state, client_for(state) as client:
        for _ in range(3):
            await ask(client)
    assert state.connections == 1


async def test_leaving_a_stream_early_closes_its_connection_at_once() -> None:
    hanging = sse(delta(content="Hi"), done=False, ending="hang")
    async with upstream(hanging) as state, client_for(state) as client:
        async with aclosing(OpenRouterChat(client, NoFacts()).stream(REQUEST)) as stream:
            assert await anext(stream) == TextDelta("Hi")
        await asyncio.wait_for(state.closed.wait(), 2)


async def test_cancelling_a_stream_closes_its_connection_at_once() -> None:
    hanging = sse(delta(content="Hi"), done=False, ending="hang")
    async with upstream(hanging) as state, client_for(state) as client:
        task = asyncio.ensure_future(ask(client))
        await asyncio.wait_for(state.asked.wait(), 2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(state.closed.wait(), 2)
        assert len(state.seen) == 1


# --- answers that are none ------------------------------------------------------------------------

TEXT = delta(content="Hi")
BAD_STREAMS = {
    "cut off": (sse(TEXT, done=False), BadAnswer),
    "cut off without a word": (sse(done=False), BadAnswer),
    "empty": (sse(delta("stop")), BadAnswer),
    "only thoughts": (sse(delta(reasoning="hm"), delta("stop")), BadAnswer),
    "thoughts up to the cap": (sse(delta(reasoning="hm"), delta("length")), BadAnswer),
    "html": (Reply((b"<!doctype html><p>hi",), 200, {"content-type": "text/html"}), BadAnswer),
    "broken json": (Reply((b'data: {"choices": [\n\n',)), BadAnswer),
    "a list": (Reply((b"data: []\n\n",)), BadAnswer),
    "unknown finish": (sse(TEXT, delta("shrug")), BadAnswer),
    "filtered": (sse(TEXT, delta("content_filter")), Moderated),
    "provider broke off": (sse(TEXT, delta("error")), UpstreamDown),
    "connection broke": (sse(TEXT, done=False, ending="break"), UpstreamDown),
    "hanging in the middle": (sse(TEXT, done=False, ending="hang"), UpstreamDown),
    "error, int code": (sse(TEXT, {"error": {"code": 502, "message": "x"}}), UpstreamDown),
    "error, string code": (
        sse(TEXT, {"error": {"code": "rate_limit_exceeded", "message": "x"}, "choices": []}),
        RateLimited,
    ),
    "error, type only": (
        sse({"error": {"message": "x", "metadata": {"error_type": "context_length_exceeded"}}}),
        ContextTooLong,
    ),
    "error, words only": (sse({"error": "everything is on fire"}), UpstreamDown),
    "error in a choice": (
        sse({"choices": [{"error": {"code": 429, "message": "x"}, "delta": {}}]}),
        RateLimited,
    ),
    "error as JSON with status 200": (
        as_json({"error": {"code": 402, "message": "no credit"}}),
        NoCredit,
    ),
    "nameless tool": (
        sse(delta(tool_calls=[{"index": 0, "function": {"arguments": "{}"}}]), delta("tool_calls")),
        BadAnswer,
    ),
    "endless arguments": (
        sse(
            delta(tool_calls=[{"index": 0, "function": {"name": "f", "arguments": "x" * 256_001}}]),
            delta("tool_calls"),
        ),
        BadAnswer,
    ),
}


@pytest.mark.parametrize("case", BAD_STREAMS)
async def test_a_bad_stream_ends_in_a_typed_error_and_is_not_repeated(case: str) -> None:
    reply, kind = BAD_STREAMS[case]
    async with upstream(reply) as state, client_for(state, timeouts=QUICK) as client:
        with pytest.raises(kind) as caught:
            await ask(client)
    assert len(state.seen) == 1
    assert caught.value.sentence.endswith(".")


class RushingClock(FakeClock):
    """Each look at it takes two minutes."""

    def monotonic(self) -> float:
        self.time_s += 120
        return self.time_s


async def test_a_stream_of_comments_alone_ends_after_the_allowed_silence() -> None:
    comments = Reply((b": PROCESSING\n\n",) * 8, ending="hang", pause_s=0.02)
    with pytest.raises(UpstreamDown, match="only comments"):
        await answer(comments, clock=RushingClock())


# --- HTTP errors and retries ----------------------------------------------------------------------


def refusal(status: int, message: str = "no", **metadata: object) -> Reply:
    return as_json({"error": {"code": status, "message": message, "metadata": metadata}}, status)


REFUSALS = {
    "401": (refusal(401), KeyRefused),
    "402": (refusal(402, "Insufficient credits"), NoCredit),
    "402, hardly a word": (refusal(402, "more credits: can only afford 15 tokens"), NoCredit),
    "403 moderation": (refusal(403, flagged_input="secret words", reasons=["x"]), Moderated),
    "403 exhausted key": (refusal(403, "Key limit exceeded (monthly)"), NoCredit),
    "403": (refusal(403, "not allowed"), KeyRefused),
    "404": (refusal(404, "no such model"), ModelMissing),
    "404 images": (refusal(404, "No endpoints found that support image input"), RequestRejected),
    "400": (refusal(400), RequestRejected),
    "400 context": (refusal(400, error_type="context_length_exceeded"), ContextTooLong),
    "400 context by its words": (refusal(400, "maximum context length is 8192"), ContextTooLong),
    "400 policy": (refusal(400, error_type="content_policy_violation"), Moderated),
    "400 no such model": (
        refusal(400, "a/b is not a valid model ID", error_type="invalid_request"),
        ModelMissing,
    ),
    "400 model of another endpoint": (
        as_json({"error": {"message": "no", "availability": {"code": "wrong_endpoint"}}}, 400),
        ModelMissing,
    ),
    "404 by privacy": (
        as_json(
            {
                "error": {
                    "message": "no",
                    "metadata": {"error_type": "not_found"},
                    "availability": {"code": "privacy_restricted", "retryable": False},
                }
            },
            404,
        ),
        ModelMissing,
    ),
    "400 provider": (refusal(400, "Provider returned error"), UpstreamDown),
    "400 provider, with a type": (
        refusal(400, "Provider returned error", error_type="invalid_request"),
        UpstreamDown,
    ),
    "400 provider, too long": (
        refusal(400, "Provider returned error", error_type="context_length_exceeded"),
        ContextTooLong,
    ),
    "400 provider, policy": (
        refusal(400, "Provider returned error", error_type="content_policy_violation"),
        Moderated,
    ),
    "409": (refusal(409), RequestRejected),
    "413": (refusal(413), RequestRejected),
    "422": (refusal(422), RequestRejected),
    "429 without a time": (refusal(429), RateLimited),
    "302": (Reply((), 302, {"location": "https://elsewhere.example/"}), BadAnswer),
    "an html page": (Reply((b"<html>nope",), 418, {"content-type": "text/html"}), RequestRejected),
    "a validation report": (
        as_json({"success": False, "error": {"name": "ZodError", "message": "[]"}}, 400),
        RequestRejected,
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
async def test_a_refusal_becomes_its_typed_error_and_is_asked_once(case: str) -> None:
    reply, kind = REFUSALS[case]
    async with upstream(reply) as state, client_for(state) as client:
        with pytest.raises(UpstreamError) as caught:
            await ask(client)
    assert type(caught.value) is kind
    assert caught.value.status == reply.status
    assert len(state.seen) == 1
    assert "secret words" not in str(caught.value)


async def test_a_credit_refusal_tells_what_can_be_afforded() -> None:
    with pytest.raises(NoCredit) as caught:
        await answer(refusal(402, "more credits: can only afford 1,234 tokens"))
    assert caught.value.affordable_tokens == 1234


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 524, 529])
async def test_server_errors_are_repeated_twice_before_they_are_raised(status: int) -> None:
    clock = FakeClock()
    async with upstream(refusal(status)) as state, client_for(state, clock=clock) as client:
        with pytest.raises(UpstreamDown) as caught:
            await ask(client)
    assert len(state.seen) == 3
    assert clock.slept == [0.25, 0.5]
    assert caught.value.status == status


async def test_a_connection_that_never_came_about_says_that_nothing_was_sent(
    free_port: int,
) -> None:
    settings = OpenRouterSettings(base_url=f"http://127.0.0.1:{free_port}/api/v1")
    client = OpenRouterClient(settings, clock=FakeClock(), key=lambda: KEY)
    async with client:
        with pytest.raises(UpstreamDown) as caught:
            await ask(client)
    assert not caught.value.sent


@pytest.mark.parametrize("kind", [httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ReadError])
def test_only_what_may_have_left_counts_as_sent(kind: type[httpx.RequestError]) -> None:
    assert from_transport(kind("x")).sent is (kind is httpx.ReadError)


async def test_a_connection_that_broke_after_sending_may_have_been_paid() -> None:
    async with upstream(Reply(ending="drop")) as state, client_for(state) as client:
        with pytest.raises(UpstreamDown) as caught:
            await ask(client)
    assert caught.value.sent


class ClosingClock(FakeClock):
    """The other side goes away while the client waits to ask again."""

    def __init__(self, state: Upstream) -> None:
        super().__init__()
        self._state = state

    async def sleep(self, seconds: float) -> None:
        self._state.close()
        await super().sleep(seconds)


async def test_a_later_attempt_that_never_left_does_not_unsend_the_first() -> None:
    async with (
        upstream(Reply(ending="drop")) as state,
        client_for(state, clock=ClosingClock(state)) as client,
    ):
        with pytest.raises(UpstreamDown, match="ConnectError") as caught:
            await ask(client)
    assert len(state.seen) == 1
    assert caught.value.sent


async def test_a_server_error_followed_by_an_answer_is_an_answer() -> None:
    async with upstream(refusal(502), GOOD) as state, client_for(state) as client:
        assert end(await ask(client)).message["content"] == "Hi"
    assert len(state.seen) == 2


async def test_a_rate_limit_is_waited_for_as_long_as_it_asks() -> None:
    clock = FakeClock()
    limited = as_json({"error": {"code": 429, "message": "slow"}}, 429, retry_after="7")
    async with upstream(limited, GOOD) as state, client_for(state, clock=clock) as client:
        await ask(client)
    assert clock.slept == [7.0]


@pytest.mark.parametrize("wait", ["61", "Thu, 01 Jan 1970 01:00:00 GMT"])
async def test_a_wait_beyond_a_minute_is_left_to_the_caller(wait: str) -> None:
    limited = as_json({"error": {"code": 429, "message": "slow"}}, 429, retry_after=wait)
    async with upstream(limited) as state, client_for(state) as client:
        with pytest.raises(RateLimited) as caught:
            await ask(client)
    assert len(state.seen) == 1
    assert caught.value.retry_after_s is not None
    assert caught.value.retry_after_s > 60


async def test_a_connection_dropped_before_the_answer_is_tried_again() -> None:
    async with upstream(Reply(ending="drop"), GOOD) as state, client_for(state) as client:
        assert end(await ask(client)).message["content"] == "Hi"
    assert len(state.seen) == 2


async def test_nobody_at_the_address_is_an_upstream_that_is_down() -> None:
    clock = FakeClock()
    async with upstream(GOOD) as state:
        pass
    async with client_for(state, clock=clock) as client:
        with pytest.raises(UpstreamDown):
            await ask(client)
    assert len(clock.slept) == 2


async def test_silence_before_the_answer_times_out_without_a_second_request() -> None:
    class Silent(Upstream):
        async def _one(self, reader: Any, writer: Any) -> bool:
            self.seen.append(None)  # type: ignore[arg-type]
            await reader.read()
            await reader.read()
            return False

    state = Silent()
    server = await asyncio.start_server(state.serve, "127.0.0.1", 0)
    state.port = server.sockets[0].getsockname()[1]
    async with client_for(state, timeouts=QUICK) as client:
        with pytest.raises(UpstreamDown):
            await ask(client)
    server.close()
    assert len(state.seen) == 1


async def test_an_error_shows_neither_the_key_nor_encoded_media() -> None:
    message = f"bad key {KEY.reveal()} Bearer xyz {base64.b64encode(b'q' * 90).decode()}\nsecond"
    with pytest.raises(RequestRejected) as caught:
        await answer(as_json({"error": {"message": message}}, 400, x_request_id="req-5"))
    assert str(caught.value) == "bad key *** *** *** second [status=400, request_id=req-5]"


async def test_a_long_reason_is_cut() -> None:
    with pytest.raises(RequestRejected) as caught:
        await answer(refusal(400, "no good " * 100))
    assert len(str(caught.value)) < 250


async def test_a_verified_route_without_a_key_is_never_asked() -> None:
    client = OpenRouterClient(OpenRouterSettings(), clock=FakeClock(), key=lambda: None)
    async with client:
        with pytest.raises(KeyRefused) as caught:
            await ask(client)
    assert "no key" in caught.value.sentence


async def test_warming_opens_the_connection_that_the_next_call_uses_and_sends_no_key() -> None:
    async with upstream(GOOD) as state, client_for(state) as client:
        await client.warm()
        await client.warm()
        await ask(client)
    assert [seen.method for seen in state.seen] == ["HEAD", "POST"]
    assert "authorization" not in state.seen[0].headers
    assert state.connections == 1


async def test_warming_ignores_that_nobody_is_there() -> None:
    async with upstream(GOOD) as state:
        pass
    async with client_for(state) as client:
        await client.warm()


# --- speech ---------------------------------------------------------------------------------------


def sound(body: bytes, kind: str, **more: Any) -> Reply:
    headers = {"content-type": kind} if kind else {}
    return Reply((body,), headers={**headers, "x-generation-id": "gen-tts-1"}, **more)


async def test_speech_is_asked_for_as_recorded_and_comes_back_as_bytes() -> None:
    voice = Voice("openrouter/hexgrad/kokoro-82m", "af_alloy", speed=1.5, format="MP3")
    async with upstream(sound(b"ID3x", "audio/mpeg")) as state, client_for(state) as client:
        speech = await OpenRouterSynthesizer(client, provider={"zdr": True}).speak("Hello.", voice)
    assert state.seen[0].path == "/api/v1/audio/speech"
    assert state.seen[0].json == {
        "model": "hexgrad/kokoro-82m",
        "input": "Hello.",
        "voice": "af_alloy",
        "response_format": "mp3",
        "speed": 1.5,
        "provider": {"zdr": True},
    }
    assert (speech.format, speech.data, speech.generation_id) == ("mp3", b"ID3x", "gen-tts-1")


@pytest.mark.parametrize(
    ("kind", "rate", "channels"),
    [
        (PCM, 16_000, 2),
        ("audio/pcm", 24_000, 1),
        ('audio/pcm; rate="48000"', 48_000, 1),
        ("audio/L16;rate=22050", 22_050, 1),
        ("application/octet-stream", 24_000, 1),
        ("", 24_000, 1),
    ],
)
async def test_pcm_is_described_by_its_content_type(kind: str, rate: int, channels: int) -> None:
    reply = sound(b"\x01\x02\x03\x04\x05", kind)
    async with upstream(reply) as state, client_for(state) as client:
        speech = await OpenRouterSynthesizer(client).speak("Hello.", VOICE)
    assert state.seen[0].json["response_format"] == "pcm"
    assert (speech.format, speech.rate, speech.channels) == ("pcm", rate, channels)
    assert speech.data == b"\x01\x02\x03\x04"


BAD_SPEECH = {
    "json error with status 200": (
        as_json({"error": {"code": 402, "message": "no credit"}}),
        NoCredit,
    ),
    "json": (as_json({"ok": True}), BadAnswer),
    "problem json": (sound(b"{}", "application/problem+json"), BadAnswer),
    "broken json": (sound(b"{", "application/json"), BadAnswer),
    "html": (sound(b"<html>", "text/html; charset=utf-8"), BadAnswer),
    "text": (sound(b"sorry", "text/plain"), BadAnswer),
    "empty": (sound(b"", "audio/mpeg"), BadAnswer),
    "wav": (sound(b"RIFF....", "audio/pcm"), BadAnswer),
    "opus": (sound(b"OggS", "audio/ogg"), BadAnswer),
    "senseless rate": (sound(b"\0\0", "audio/pcm;rate=0"), BadAnswer),
    "unreadable rate": (sound(b"\0\0", "audio/pcm;rate=fast"), BadAnswer),
    "too large": (Reply((b"x" * 2**20,) * 17, headers={"content-type": "audio/pcm"}), BadAnswer),
    "cut off": (sound(b"\0\0", "audio/pcm", ending="break"), UpstreamDown),
    "hanging": (sound(b"\0\0", "audio/pcm", ending="hang"), UpstreamDown),
    "dropped": (Reply(ending="drop"), UpstreamDown),
}


@pytest.mark.parametrize("case", BAD_SPEECH)
async def test_speech_that_is_no_sound_is_a_typed_error_and_not_bought_twice(case: str) -> None:
    reply, kind = BAD_SPEECH[case]
    times = QUICK if "hang" in case else None
    async with upstream(reply) as state, client_for(state, timeouts=times) as client:
        with pytest.raises(kind):
            await OpenRouterSynthesizer(client).speak("Hello.", VOICE)
    assert len(state.seen) == 1


async def test_speech_is_asked_again_after_an_error_status() -> None:
    reply = sound(b"\0\0", "audio/pcm")
    async with upstream(refusal(503), reply) as state, client_for(state) as client:
        assert (await OpenRouterSynthesizer(client).speak("Hello.", VOICE)).data == b"\0\0"
    assert len(state.seen) == 2


async def test_a_rejected_format_is_the_callers_to_replace_so_that_each_try_is_booked() -> None:
    async with upstream(refusal(400)) as state, client_for(state) as client:
        with pytest.raises(RequestRejected):
            await OpenRouterSynthesizer(client).speak("One.", VOICE)
    assert [seen.json["response_format"] for seen in state.seen] == ["pcm"]


async def test_the_format_of_the_voice_is_asked_for_whatever_the_model() -> None:
    voice = Voice("google/gemini-3.1-flash-tts-preview", "Kore", format="mp3")
    async with upstream(sound(b"\xff\xf3", "audio/mpeg")) as state, client_for(state) as client:
        await OpenRouterSynthesizer(client).speak("One.", voice)
    assert state.seen[0].json["response_format"] == "mp3"


async def test_speech_uses_its_own_key_when_it_has_one() -> None:
    async with upstream(sound(b"\0\0", "audio/pcm")) as state, client_for(state) as client:
        await OpenRouterSynthesizer(client, key=lambda: Secret("other")).speak("One.", VOICE)
    assert state.seen[0].headers["authorization"] == "Bearer other"


# --- transcription --------------------------------------------------------------------------------


async def test_a_note_is_sent_as_json_with_base64_and_comes_back_as_text() -> None:
    reply = as_json({"text": "  Hello \n", "usage": {"cost": 0.0002}}, x_generation_id="gen-stt-1")
    async with upstream(reply) as state, client_for(state) as client:
        heard = await OpenRouterTranscriber(client, temperature=0.1).transcribe(
            NOTE, language=" de "
        )
    assert state.seen[0].path == "/api/v1/audio/transcriptions"
    assert state.seen[0].headers["content-type"] == "application/json"
    assert state.seen[0].json == {
        "model": "openai/whisper-large-v3-turbo",
        "input_audio": {"data": base64.b64encode(NOTE.data).decode(), "format": "ogg"},
        "language": "de",
        "temperature": 0.1,
    }
    assert (heard.text, heard.cost_micro_usd, heard.generation_id) == ("Hello", 200, "gen-stt-1")


async def test_without_language_and_temperature_only_model_and_sound_are_sent() -> None:
    async with upstream(as_json({"text": "x"})) as state, client_for(state) as client:
        heard = await OpenRouterTranscriber(client, temperature=float("nan")).transcribe(NOTE)
    assert list(state.seen[0].json) == ["model", "input_audio"]
    assert heard.cost_micro_usd is None


async def test_silence_is_an_empty_transcript() -> None:
    async with upstream(as_json({"text": " "})) as state, client_for(state) as client:
        assert (await OpenRouterTranscriber(client).transcribe(NOTE)).text == ""


async def test_an_unknown_format_is_refused_before_any_request() -> None:
    async with upstream(as_json({"text": "x"})) as state, client_for(state) as client:
        with pytest.raises(AudioUnreadable):
            await OpenRouterTranscriber(client).transcribe(Recording(b"x", "amr", 1))
    assert state.seen == []


async def test_the_next_model_is_asked_when_one_fails() -> None:
    script = (refusal(404), as_json({"nothing": 1}), as_json({"text": "third"}))
    async with upstream(*script) as state, client_for(state) as client:
        models = ("a/one", "openrouter/b/two", "c/three")
        heard = await OpenRouterTranscriber(client, models=models).transcribe(NOTE)
    assert [seen.json["model"] for seen in state.seen] == ["a/one", "b/two", "c/three"]
    assert (heard.text, heard.model) == ("third", "c/three")


async def test_a_refused_key_is_not_tried_on_the_other_models() -> None:
    async with upstream(refusal(401)) as state, client_for(state) as client:
        with pytest.raises(KeyRefused):
            await OpenRouterTranscriber(client, models=("a/one", "b/two")).transcribe(NOTE)
    assert len(state.seen) == 1


@pytest.mark.parametrize(
    "reply",
    [
        as_json({}),
        as_json({"text": None}),
        as_json([]),
        Reply((b"<html>",), 200, {"content-type": "text/html"}),
        Reply((b"",)),
    ],
)
async def test_a_transcription_without_text_is_a_bad_answer(reply: Reply) -> None:
    async with upstream(reply) as state, client_for(state) as client:
        with pytest.raises(BadAnswer):
            await OpenRouterTranscriber(client).transcribe(NOTE)
    assert len(state.seen) == 1


async def test_a_hanging_transcription_times_out_once() -> None:
    reply = Reply((b'{"text"',), ending="hang")
    async with upstream(reply) as state, client_for(state, timeouts=QUICK) as client:
        with pytest.raises(UpstreamDown):
            await OpenRouterTranscriber(client).transcribe(NOTE)
    assert len(state.seen) == 1


# --- catalogue and account ------------------------------------------------------------------------

MODELS = as_json(
    {
        "data": [
            {
                "id": "vendor/m",
                "context_length": 1000,
                "top_provider": {"context_length": 800, "max_completion_tokens": 100},
                "supported_parameters": ["tools"],
                "architecture": {"input_modalities": ["text", "image"]},
                "pricing": {"prompt": "0.0000008", "completion": "-1"},
            },
            {"id": 7},
            "junk",
        ]
    }
)


async def settled(catalog: Catalog) -> None:
    task = catalog._refresh
    assert task is not None
    await task


async def test_a_model_that_is_unknown_at_first_is_known_after_the_refresh(tmp_path: Any) -> None:
    path = tmp_path / "state" / "models.json"
    async with upstream(MODELS) as state, client_for(state) as client:
        async with Catalog(client, path) as catalog:
            assert catalog.lookup("vendor/m") == UNKNOWN
            await settled(catalog)
            facts = catalog.lookup("vendor/m:free")
        assert (facts.context, facts.max_completion_tokens) == (800, 100)
        assert (facts.supports_tools, facts.reasoning) == (True, False)
        assert (facts.inputs, facts.prompt_price, facts.completion_price) == (
            ("text", "image"),
            800_000,
            None,
        )
        async with Catalog(client, path) as again:
            assert again.lookup("vendor/m") == facts
            assert again.lookup("vendor/nobody") == UNKNOWN
    assert [seen.path for seen in state.seen][:1] == ["/api/v1/models?output_modalities=all"]


async def test_a_broken_catalogue_stops_nothing_and_is_not_asked_for_at_once_again(
    tmp_path: Any,
) -> None:
    path = tmp_path / "models.json"
    path.write_text('{"base_url": 3')
    async with (
        upstream(Reply((b"<html>",))) as state,
        client_for(state) as client,
        Catalog(client, path) as catalog,
    ):
        assert catalog.lookup("vendor/m") == UNKNOWN
        await settled(catalog)
        assert catalog.lookup("vendor/m") == UNKNOWN
        assert catalog.lookup("openrouter/auto").reasoning is False
    assert len(state.seen) == 1


async def test_the_output_cap_is_the_least_of_wish_maximum_and_room_left(tmp_path: Any) -> None:
    long = [{"role": "user", "content": "x" * 2400}]
    requests = (
        ChatRequest("openrouter/vendor/m", REQUEST.messages, max_tokens=50),
        ChatRequest("openrouter/vendor/m", REQUEST.messages),
        ChatRequest("openrouter/vendor/m", long),
    )
    async with (
        upstream(MODELS, GOOD) as state,
        client_for(state) as client,
        Catalog(client, tmp_path / "m.json") as catalog,
    ):
        await catalog.refresh()
        for request in requests:
            async with aclosing(OpenRouterChat(client, catalog).stream(request)) as stream:
                async for _ in stream:
                    pass
    assert [seen.json["max_completion_tokens"] for seen in state.seen[1:]] == [50, 100, 49]


async def test_voices_levels_and_models_by_output_come_from_the_catalogue(tmp_path: Any) -> None:
    speaker = {
        "id": "hexgrad/kokoro-82m",
        "supported_voices": ["af_alloy", "bf_emma", 7],
        "architecture": {"output_modalities": ["speech"]},
    }
    thinker = {
        "id": "vendor/m",
        "supported_parameters": ["reasoning"],
        "reasoning": {"supported_efforts": ["high", "low"], "mandatory": True},
    }
    async with (
        upstream(as_json({"data": [thinker, speaker]})) as state,
        client_for(state) as client,
        Catalog(client, tmp_path / "m.json") as catalog,
    ):
        await catalog.refresh()
        assert catalog.voices("openrouter/hexgrad/kokoro-82m") == ("af_alloy", "bf_emma")
        assert catalog.levels("openrouter/vendor/m:free") == ("low", "high")
        assert [facts.id for facts in catalog.models(output="speech")] == ["hexgrad/kokoro-82m"]
        assert len(catalog.models()) == 2


async def test_a_catalogue_from_the_future_is_fetched_again(tmp_path: Any) -> None:
    clock = FakeClock()
    async with upstream(MODELS) as state, client_for(state, clock=clock) as client:
        async with Catalog(client, tmp_path / "m.json") as catalog:
            await catalog.refresh()
        clock.time_s -= 500
        async with Catalog(client, tmp_path / "m.json") as catalog:
            assert catalog.lookup("vendor/m").context == 800
            await settled(catalog)
    assert len(state.seen) == 2


async def test_the_key_status_is_read_in_micro_dollars() -> None:
    data = {"label": "l", "limit": 10, "limit_remaining": 2.5, "usage": 7.5, "is_free_tier": False}
    async with upstream(as_json({"data": data})) as state, client_for(state) as client:
        status = await key_status(client)
    assert (status.limit_micro_usd, status.remaining_micro_usd) == (10_000_000, 2_500_000)


async def test_the_cost_of_a_call_is_asked_again_while_it_is_not_known_yet() -> None:
    clock = FakeClock()
    known = as_json({"data": {"total_cost": 0.25}})
    async with upstream(refusal(404), known) as state, client_for(state, clock=clock) as client:
        assert await generation_cost_micro_usd(client, "gen-tts-1") == 250_000
    assert state.seen[0].path == "/api/v1/generation?id=gen-tts-1"
    assert clock.slept == [0.25]


async def test_costs_are_looked_up_once_each_with_their_own_key_and_booked_when_known() -> None:
    booked: dict[str, int] = {}

    async def book(generation_id: str, cost_micro_usd: int) -> None:
        booked[generation_id] = cost_micro_usd

    script = [as_json({"data": {"total_cost": cost}}) for cost in (0.5, None, 0.25)]
    async with upstream(*script) as state, client_for(state) as client:
        costs = Costs(client, keys=[lambda: Secret("speech-key")])
        for names in (["a"], ["", "b"], ["c", "c"]):
            assert await costs.settle(names, book) == len({"a", "c"} & set(names))
    assert booked == {"a": 500_000, "c": 250_000}
    assert [seen.path[-1] for seen in state.seen] == ["a", "b", "c"]
    assert {seen.headers["authorization"] for seen in state.seen} == {"Bearer speech-key"}


@pytest.mark.parametrize("unknown", [404, 401])
async def test_a_cost_that_one_key_does_not_see_is_asked_for_with_the_other(unknown: int) -> None:
    clock = FakeClock()
    script = (refusal(unknown), as_json({"data": {"total_cost": 0.5}}))
    async with upstream(*script) as state, client_for(state, clock=clock) as client:
        costs = Costs(client, keys=[lambda: Secret("speech"), lambda: Secret("chat")])
        assert await costs.cost_micro_usd("gen-1") == 500_000
    sent = [seen.headers["authorization"] for seen in state.seen]
    assert sent == ["Bearer speech", "Bearer chat"]
    assert clock.slept == []


async def test_one_key_for_everything_is_asked_with_once() -> None:
    same = [lambda: Secret("k"), lambda: Secret("k")]
    async with upstream(refusal(401)) as state, client_for(state) as client:
        assert await Costs(client, keys=same).cost_micro_usd("gen-1") is None
    assert len(state.seen) == 1


@pytest.mark.parametrize(("reply", "asked"), [(refusal(404), 6), (refusal(401), 1)])
async def test_a_cost_that_stays_unknown_is_given_up_and_raises_nothing(
    reply: Reply, asked: int
) -> None:
    async with upstream(reply) as state, client_for(state) as client:
        assert await Costs(client).cost_micro_usd("gen-1") is None
    assert len(state.seen) == asked


async def test_a_request_with_half_a_surrogate_pair_is_still_sent() -> None:
    request = ChatRequest("openrouter/auto", [{"role": "user", "content": "x\ud83d"}])
    async with upstream(GOOD) as state, client_for(state) as client:
        await ask(client, request)
    assert json.loads(state.seen[0].body)["messages"][0]["content"] == "x?"


async def test_a_body_that_is_not_json_is_rejected_before_any_request() -> None:
    request = ChatRequest(
        "openrouter/auto", REQUEST.messages, params={"extra_body": {"x": float("inf")}}
    )
    async with upstream(GOOD) as state, client_for(state) as client:
        with pytest.raises(RequestRejected):
            await ask(client, request)
    assert state.seen == []
