"""Bytes to events, and fragments to answers, without a network."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadAnswer, RateLimited, UpstreamDown
from bot.openrouter.errors import redact, retry_after_s
from bot.openrouter.fragments import ToolFragments
from bot.openrouter.retry import RetryRules
from bot.openrouter.sse import SseParser
from bot.openrouter.stream import Assembler
from bot.openrouter.transcription import audio_format
from bot.openrouter.usage import cost_micro_usd, read_usage

STREAM = (
    "\ufeff: hello\n\nevent: x\r\nid: 1\r\ndata: one\r\n\r\ndata:two\rdata: 2 é😀\r\r"
    "data\n\n\n\ndata:  spaced \n\nretry: 3\n\ndata: [DONE]\n"
).encode()
EVENTS = ["one", "two\n2 é😀", " spaced ", "[DONE]"]


def parsed(pieces: list[bytes]) -> list[str]:
    parser = SseParser()
    found = [event for piece in pieces for event in parser.feed(piece)]
    return found + parser.close()


def test_every_line_end_comment_and_field_is_read_as_the_standard_says() -> None:
    assert parsed([STREAM]) == EVENTS


@pytest.mark.parametrize("cut", range(len(STREAM) + 1))
def test_a_cut_at_any_byte_changes_nothing(cut: int) -> None:
    assert parsed([STREAM[:cut], STREAM[cut:]]) == EVENTS


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_any_number_of_cuts_changes_nothing(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]
    assert parsed([STREAM[a:b] for a, b in pairwise(edges)]) == EVENTS


@given(st.lists(st.binary(max_size=40), max_size=10))
def test_no_bytes_break_the_parser(pieces: list[bytes]) -> None:
    assert parsed(pieces) == parsed([b"".join(pieces)])


def test_a_line_without_end_is_given_up() -> None:
    parser = SseParser(max_line_bytes=10)
    parser.feed(b"data: 1234")
    with pytest.raises(BadAnswer):
        parser.feed(b"5")


@given(st.text(max_size=30), st.lists(st.integers(0, 30), max_size=5))
def test_arguments_cut_anywhere_are_joined_again(arguments: str, cuts: list[int]) -> None:
    tools = ToolFragments()
    tools.add([{"index": 0, "id": "c", "function": {"name": "f"}}])
    edges = [0, *sorted(cuts), len(arguments) + 30]
    for a, b in pairwise(edges):
        tools.add([{"index": 0, "function": {"arguments": arguments[a:b]}}])
    (call,) = tools.calls("gen")
    assert call.arguments == (arguments.strip() or "{}")


def calls(*pieces: dict[str, Any]) -> list[tuple[str, str, str]]:
    tools = ToolFragments()
    for piece in pieces:
        tools.add([piece])
    return [(call.id, call.name, call.arguments) for call in tools.calls("gen-7")]


def test_calls_without_index_are_matched_by_id() -> None:
    assert calls(
        {"id": "a", "function": {"name": "f", "arguments": "{"}},
        {"id": "b", "function": {"name": "g", "arguments": "{}"}},
        {"id": "a", "function": {"arguments": "}"}},
    ) == [("a", "f", "{}"), ("b", "g", "{}")]


def test_calls_that_all_say_index_zero_are_told_apart_by_id() -> None:
    assert calls(
        {"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}},
        {"index": 0, "id": "b", "function": {"name": "g", "arguments": "{}"}},
    ) == [("a", "f", "{}"), ("b", "g", "{}")]


def test_a_call_without_id_gets_one_and_arguments_may_be_an_object() -> None:
    assert calls({"index": 0, "function": {"name": "f", "arguments": {"a": 1}}}) == [
        ("gen-7-0", "f", '{"a": 1}')
    ]


def finished(*deltas: dict[str, Any], reason: str = "stop") -> Any:
    answer = Assembler(model="m")
    for delta in deltas:
        answer.add({"choices": [{"delta": delta}]})
    answer.add({"choices": [{"delta": {}, "finish_reason": reason}]})
    return answer.done(complete=True)


CALL = {"index": 0, "id": "c", "function": {"name": "f", "arguments": "{}"}}


def test_a_stop_with_calls_and_no_text_is_a_request_for_tools() -> None:
    assert finished({"tool_calls": [CALL]}).finish == "tool_calls"
    assert finished({"tool_calls": [CALL], "content": "Hi"}).tool_calls == ()
    assert (
        len(finished({"tool_calls": [CALL], "content": "Hi"}, reason="tool_calls").tool_calls) == 1
    )


@pytest.mark.parametrize("field", ["reasoning", "reasoning_text", "reasoning_content"])
def test_a_thought_is_stored_under_the_name_it_came_with(field: str) -> None:
    stored = finished({field: "hm "}, {field: "hm"}, {"content": "Hi"}).message
    assert (
        stored.get("reasoning_content" if field == "reasoning_content" else "reasoning") == "hm hm"
    )


def test_details_and_their_plain_copy_are_one_thought() -> None:
    details = [{"type": "reasoning.text", "text": "a", "index": 0}]
    message = finished({"reasoning": "a", "reasoning_details": details}, {"content": "Hi"}).message
    assert message == {"role": "assistant", "content": "Hi", "reasoning": "a"}


def test_a_thought_that_comes_twice_in_separate_deltas_is_stored_once() -> None:
    details = [{"type": "reasoning.text", "text": "a", "index": 0}]
    message = finished(
        {"reasoning": "a"}, {"reasoning_details": details}, {"content": "Hi"}
    ).message
    assert message["reasoning"] == "a"


def test_a_refusal_in_words_is_an_answer() -> None:
    assert finished({"refusal": "I can't."}).message["content"] == "I can't."


@pytest.mark.parametrize(
    "choices", [None, [], [None], "x", [{"delta": 3}], [{"delta": {"content": 4}}]]
)
def test_odd_chunks_are_passed_over(choices: Any) -> None:
    answer = Assembler(model="m")
    assert answer.add({"choices": choices}) == []


@pytest.mark.parametrize(
    ("value", "micro"),
    [(0, 0), (0.0, 0), (1.5, 1_500_000), (1e-7, 1), (0.1 + 0.2, 300_000), (None, None)]
    + [(bad, None) for bad in (-1, "1", True, float("nan"), float("inf"), 10**400)],
)
def test_a_cost_is_whole_micro_dollars_or_unknown(value: Any, micro: int | None) -> None:
    assert cost_micro_usd(value) == micro


def test_usage_of_any_shape_is_read() -> None:
    assert read_usage({"prompt_cache_hit_tokens": 4, "prompt_tokens": "9"}).cached_tokens == 4
    assert read_usage(None) == read_usage({"completion_tokens_details": []})


@pytest.mark.parametrize(
    ("mime", "name", "format_"),
    [
        ("audio/ogg; codecs=opus", "x.mp3", "ogg"),
        ("audio/opus", "", "ogg"),
        ("AUDIO/X-WAV", "", "wav"),
        ("audio/mpeg", "", "mp3"),
        ("audio/mp4", "", "m4a"),
        ("audio/x-m4a", "", "m4a"),
        ("application/octet-stream", "Voice.OGA", "ogg"),
        ("", "song.mpeg", "mp3"),
        ("", "clip.mp4", "m4a"),
        ("", "a.b.flac", "flac"),
        ("audio/amr", "x.amr", None),
        ("", "ogg", None),
        ("", "", None),
    ],
)
def test_a_format_comes_from_the_mime_type_then_from_the_name(
    mime: str, name: str, format_: str | None
) -> None:
    assert audio_format(mime, name) == format_


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({}, None),
        ({"retry-after": "2"}, 2.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "Thu, 01 Jan 1970 00:01:40 GMT"}, 90.0),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
    ],
)
def test_the_wait_that_an_answer_asks_for(headers: dict[str, str], wait_s: float | None) -> None:
    assert retry_after_s(headers, now_ms=10_000) == wait_s


def test_waits_double_with_jitter_and_end() -> None:
    rules = RetryRules(retries=3, first_s=1, cap_s=3, jitter=lambda: 1.0)
    down = UpstreamDown(status=503)
    waits = [rules.wait_s(down, attempt=n, repeatable=True) for n in range(4)]
    assert waits == [1, 2, 3, None]


def test_a_failure_without_status_or_time_is_left_to_the_caller() -> None:
    rules = RetryRules()
    for failure in (UpstreamDown(), RateLimited(status=429), BadAnswer()):
        assert rules.wait_s(failure, attempt=0, repeatable=True) is None


def test_secrets_are_taken_out_of_what_upstream_says() -> None:
    text = "k sk-or-v1-abcdef, bot 123456789:AAEabcdefghijklmnopqrstuvwxyz012345, own hunter2"
    assert redact(text, hide="hunter2") == "k ***, bot ***, own ***"
