"""Who steps in when a model fails, and what is left out when a conversation is too long."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import (
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
from bot.openrouter.failover import LineUp, exhausted, may_fall_back
from bot.openrouter.trim import LONG_RESULT_CHARS, trimmed

FALLS_BACK = [KeyRefused, NoCredit, ModelMissing, RateLimited, UpstreamDown, BadAnswer]
STAYS = [RequestRejected, ContextTooLong, Moderated]


@pytest.mark.parametrize("kind", [*FALLS_BACK, UpstreamError])
def test_what_another_model_may_do_better_falls_back(kind: type[UpstreamError]) -> None:
    assert may_fall_back(kind())
    line = LineUp("a/one", ["b/two"])
    line.after(kind())
    assert line.model == "b/two"


@pytest.mark.parametrize("kind", [RequestRejected, Moderated])
def test_what_any_model_would_refuse_does_not(kind: type[UpstreamError]) -> None:
    assert not may_fall_back(kind())
    failure = kind()
    with pytest.raises(kind) as caught:
        LineUp("a/one", ["b/two"]).after(failure)
    assert caught.value is failure


@pytest.mark.parametrize("kind", FALLS_BACK)
def test_a_model_that_a_person_picked_never_falls_back(kind: type[UpstreamError]) -> None:
    failure = kind()
    with pytest.raises(kind) as caught:
        LineUp("a/one", ["b/two"], strict=True).after(failure)
    assert caught.value is failure


def test_models_step_in_in_order_each_once_whatever_it_is_called() -> None:
    line = LineUp("openrouter/a/one", ["A/One", "b/two", "openrouter/b/two", "c/three"])
    asked = [line.model]
    for _ in range(2):
        line.after(UpstreamDown())
        asked.append(line.model)
    assert asked == ["openrouter/a/one", "b/two", "c/three"]
    with pytest.raises(UpstreamDown) as caught:
        line.after(UpstreamDown())
    failed = ("openrouter/a/one", "b/two", "c/three")
    assert str(caught.value) == "; ".join(f"{model}: upstream.down" for model in failed)


def test_a_conversation_that_is_too_long_is_shortened_once_for_the_same_model() -> None:
    line = LineUp("a/one", ["b/two"])
    line.after(ContextTooLong())
    assert (line.model, line.shortened) == ("a/one", True)
    with pytest.raises(ContextTooLong):
        line.after(ContextTooLong())


def test_a_strict_model_gets_the_shorter_conversation_too() -> None:
    line = LineUp("a/one", strict=True)
    line.after(ContextTooLong())
    assert line.shortened


def test_all_in_vain_is_one_sentence_with_the_soonest_time() -> None:
    failures: list[tuple[str, UpstreamError]] = [
        ("a/one", RateLimited(retry_after_s=400)),
        ("b/two", UpstreamDown(retry_after_s=20.2)),
        ("c/three", ModelMissing()),
    ]
    error = exhausted(failures)
    assert error.sentence == (
        "None of my 3 models could answer (busy, not answering, not available). "
        "Please try again in about 21 seconds."
    )
    assert (error.retryable, error.retry_after_s, error.status) == (True, 20.2, None)
    assert str(error) == "a/one: upstream.rate; b/two: upstream.down; c/three: upstream.model"
    later = exhausted([("a", RateLimited(retry_after_s=400)), ("b", BadAnswer())]).sentence
    assert later.endswith("in about 7 minutes.")


def test_models_that_fail_alike_keep_the_sentence_that_says_what_to_do() -> None:
    error = exhausted([("a/one", NoCredit(status=402)), ("b/two", NoCredit(status=402))])
    assert isinstance(error, NoCredit)
    assert error.sentence == NoCredit.default_sentence


# --- shortening ---------------------------------------------------------------------------------

SYSTEM = {"role": "system", "content": "Be kind."}


def said(text: str) -> list[dict[str, Any]]:
    return [{"role": "user", "content": text}, {"role": "assistant", "content": text}]


def used_a_tool(result: str) -> list[dict[str, Any]]:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    return [
        {"role": "user", "content": "q"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c", "content": result},
    ]


def test_about_half_is_left_out_from_the_oldest_end() -> None:
    history = [SYSTEM, *(message for n in range(10) for message in said(f"{n} " + "x" * 200))]
    left = trimmed(history)
    assert left is not None
    assert left[0] == SYSTEM
    assert left[1:] == history[-len(left) + 1 :]
    assert left[1]["role"] == "user"
    assert 6 <= len(left) <= 11


def test_the_last_turn_stays_whole_when_older_ones_can_go() -> None:
    last = used_a_tool("y" * 50_000)
    assert trimmed([SYSTEM, *said("a"), *last]) == [SYSTEM, *last]


def test_alone_in_the_way_long_tool_results_lose_their_middle() -> None:
    left = trimmed([SYSTEM, *used_a_tool("start " + "y" * 50_000 + " end")])
    assert left is not None
    assert len(left[-1]["content"]) <= LONG_RESULT_CHARS
    assert left[-1]["content"].startswith("start ")
    assert left[-1]["content"].endswith(" end")
    assert left[:-1] == [SYSTEM, *used_a_tool("")[:-1]]


def test_nothing_to_leave_out_is_told() -> None:
    assert trimmed([SYSTEM, *said("x" * 9000)[:1]]) is None
    assert trimmed([]) is None


TURN = st.one_of(st.text(max_size=80).map(said), st.text(max_size=9000).map(used_a_tool))


@given(st.lists(TURN, max_size=8))
def test_what_is_left_is_shorter_and_every_tool_result_keeps_its_call(turns: Any) -> None:
    history = [SYSTEM, *(message for turn in turns for message in turn)]
    left = trimmed(history)
    if left is None:
        return
    assert len(str(left)) < len(str(history))
    assert left[0] == SYSTEM
    for before, message in pairwise(left):
        assert message["role"] != "tool" or before.get("tool_calls")
    assert left[-1]["role"] == history[-1]["role"]
