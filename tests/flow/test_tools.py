"""The agent loop on the wire: tools called, answered and capped; thoughts kept to itself."""

from __future__ import annotations

import json
from typing import Any

from tests import voices
from tests.flow.guest import Guest
from tests.flow.stage import Stage

QUESTION = "What time is it?"
DONE = "It is late."
MOST_ROUNDS = 12


def calls_tools(stage: Stage, *calls: tuple[str, Any], times: int = 1, text: str = "") -> None:
    """Script a round of tool calls."""
    tool_calls = [{"name": name, "arguments": arguments} for name, arguments in calls]
    script = {"times": times, "answer": {"text": text, "tool_calls": tool_calls}}
    stage.openrouter.post("script", [script])


def results(stage: Stage) -> list[str]:
    """What the tools said, as the last request repeats it."""
    *_, call = stage.upstream_calls("chat")
    return [m["content"] for m in call["json"]["messages"] if m["role"] == "tool"]


def test_tools_run_side_by_side_and_again(guest: Guest) -> None:
    stage = guest.stage
    calls_tools(stage, ("current_time", {}), ("current_time", {"timezone": "Asia/Tokyo"}))
    calls_tools(stage, ("current_time", {"timezone": "Europe/Rome"}))
    stage.answers(DONE)
    assert guest.asks(QUESTION) == [DONE]
    utc, tokyo, rome = results(stage)
    assert [utc[-5:], tokyo[-12:], rome[-13:]] == ["(UTC)", "(Asia/Tokyo)", "(Europe/Rome)"]
    *_, call = stage.upstream_calls("chat")
    roles = [message["role"] for message in call["json"]["messages"]]
    assert roles == ["system", "user", "assistant", "tool", "tool", "assistant", "tool"]


def test_every_result_names_the_call_that_it_answers(guest: Guest) -> None:
    stage = guest.stage
    calls_tools(stage, ("current_time", {}), ("current_time", {}))
    stage.answers(DONE)
    guest.asks(QUESTION)
    *_, call = stage.upstream_calls("chat")
    *_, assistant, first, second = call["json"]["messages"]
    asked = [tool_call["id"] for tool_call in assistant["tool_calls"]]
    assert [first["tool_call_id"], second["tool_call_id"]] == asked


def test_what_the_model_gets_wrong_goes_back_to_the_model(guest: Guest) -> None:
    stage = guest.stage
    calls_tools(
        stage,
        ("no_such_tool", {}),
        ("current_time", "{not json"),
        ("current_time", "[1]"),
        ("current_time", {"timezone": "Middle/Earth"}),
    )
    stage.answers(DONE)
    assert guest.asks(QUESTION) == [DONE]
    unknown, broken, listed, nowhere = results(stage)
    assert "no tool named 'no_such_tool'" in unknown
    assert "current_time" in unknown
    assert "not valid JSON" in broken
    assert "must be a JSON object" in listed
    assert "Middle/Earth" in nowhere


def test_broken_arguments_are_valid_when_they_are_sent_back(guest: Guest) -> None:
    stage = guest.stage
    calls_tools(stage, ("current_time", "{not json"))
    stage.answers(DONE)
    guest.asks(QUESTION)
    *_, call = stage.upstream_calls("chat")
    (assistant,) = [m for m in call["json"]["messages"] if m["role"] == "assistant"]
    json.loads(assistant["tool_calls"][0]["function"]["arguments"])


def test_the_last_round_must_be_an_answer(guest: Guest) -> None:
    stage = guest.stage
    calls_tools(stage, ("current_time", {}), times=MOST_ROUNDS - 1)
    stage.answers(DONE)
    assert guest.asks(QUESTION) == [DONE]
    choices = [call["json"]["tool_choice"] for call in stage.upstream_calls("chat")]
    assert choices == ["auto"] * (MOST_ROUNDS - 1) + ["none"]


def test_a_model_that_never_stops_calling_is_stopped(guest: Guest) -> None:
    stage = guest.stage
    calls_tools(stage, ("current_time", {}), times=100)
    (sentence,) = guest.asks(QUESTION)
    assert sentence.startswith("The model service sent an unusable answer")
    assert len(stage.upstream_calls("chat")) == MOST_ROUNDS
    stage.openrouter.delete()
    assert len(guest.asks("And now?")) == 1


def test_words_before_a_tool_call_stay_in_the_chat_and_are_not_spoken(guest: Guest) -> None:
    stage = guest.stage
    calls_tools(stage, ("current_time", {}), text="Let me look.")
    stage.answers(DONE)
    assert guest.plays(voices.say(QUESTION), heard=QUESTION)[-1] == f"Let me look.\n\n{DONE}"
    assert [call["json"]["input"] for call in stage.upstream_calls("speech")] == [DONE]


def test_in_mode_all_words_before_a_tool_call_are_spoken_first(stage: Stage) -> None:
    stage.configure({"messages": {"tts": {"mode": "all"}}})
    stage.start()
    calls_tools(stage, ("current_time", {}), text="Let me look.")
    stage.answers(DONE)
    stage.sends(voices.say(QUESTION), heard=QUESTION)
    stage.awaits_voice()
    spoken = [call["json"]["input"] for call in stage.upstream_calls("speech")]
    assert " ".join(spoken) == f"Let me look. {DONE}"


def test_thoughts_never_reach_chat_or_voice(guest: Guest) -> None:
    stage = guest.stage
    stage.answers(
        DONE,
        reasoning="A secret thought.",
        reasoning_details=[{"type": "reasoning.text", "text": "A secret detail.", "index": 0}],
    )
    assert guest.plays(voices.say(QUESTION), heard=QUESTION)[-1] == DONE
    spoken = str([call["json"]["input"] for call in stage.upstream_calls("speech")])
    drafts = str([c["params"] for c in stage.telegram_calls("sendMessageDraft")])
    assert "secret" not in spoken + drafts + str(guest.texts)


def test_the_thoughts_behind_a_tool_call_are_sent_back_with_it(guest: Guest) -> None:
    stage = guest.stage
    detail = {"type": "reasoning.text", "text": "Clock.", "index": 0, "signature": "s1"}
    call = {"name": "current_time", "arguments": {}}
    answer = {"tool_calls": [call], "reasoning_details": [detail]}
    stage.openrouter.post("script", [{"answer": answer}])
    stage.answers(DONE)
    assert guest.asks(QUESTION) == [DONE]
    *_, again = stage.upstream_calls("chat")
    (assistant,) = [m for m in again["json"]["messages"] if m["role"] == "assistant"]
    assert assistant["reasoning_details"] == [detail]


def test_every_request_caps_its_answer(guest: Guest) -> None:
    stage = guest.stage
    calls_tools(stage, ("current_time", {}))
    guest.asks(QUESTION)
    caps = [call["json"].get("max_completion_tokens") for call in stage.upstream_calls("chat")]
    assert caps == [4_096, 4_096]


def test_tool_rounds_are_remembered_in_the_next_turn(guest: Guest) -> None:
    stage = guest.stage
    calls_tools(stage, ("current_time", {}))
    stage.answers(DONE)
    guest.asks(QUESTION)
    guest.asks("Thanks.")
    *_, call = stage.upstream_calls("chat")
    roles = [message["role"] for message in call["json"]["messages"]]
    assert roles == ["system", "user", "assistant", "tool", "assistant", "user"]
