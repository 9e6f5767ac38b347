"""The OpenRouter stand-in over real HTTP: shapes, limits, faults and what it remembers."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import uvicorn

from bot.sandbox.openrouter.account import Accounts
from bot.sandbox.openrouter.app import create_app
from bot.sandbox.openrouter.preferences import ChatPreferences
from bot.sandbox.openrouter.scripts import Answer, Chunk
from bot.sandbox.openrouter.settings import Settings
from bot.sandbox.openrouter.sound import hear
from bot.sandbox.openrouter.steps import cut
from tests import voices

_keys = itertools.count(1)
CHAT = "/api/v1/chat/completions"
STT = "/api/v1/audio/transcriptions"
TTS = "/api/v1/audio/speech"
KOKORO = "hexgrad/kokoro-82m"
WHISPER = "openai/whisper-large-v3-turbo"
WAIT_S = 20.0


@pytest.fixture(scope="module")
def server_url() -> Iterator[str]:
    config = uvicorn.Config(
        create_app(Settings(max_hang_s=30)), port=0, log_level="critical", lifespan="on"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


class Client:
    """One account: the service as its owner sees it, and its control."""

    def __init__(self, url: str) -> None:
        self.key = f"sk-or-test-{next(_keys)}"
        self.http = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {self.key}"}, timeout=WAIT_S
        )

    def control(self, name: str, body: Any) -> None:
        answer = self.http.post(f"/sandbox/openrouter/{self.key}/{name}", json=body)
        assert answer.status_code == 200, answer.text

    def calls(self, at_least: int = 0, **query: str) -> list[dict[str, Any]]:
        answer = self.http.get(
            f"/sandbox/openrouter/{self.key}/calls",
            params={"finished": "1", "at_least": at_least, "timeout_s": WAIT_S, **query},
        )
        calls: list[dict[str, Any]] = answer.json()["calls"]
        return calls

    def chat(self, text: str = "hello", **more: Any) -> httpx.Response:
        return self.http.post(CHAT, json=ask(text, **more))

    def hear(self, data: bytes, format: str = "ogg", **more: Any) -> httpx.Response:
        sound = {"data": base64.b64encode(data).decode(), "format": format}
        return self.http.post(STT, json={"model": WHISPER, "input_audio": sound, **more})

    def speak(self, text: str, **more: Any) -> httpx.Response:
        body = {"model": KOKORO, "input": text, "voice": "af_alloy", **more}
        return self.http.post(TTS, json=body)


@pytest.fixture
def client(server_url: str) -> Iterator[Client]:
    made = Client(server_url)
    yield made
    made.http.close()


def ask(text: str = "hello", **more: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": text}]
    return {"model": "openrouter/auto", "messages": messages, "max_completion_tokens": 500} | more


def tool(name: str) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}}


def events(text: str) -> list[dict[str, Any]]:
    lines = [line[6:] for line in text.split("\n\n") if line.startswith("data: ")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def visible(text: str) -> str:
    deltas = [c["choices"][0]["delta"] for c in events(text) if c["choices"]]
    return "".join(delta.get("content") or "" for delta in deltas)


# --- chat ------------------------------------------------------------------------------------


def test_a_stream_has_comments_chunks_a_usage_chunk_without_choices_and_done(
    client: Client,
) -> None:
    client.control("script", {"answer": {"text": "Good day"}})
    answer = client.chat(stream=True)
    assert answer.headers["content-type"].startswith("text/event-stream")
    blocks = answer.text.split("\n\n")
    assert blocks[0] == ": OPENROUTER PROCESSING"
    assert blocks[-2:] == ["data: [DONE]", ""]
    chunks = events(answer.text)
    assert {c["object"] for c in chunks} == {"chat.completion.chunk"}
    assert {c["id"] for c in chunks} == {answer.headers["x-generation-id"]}
    assert [c["choices"][0]["delta"]["content"] for c in chunks[:-1]] == ["", "Good", " day", ""]
    assert [c["choices"][0]["finish_reason"] for c in chunks[:-1]] == [None, None, None, "stop"]
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"]["completion_tokens"] == 2
    assert chunks[-1]["usage"]["cost"] > 0
    assert all("usage" not in c for c in chunks[:-1])
    assert chunks[0]["id"].startswith("gen-")
    assert chunks[0]["model"] == "google/gemini-3.5-flash"  # what auto really used


def test_without_streaming_the_answer_is_one_completion(client: Client) -> None:
    answer = client.chat("How are you?").json()
    words = "I am a rehearsal model, not a real one. You said: How are you?"
    assert answer["object"] == "chat.completion"
    assert answer["choices"][0]["message"]["content"] == words
    assert answer["choices"][0]["finish_reason"] == "stop"
    assert answer["usage"]["cost"] > 0


def test_the_rehearsal_model_calls_the_tools_it_is_told_to_and_reports_them(
    client: Client,
) -> None:
    tools = [tool("clock"), tool("weather")]
    text = 'use tool clock with {"zone": "UTC"} and use tool weather with {"in": {"city": "Rome"}}'
    first = client.chat(text, tools=tools).json()["choices"][0]
    assert first["finish_reason"] == "tool_calls"
    calls = first["message"]["tool_calls"]
    asked = [(c["function"]["name"], json.loads(c["function"]["arguments"])) for c in calls]
    assert asked == [("clock", {"zone": "UTC"}), ("weather", {"in": {"city": "Rome"}})]
    results = [
        {"role": "tool", "tool_call_id": call["id"], "content": said}
        for call, said in zip(calls, ["noon", "sunny"], strict=True)
    ]
    messages = [{"role": "user", "content": text}, first["message"], *results]
    said = client.chat(tools=tools, messages=messages).json()["choices"][0]["message"]["content"]
    assert said.endswith("The tool clock answered: noon\nThe tool weather answered: sunny")


def test_the_rehearsal_model_answers_in_markdown_and_at_length_when_asked(client: Client) -> None:
    def said(text: str) -> str:
        content: str = client.chat(text).json()["choices"][0]["message"]["content"]
        return content

    assert "```python" in said("Answer in Markdown please")
    assert "sentence number 12." in said("Tell me something in 12 sentences")
    assert "no" in said("use tool nothing with {}").lower()


def test_tool_calls_come_in_fragments_by_index(client: Client) -> None:
    calls = [
        {"name": "a", "arguments": {"x": 1}, "id": "call_1", "fragment_chars": 3},
        {"name": "b", "arguments": '{"broken', "id": "call_2", "fragment_chars": 100},
    ]
    client.control("script", {"answer": {"text": "Wait.", "tool_calls": calls}})
    text = client.chat(stream=True, tools=[tool("a"), tool("b")]).text
    pieces = [
        piece
        for chunk in events(text)
        if chunk["choices"]
        for piece in chunk["choices"][0]["delta"].get("tool_calls", [])
    ]
    joined: dict[int, str] = {}
    for piece in pieces:
        joined.setdefault(piece["index"], "")
        joined[piece["index"]] += piece["function"]["arguments"]
    assert joined == {0: '{"x": 1}', 1: '{"broken'}
    assert [p["id"] for p in pieces if "id" in p] == ["call_1", "call_2"]
    assert len([p for p in pieces if p["index"] == 0]) == 4
    assert events(text)[-2]["choices"][0]["finish_reason"] == "tool_calls"
    assert visible(text) == "Wait."


def test_scripts_match_words_models_and_tool_results_and_are_used_up(client: Client) -> None:
    client.control(
        "script",
        [
            {"match": "weather", "answer": {"text": "Rain."}},
            {"match": "*", "model": "kimi", "answer": {"text": "Kimi here."}, "times": None},
            {"match_tool": "42", "answer": {"text": "It was 42."}},
        ],
    )
    script = client.chat("the weather?").json()["choices"][0]["message"]["content"]
    assert script == "Rain."
    assert "rehearsal" in client.chat("the weather?").text
    for _ in range(2):
        assert "Kimi here." in client.chat(model="moonshotai/kimi-k2.6").text
    call = {"id": "c1", "type": "function", "function": {"name": "n", "arguments": "{}"}}
    messages = [
        {"role": "user", "content": "q"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "42"},
    ]
    assert "It was 42." in client.chat(messages=messages).text


def test_reasoning_streams_apart_from_the_text_and_must_come_back_for_gemini(
    client: Client,
) -> None:
    details = [{"type": "reasoning.text", "text": "Hm.", "signature": "abc=", "index": 0}]
    answer = {
        "reasoning": "Let me think",
        "reasoning_details": details,
        "tool_calls": [{"name": "t", "id": "c9"}],
    }
    client.control("script", {"answer": answer})
    model = "google/gemini-3.5-flash"
    text = client.chat(stream=True, model=model, tools=[tool("t")]).text
    deltas = [c["choices"][0]["delta"] for c in events(text) if c["choices"]]
    assert "".join(d.get("reasoning", "") for d in deltas) == "Let me think"
    assert [d["reasoning_details"] for d in deltas if "reasoning_details" in d] == [details]
    assert visible(text) == ""
    call = {"id": "c9", "type": "function", "function": {"name": "t", "arguments": "{}"}}
    turn: dict[str, Any] = {"role": "assistant", "content": None, "tool_calls": [call]}
    messages = [
        {"role": "user", "content": "q"},
        turn,
        {"role": "tool", "tool_call_id": "c9", "content": "ok"},
    ]
    refused = client.chat(model=model, messages=messages)
    assert refused.status_code == 400
    assert "thought_signature" in refused.json()["error"]["message"]
    turn["reasoning_details"] = details
    assert client.chat(model=model, messages=messages).status_code == 200


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "messages.0.role"),
        ({"messages": [{"role": "user"}]}, "required for role user"),
        ({"messages": [{"role": "user", "content": [{"type": "sound"}]}]}, "invalid part"),
        ({"messages": [{"role": "tool", "tool_call_id": "x", "content": "y"}]}, "no preceding"),
        ({"max_completion_tokens": "500"}, "max_completion_tokens"),
        ({"temperature": 3}, "temperature"),
        ({"model": "gpt"}, "not a valid model ID"),
        ({"model": "nobody/knows"}, "not a valid model ID"),
        ({"model": KOKORO}, "can't be used with this endpoint"),
        ({"tools": [tool("bad name!")]}, "tools.0.function.name"),
        ({"tools": [tool("a"), tool("a")]}, "unique"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"model": "meta-llama/llama-3.2-3b-instruct", "max_completion_tokens": 9000}, "context"),
    ],
)
def test_a_wrong_chat_request_is_refused_with_the_reason(
    client: Client, change: dict[str, Any], words: str
) -> None:
    answer = client.chat(**change)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == 400
    assert words in answer.json()["error"]["message"]


def test_an_unanswered_tool_call_is_refused(client: Client) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "n", "arguments": "{}"}}
    turn = {"role": "assistant", "content": None, "tool_calls": [call]}
    after = {"role": "user", "content": "and now?"}
    answer = client.chat(messages=[{"role": "user", "content": "q"}, turn, after])
    assert answer.status_code == 400
    assert "Missing: c1" in answer.json()["error"]["message"]


def test_retired_models_and_models_without_tools_have_no_endpoints(client: Client) -> None:
    assert client.chat(model="openrouter/hunter-alpha").status_code == 404
    answer = client.chat(model="meta-llama/llama-3.2-3b-instruct", tools=[tool("a")])
    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == "No endpoints found that support tool use."
    client.control("settings", {"account": {"strict_models": True}})
    assert client.chat(model="openai/of-tomorrow").status_code == 400


def test_a_request_without_a_cap_is_noted_and_refused_when_the_credit_is_short(
    client: Client,
) -> None:
    body = ask()
    del body["max_completion_tokens"]
    assert client.http.post(CHAT, json=body).status_code == 200
    assert "max_completion_tokens" in client.calls(1)[0]["absent"]
    client.control("settings", {"account": {"credit_usd": 0.01}})
    refused = client.http.post(CHAT, json=body)
    assert refused.status_code == 402
    assert "requested up to 65536 tokens, but can only afford 3" in refused.text
    assert client.chat(max_completion_tokens=100).status_code == 200


def test_a_body_that_is_no_json_is_refused(client: Client) -> None:
    json_type = {"content-type": "application/json"}
    assert client.http.post(CHAT, content=b"{not", headers=json_type).status_code == 400
    assert client.http.post(CHAT, content=b"", headers=json_type).status_code == 400


# --- faults ----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [401, 403, 404, 408, 429, 500, 502, 503, 529])
@pytest.mark.parametrize("endpoint", ["chat", "speech", "transcription"])
def test_a_status_fault_happens_once_in_the_error_shape(
    client: Client, status: int, endpoint: str
) -> None:
    fault = {"endpoint": endpoint, "kind": "status", "status": status, "retry_after_s": 2}
    client.control("faults", fault)

    def call() -> httpx.Response:
        if endpoint == "chat":
            return client.chat(stream=True)
        if endpoint == "speech":
            return client.speak("Hello.")
        return client.hear(voices.say("Hello."))

    failed = call()
    assert failed.status_code == status
    assert failed.headers["retry-after"] == "2"
    assert failed.json()["error"]["code"] == status
    assert failed.json()["error"]["metadata"]["error_type"]
    assert call().status_code == 200


def test_a_402_fault_names_what_can_be_afforded(client: Client) -> None:
    fault = {"kind": "status", "status": 402, "affordable_tokens": 77, "requested_tokens": 500}
    client.control("script", {"answer": {"fault": fault}})
    answer = client.chat()
    assert answer.status_code == 402
    assert "requested up to 500 tokens, but can only afford 77" in answer.json()["error"]["message"]


@pytest.mark.parametrize("clean", [False, True])
def test_a_cut_stream_ends_without_done(client: Client, clean: bool) -> None:  # noqa: FBT001
    fault = {"kind": "cut", "after_chunks": 2, "clean": clean}
    client.control("script", {"answer": {"text": "one two three four", "fault": fault}})
    got = b""
    failure: Exception | None = None
    with client.http.stream("POST", CHAT, json=ask(stream=True)) as answer:
        assert answer.status_code == 200
        try:
            for piece in answer.iter_bytes():
                got += piece
        except httpx.RemoteProtocolError as error:
            failure = error
    assert visible(got.decode()) == "one two"
    assert b"[DONE]" not in got
    assert b"usage" not in got
    assert (failure is None) == clean


def test_an_error_in_mid_stream_comes_under_status_200(client: Client) -> None:
    fault = {"kind": "error_chunk", "after_chunks": 1, "status": 503, "message": "Overloaded"}
    client.control("script", {"answer": {"text": "one two", "fault": fault}})
    answer = client.chat(stream=True)
    last = events(answer.text)[-1]
    assert answer.status_code == 200
    assert last["error"]["code"] == 503
    assert last["error"]["message"] == "Overloaded"
    assert last["choices"][0]["finish_reason"] == "error"
    assert visible(answer.text) == "one"
    assert "[DONE]" not in answer.text


@pytest.mark.parametrize(
    ("kind", "content_type", "start"),
    [("html", "text/html", b"<!DOCTYPE"), ("json", "application/json", b"{"), ("empty", "", b"")],
)
@pytest.mark.parametrize("endpoint", ["chat", "speech"])
def test_a_wrong_body_comes_under_status_200(
    client: Client, kind: str, content_type: str, start: bytes, endpoint: str
) -> None:
    client.control("faults", {"endpoint": endpoint, "kind": kind})
    answer = client.chat() if endpoint == "chat" else client.speak("Hello.")
    assert answer.status_code == 200
    assert content_type in answer.headers["content-type"]
    assert answer.content.startswith(start)
    assert bool(answer.content) == bool(start)


def test_speech_may_be_truncated_or_called_something_else(client: Client) -> None:
    client.control("settings", {"speech": {"mode": "tone", "tones": {"Hello": 500}}})
    whole = client.speak("Hello.").content
    client.control("faults", {"kind": "wrong_content_type", "content_type": "text/plain"})
    renamed = client.speak("Hello.")
    assert renamed.headers["content-type"] == "text/plain"
    assert renamed.content == whole
    client.control("faults", {"kind": "truncated", "keep": 0.25, "clean": True})
    assert len(client.speak("Hello.").content) == len(whole) // 4
    client.control("faults", {"kind": "truncated"})
    with pytest.raises(httpx.RemoteProtocolError):
        client.speak("Hello.")


def test_a_hang_ends_when_the_client_gives_up_and_is_recorded(client: Client) -> None:
    client.control("faults", {"kind": "hang", "endpoint": "chat"})
    with pytest.raises(httpx.ReadTimeout):
        client.http.post(CHAT, json=ask(), timeout=0.2)
    call = client.calls(1, endpoint="chat")[0]
    assert call["cancelled"]
    assert call["fault"] == "hang"
    assert call["status"] is None


def test_a_hang_is_bounded(client: Client) -> None:
    client.control("faults", {"kind": "hang", "max_s": 0.05})
    assert client.chat().status_code == 524


def test_a_fault_can_skip_calls_and_last_for_ever(client: Client) -> None:
    client.control("faults", {"kind": "status", "status": 500, "skip": 2, "times": None})
    assert [client.chat().status_code for _ in range(4)] == [200, 200, 500, 500]


# --- cancelling and the call log -------------------------------------------------------------


def test_closing_the_stream_cancels_and_bills_only_what_was_sent(client: Client) -> None:
    chunks = ["one", " two", {"text": " three", "hold": "never"}, " four"]
    client.control("script", {"answer": {"chunks": chunks}})
    with client.http.stream("POST", CHAT, json=ask(stream=True)) as answer:
        got = ""
        for piece in answer.iter_text():
            got += piece
            if " two" in got:
                break
    call = client.calls(1)[0]
    assert call["cancelled"]
    assert call["tokens_sent"] == 2
    assert call["cost_usd"] > 0
    told = client.http.get("/api/v1/generation", params={"id": call["generation_id"]}).json()
    assert told["data"]["cancelled"] is True
    assert told["data"]["native_tokens_completion"] == 2


def test_a_held_answer_goes_on_when_its_gate_is_released(client: Client) -> None:
    client.control("script", {"answer": {"chunks": ["a", {"text": "b", "hold": "gate"}]}})
    with client.http.stream("POST", CHAT, json=ask(stream=True)) as answer:
        pieces = answer.iter_text()
        got = ""
        while visible(got) != "a":
            got += next(pieces)
        client.control("release", {"gate": "gate"})
        got += "".join(pieces)
    assert visible(got) == "ab"
    assert not client.calls(1)[0]["cancelled"]


def test_calls_are_recorded_in_order_without_key_and_sound(client: Client) -> None:
    sound = voices.say("Hello there.")
    client.hear(sound)
    client.http.post(CHAT, json=ask(stream=True), headers={"X-OpenRouter-Title": "Test"})
    client.speak("Hello.")
    heard, chatted, spoken = client.calls(3)
    assert [c["n"] for c in (heard, chatted, spoken)] == [1, 2, 3]
    assert [c["endpoint"] for c in (heard, chatted, spoken)] == ["transcription", "chat", "speech"]
    data = heard["json"]["input_audio"]["data"]
    assert data["sha256"] == hashlib.sha256(sound).hexdigest()
    assert data["bytes"] == len(sound)
    assert data["seconds"] == pytest.approx(len(voices.pcm_of("Hello there.")) / 48_000, abs=0.05)
    assert chatted["headers"]["authorization"] == "Bearer <key>"
    assert chatted["headers"]["x-openrouter-title"] == "Test"
    assert client.key not in json.dumps([heard, chatted, spoken])
    moments = [chatted["marks"][m]["monotonic_ms"] for m in ("received", "first_byte")]
    moments += [chatted["marks"][m]["monotonic_ms"] for m in ("first_token", "last_token")]
    moments.append(chatted["marks"]["finished"]["monotonic_ms"])
    assert moments == sorted(moments)
    assert spoken["answer"]["seconds"] > 0.2


def test_large_pictures_are_recorded_as_fingerprints(client: Client) -> None:
    url = "data:image/png;base64," + "A" * 5_000
    part = {"type": "image_url", "image_url": {"url": url}}
    client.chat(messages=[{"role": "user", "content": [{"type": "text", "text": "x"}, part]}])
    recorded = client.calls(1)[0]["json"]["messages"][0]["content"][1]["image_url"]["url"]
    assert recorded["sha256"] == hashlib.sha256(bytes(3_750)).hexdigest()


def test_keys_share_nothing(server_url: str, client: Client) -> None:
    other = Client(server_url)
    client.control("script", {"answer": {"text": "For one only."}, "times": None})
    client.control("faults", {"endpoint": "speech", "kind": "status", "status": 500})
    assert "For one only." in client.chat().text
    assert "For one only." not in other.chat().text
    assert other.speak("Hi.").status_code == 200
    assert len(client.calls(1)) == 1
    assert len(other.calls(2)) == 2
    assert other.http.get("/api/v1/key").json()["data"]["usage"] > 0
    spent = client.calls(1)[0]["cost_usd"]
    assert client.http.get("/api/v1/key").json()["data"]["usage"] == pytest.approx(spent)
    client.http.delete(f"/sandbox/openrouter/{client.key}")
    assert client.calls() == []
    assert "For one only." not in client.chat().text
    other.http.close()


@pytest.mark.parametrize("value", ["", "Bearer", "Basic abc", "Bearer sk-ant-1", "Bearer sk-or-"])
def test_anything_but_a_key_of_the_service_is_a_401(server_url: str, value: str) -> None:
    with httpx.Client(base_url=server_url, headers={"Authorization": value}) as http:
        for path in (CHAT, STT, TTS):
            answer = http.post(path, json={})
            assert answer.status_code == 401
            assert answer.json()["error"]["code"] == 401


def test_a_wrong_script_is_refused_with_the_reason(client: Client) -> None:
    base = f"/sandbox/openrouter/{client.key}"
    wrong = client.http.post(f"{base}/script", json={"answer": {"txet": "x"}})
    assert wrong.status_code == 400
    assert "txet" in wrong.text
    assert client.http.post(f"{base}/settings", json={"speach": {}}).status_code == 400
    assert client.http.post(f"{base}/settings", json=[]).status_code == 400
    assert client.http.post(f"{base}/faults", content=b"{").status_code == 400
    assert client.http.post("/sandbox/openrouter/other/faults", json=[]).status_code == 400


# --- transcription ---------------------------------------------------------------------------


@pytest.mark.parametrize("format", voices.FORMATS)
def test_every_real_recording_is_heard(client: Client, format: str) -> None:
    data = voices.say("The quick brown fox jumps over the lazy dog.", format=format)
    text = f"A fox in {format}."
    client.control("transcripts", {"by_sha256": {hashlib.sha256(data).hexdigest(): text}})
    answer = client.hear(data, format)
    assert answer.status_code == 200, answer.text
    assert answer.json()["text"] == text
    assert answer.json()["usage"]["seconds"] == pytest.approx(2.7, abs=0.6)
    assert answer.json()["usage"]["cost"] > 0


@pytest.mark.parametrize("format", voices.FORMATS)
@pytest.mark.parametrize("shape", [{"rate": 8_000}, {"channels": 2}], ids=["8 kHz", "stereo"])
def test_narrow_and_stereo_recordings_are_heard(
    client: Client, format: str, shape: dict[str, int]
) -> None:
    answer = client.hear(voices.say("Hello there, friend.", format=format, **shape), format)
    assert answer.json()["text"] in ("I heard 1 seconds of sound.", "I heard 2 seconds of sound.")


@pytest.mark.parametrize(("really", "claimed"), list(itertools.permutations(voices.FORMATS, 2)))
def test_a_mislabelled_recording_is_refused(client: Client, really: str, claimed: str) -> None:
    answer = client.hear(voices.say("Hello.", format=really), claimed)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith("Invalid audio")


@pytest.mark.parametrize(
    "data", [b"", voices.noise(), voices.noise(200), b"<html></html>", b"OggS"]
)
def test_what_is_no_sound_is_refused(client: Client, data: bytes) -> None:
    assert client.hear(data, "ogg").status_code == 400


def test_the_sound_of_a_video_is_heard_and_a_video_without_sound_refused(client: Client) -> None:
    assert client.hear(voices.round_video("Hello from a circle."), "m4a").status_code == 200
    assert client.hear(voices.video_without_sound(), "m4a").status_code == 400


def test_silence_is_heard_as_nothing_and_costs_nothing(client: Client) -> None:
    client.control("settings", {"transcription": {"text": "never"}})
    answer = client.hear(voices.silence(2.0)).json()
    assert answer["text"] == ""
    assert answer["usage"]["cost"] == 0


def test_transcripts_match_by_length_and_then_fall_back(client: Client) -> None:
    queue = [{"text": "long", "min_s": 3}, {"text": "short", "max_s": 3, "times": None}]
    client.control("transcripts", {"queue": queue})
    client.control("settings", {"transcription": {"text": "fallback"}})
    long = voices.long_speech(5.0)
    assert client.hear(voices.say("Hi.")).json()["text"] == "short"
    assert [client.hear(long).json()["text"] for _ in range(2)] == ["long", "fallback"]


@pytest.mark.parametrize(
    "change",
    [
        {"input_audio": {"data": "data:audio/ogg;base64,AAAA", "format": "ogg"}},
        {"input_audio": {"data": "not base64!", "format": "ogg"}},
        {"input_audio": {"data": "AAAA", "format": "oga"}},
        {"input_audio": {"data": "AAAA", "format": "opus"}},
        {"input_audio": {"url": "https://example.com/a.ogg", "format": "ogg"}},
        {"model": "openrouter/auto"},
        {"language": "english"},
        {"temperature": "0"},
        {"prompt": "names"},
        {"file": "x"},
        {"provider": {"order": ["a"]}},
    ],
)
def test_a_wrong_transcription_request_is_refused(client: Client, change: dict[str, Any]) -> None:
    assert client.hear(voices.say("Hello."), **change).status_code == 400


def test_multipart_is_refused(client: Client) -> None:
    files = {"file": ("a.ogg", voices.say("Hello."), "audio/ogg")}
    answer = client.http.post(STT, data={"model": WHISPER}, files=files)
    assert answer.status_code == 400
    assert "multipart" in answer.json()["error"]["message"]


def test_more_than_25_mb_is_too_large_and_too_long_is_a_502(client: Client) -> None:
    assert client.hear(bytes(25 * 1024 * 1024 + 1), "wav").status_code == 413
    client.control("settings", {"transcription": {"max_s": 2}})
    assert client.hear(voices.long_speech(5.0)).status_code == 502


# --- speech ----------------------------------------------------------------------------------


def level(pcm: bytes) -> float:
    samples = memoryview(pcm).cast("h")
    return float((sum(s * s for s in samples) / len(samples)) ** 0.5)


def test_pcm_speech_is_real_and_says_what_it_is(client: Client) -> None:
    answer = client.speak("Good morning, this is a real voice.", response_format="pcm")
    assert answer.headers["content-type"] == "audio/pcm;rate=24000;channels=1"
    assert answer.headers["x-generation-id"].startswith("gen-tts-")
    assert len(answer.content) % 2 == 0
    assert level(answer.content) > 500
    assert (
        client.http.post(
            TTS, json={"model": KOKORO, "input": "Good morning, this is a real voice."}
        )
        .headers["content-type"]
        .startswith("audio/pcm")
    )  # the service's default


def test_mp3_speech_decodes_and_grows_with_the_text_and_shrinks_with_speed(
    client: Client,
) -> None:
    def seconds(text: str, **more: Any) -> float:
        answer = client.speak(text, response_format="mp3", **more)
        assert answer.headers["content-type"] == "audio/mpeg"
        heard = hear(answer.content, "mp3")
        assert not heard.is_silent
        return heard.seconds

    usual = seconds("One two three four five.")
    assert seconds("One two three four five. Six seven eight nine ten.") > usual * 1.5
    assert seconds("One two three four five.", speed=2.0) < usual * 0.75


def test_voices_speak_their_language(client: Client) -> None:
    sounds = {
        v: client.speak("Hello there.", voice=v).content for v in ("af_sky", "bf_emma", "ff_siwis")
    }
    assert len(set(sounds.values())) == 3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {
                "model": "google/gemini-3.1-flash-tts-preview",
                "voice": "Kore",
                "response_format": "mp3",
            },
            "pcm",
        ),
        ({"model": "elevenlabs/eleven-turbo-v2", "response_format": "pcm"}, "mp3"),
        ({"voice": "nobody"}, "Voice 'nobody'"),
        ({"response_format": "opus"}, "response_format"),
        ({"input": ""}, "empty"),
        ({"input": "  \n"}, "empty"),
        ({"input": "a" * 4_097}, "4096"),
        ({"speed": "fast"}, "speed"),
        ({"format": "mp3"}, "format"),
        ({"provider": {"sort": "price"}}, "provider.sort"),
        ({"model": "openrouter/auto"}, "endpoint"),
    ],
)
def test_a_wrong_speech_request_is_refused_with_the_reason(
    client: Client, change: dict[str, Any], words: str
) -> None:
    answer = client.http.post(TTS, json={"model": KOKORO, "input": "Hello."} | change)
    assert answer.status_code == 400
    assert words in answer.json()["error"]["message"]


def test_tones_tell_the_segments_apart(client: Client) -> None:
    client.control("settings", {"speech": {"mode": "tone", "tones": {"fox": 2_000}}})

    def hertz(text: str) -> float:
        pcm = memoryview(client.speak(text).content).cast("h")
        ups = sum(1 for a, b in itertools.pairwise(pcm) if a < 0 <= b)
        return ups / (len(pcm) / 24_000)

    assert hertz("A quick fox indeed, yes.") == pytest.approx(2_000, rel=0.02)
    assert hertz("This is sentence number 7.") == pytest.approx(1_000, rel=0.02)
    assert hertz("This is without a number.") == pytest.approx(600, rel=0.02)
    assert client.calls(3)[1]["answer"]["tone_hz"] == 1_000


def test_the_scripted_latency_is_waited_for(client: Client) -> None:
    client.control("settings", {"speech": {"base_ms": 40, "ms_per_char": 2, "mode": "tone"}})
    client.speak("a" * 30)
    marks = client.calls(1)[0]["marks"]
    assert marks["first_byte"]["monotonic_ms"] - marks["received"]["monotonic_ms"] >= 100


# --- catalogue and account -------------------------------------------------------------------


def test_the_catalogue_shows_speech_and_hearing_only_when_asked(client: Client) -> None:
    def ids(**query: str) -> set[str]:
        rows = client.http.get("/api/v1/models", params=query).json()["data"]
        return {row["id"] for row in rows}

    usual = ids()
    assert {"openrouter/auto", "openrouter/fusion", "moonshotai/kimi-k2.6"} <= usual
    assert {"deepseek/deepseek-v4-pro", "anthropic/claude-sonnet-4-6"} <= usual
    assert KOKORO not in usual
    assert WHISPER not in usual
    assert KOKORO in ids(output_modalities="speech")
    assert WHISPER in ids(output_modalities="transcription")
    assert {KOKORO, WHISPER, "google/veo-3.1-fast"} | usual <= ids(output_modalities="all")
    assert "google/gemini-3.1-flash-image-preview" in ids(output_modalities="image")
    assert "meta-llama/llama-3.2-3b-instruct" not in ids(supported_parameters="tools")


def test_a_catalogue_row_has_what_a_client_reads(server_url: str) -> None:
    with httpx.Client(base_url=server_url) as http:  # no key needed
        answer = http.get("/api/v1/models", params={"output_modalities": "all"}).json()
    rows = {row["id"]: row for row in answer["data"]}
    kimi = rows["moonshotai/kimi-k2.6"]
    assert kimi["context_length"] == kimi["top_provider"]["max_completion_tokens"] == 262_144
    assert float(kimi["pricing"]["completion"]) == pytest.approx(3.5e-6)
    assert "tools" in kimi["supported_parameters"]
    assert "high" in kimi["reasoning"]["supported_efforts"]
    assert rows["google/gemini-3.1-pro"]["reasoning"]["mandatory"] is True
    assert "af_alloy" in rows[KOKORO]["supported_voices"]
    assert answer["total_count"] == len(rows) >= 20


def test_money_is_counted_and_generations_are_known_late(client: Client) -> None:
    client.control("settings", {"account": {"credit_usd": 5, "generation_lag_ms": 60_000}})
    answer = client.speak("Ten letters and more.")
    query = {"id": answer.headers["x-generation-id"]}
    assert client.http.get("/api/v1/generation", params=query).status_code == 404
    client.control("settings", {"account": {"generation_lag_ms": 0}})
    chat_id = client.chat().json()["id"]
    told = client.http.get("/api/v1/generation", params={"id": chat_id}).json()["data"]
    assert told["total_cost"] > 0
    assert told["api_type"] == "completions"
    money = client.http.get("/api/v1/key").json()["data"]
    assert money["limit"] == 5
    assert money["limit_remaining"] == pytest.approx(5 - money["usage"])
    total = client.http.get("/api/v1/credits").json()["data"]
    assert total == {"total_credits": 5, "total_usage": pytest.approx(money["usage"])}
    client.control("settings", {"account": {"management_key": False}})
    assert client.http.get("/api/v1/credits").status_code == 403


def test_what_does_not_exist_yet_is_a_404_in_the_error_shape(client: Client) -> None:
    answer = client.http.post("/api/v1/nothing/here", json={})
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == 404
    assert client.http.get(CHAT).status_code == 405


# --- bounds and pace, without a server -------------------------------------------------------


def test_an_answer_is_paced_by_itself_or_else_by_the_account() -> None:
    taste = ChatPreferences(first_token_ms=300, tokens_per_s=50)
    waits = [step.wait_ms for step in cut(Answer(text="one two three"), taste)[0]]
    assert waits == [300, 20, 20]
    own = Answer(text="one two", first_token_ms=0, tokens_per_s=100)
    assert [step.wait_ms for step in cut(own, taste)[0]] == [0, 10]
    chunks = Answer(chunks=[Chunk(text="one two", wait_ms=5), Chunk(text="three", wait_ms=7)])
    assert [step.wait_ms for step in cut(chunks, taste)[0]] == [305, 7]
    assert (
        "".join(s.delta["content"] for s in cut(Answer(text=" a\n\nb \n"), taste)[0])
        == " a\n\nb \n"
    )


async def test_the_call_log_and_the_accounts_stay_within_bounds() -> None:
    accounts = Accounts(Settings(max_accounts=2, max_calls=3, max_log_bytes=1_000))
    first = accounts.of("sk-or-1")
    for _ in range(5):
        first.calls.open("chat", method="POST", path=CHAT, query={}, headers={})
    assert [call.n for call in first.calls.select()] == [3, 4, 5]
    assert first.calls.dropped == 2
    for call in first.calls.select():
        first.calls.fill(call, {"text": "x" * 600})
    assert [call.n for call in first.calls.select()] == [5]
    for key in ("sk-or-2", "sk-or-3"):
        accounts.of(key)
    assert accounts.of("sk-or-1") is not first
