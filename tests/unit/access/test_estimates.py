"""What a call is expected to cost: the catalogue's price, or a typical one."""

from __future__ import annotations

from typing import Any

import pytest

from bot.access.estimates import Estimates, Work, chat_work, order_work, tokens_of
from bot.openrouter.facts import ModelFacts
from bot.values.chat import ChatRequest, ToolSpec
from bot.values.media import ImageOrder, MusicOrder, VideoOrder

USD = 1_000_000
PER_MILLION = 1_000_000  # $1 for a million tokens, in micro-USD
KNOWN = {
    "a/chat": ModelFacts("a/chat", prompt_price=PER_MILLION, completion_price=10 * PER_MILLION),
    "a/terse": ModelFacts(
        "a/terse", max_completion_tokens=100, prompt_price=0, completion_price=10 * PER_MILLION
    ),
    "a/voice": ModelFacts("a/voice", prompt_price=15 * PER_MILLION, completion_price=0),
    "a/token-voice": ModelFacts("a/v", prompt_price=PER_MILLION, completion_price=20 * PER_MILLION),
    "a/odd-voice": ModelFacts("a/odd-voice", prompt_price=0, completion_price=0),
}
ESTIMATES = Estimates(lambda model: KNOWN.get(model, ModelFacts()), unknown_micro_usd=12_345)


@pytest.mark.parametrize(
    ("kind", "model", "work", "micro_usd"),
    [
        ("chat", "openrouter/a/chat", Work(tokens_in=3_000, tokens_out=500), 3_000 + 5_000),
        ("chat", "a/terse", Work(tokens_in=9, tokens_out=2_000), 1_000),
        ("chat", "openrouter/auto", Work(tokens_in=3_000), 12_345),
        ("speech", "a/voice", Work(chars=100), 1_500),
        ("speech", "a/token-voice", Work(chars=100), 4_100),
        ("speech", "a/odd-voice", Work(chars=100), 3_000),
        ("speech", "nobody/knows", Work(chars=100), 3_000),
        ("transcription", "openai/whisper-1", Work(seconds=60), 12_000),
        ("image", "google/gemini-3.1-flash-image-preview", Work(pieces=2), 100_000),
        ("image", "google/gemini-3-pro-image-preview", Work(size="4K"), 300_000),
        ("video", "openrouter/google/veo-3.1-fast", Work(seconds=8), 1.2 * USD),
        ("video", "google/veo-3.1", Work(), 3.2 * USD),
        ("music", "google/lyria-3-pro-preview", Work(), 100_000),
        ("something", "new", Work(), 12_345),
    ],
)
def test_a_call_is_estimated(kind: str, model: str, work: Work, micro_usd: float) -> None:
    assert ESTIMATES.of(kind, model, work) == micro_usd


def test_pictures_do_not_count_by_the_letters_of_their_data() -> None:
    url = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 4_000_000}}
    content: list[dict[str, Any]] = [{"type": "text", "text": "x" * 300}, url]
    assert 1_500 < tokens_of([{"role": "user", "content": content}]) < 2_000


def test_tools_and_earlier_calls_count_and_a_wished_length_bounds_the_answer() -> None:
    call = {"function": {"name": "f", "arguments": "x" * 3_000}}
    request = ChatRequest(
        model="a/chat",
        messages=[{"role": "assistant", "content": None, "tool_calls": [call]}],
        tools=[ToolSpec("f", "does f", {})],
        max_tokens=64,
    )
    work = chat_work(request)
    assert work.tokens_in > 1_000 + 200
    assert work.tokens_out == 64


def test_an_order_says_how_much_is_made() -> None:
    assert order_work(ImageOrder("x", "m", count=3, resolution="4K")) == Work(pieces=3, size="4K")
    assert order_work(VideoOrder("x", "m", duration_s=4)).seconds == 4
    assert order_work(VideoOrder("x", "m")).seconds == 8
    assert order_work(MusicOrder("x", "m")) == Work()
