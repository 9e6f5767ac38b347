"""Speech that is interrupted, refused or impossible: nobody waits for it, and no answer is lost."""

from __future__ import annotations

from typing import Any

import pytest

from tests import voices
from tests.flow.stage import Stage, eventually
from tests.flow.test_manner import ANSWER, LONG, QUESTION, asks, slowly, spoken, tts

ELSE = "Something else, please."
SHORT = "Certainly, here is another answer."
HIDDEN = "[[tts:text]]Hello aloud, dear friend.[[/tts:text]]"


def throttled(stage: Stage, seconds: int) -> None:
    """Telegram takes nothing for a while once it has seen a voice message."""
    fault = {"method": "sendVoice", "kind": "retry_after", "retry_after": seconds, "times": 1}
    stage.telegram.post("faults", fault)


def refuses(stage: Stage, description: str) -> None:
    fault = {"method": "sendVoice", "kind": "status", "status": 400, "description": description}
    stage.telegram.post("faults", {**fault, "times": -1})


def interrupts(stage: Stage) -> None:
    stage.answers(SHORT, match="Something else")
    stage.sends(voices.say(ELSE), heard=ELSE)


def shown(stage: Stage) -> list[tuple[str, str]]:
    return [(reply["kind"], reply["text"]) for reply in stage.replies()]


@pytest.mark.parametrize("form", ["both", "voice"])
def test_a_new_note_takes_back_a_bubble_that_telegram_made_wait(stage: Stage, form: str) -> None:
    stage.configure(tts(auto="always", form=form))
    stage.start()
    slowly(stage)
    throttled(stage, 4)
    stage.answers(LONG, match=QUESTION)
    stage.says(QUESTION)
    eventually(lambda: stage.telegram_calls("sendVoice"), "the first try")
    interrupts(stage)
    stage.awaits_settled(2)
    assert len(stage.replies(kind="voice")) == 1, "of the new answer alone"
    assert stage.texts().count(LONG) == 1, "what was not heard can be read"


def test_a_new_note_ends_the_summary_that_nobody_will_hear(stage: Stage) -> None:
    stage.configure(tts(auto="always", maxTextLength=200, summaryModel="openrouter/auto"))
    stage.start()
    stage.answers(LONG, match=QUESTION)
    summary = {"text": "In short: many sentences.", "first_token_ms": 5_000}
    stage.openrouter.post("script", [{"match_system": "Shorten the text", "answer": summary}])
    stage.says(QUESTION)
    eventually(lambda: len(stage.upstream_calls("chat")) == 2, "the summary")
    interrupts(stage)
    stage.awaits_settled(2)
    assert spoken(stage) == SHORT


def test_nothing_more_is_made_for_a_chat_that_refuses_voice(stage: Stage) -> None:
    stage.configure(tts(auto="always"))
    stage.start()
    slowly(stage)
    stage.telegram.post("users", {"id": 1, "first_name": "A", "forbids_voice": True})
    stage.answers(LONG)
    stage.says(QUESTION)
    eventually(lambda: stage.telegram_calls("sendVoice"), "the refusal")
    asked = len(stage.upstream_calls("speech"))
    stage.awaits_settled()
    made = len(stage.upstream_calls("speech")) - asked
    assert made <= 3, "what was under way"
    assert asked + made < 10
    assert "privacy settings" in stage.texts()[-1]
    assert stage.texts()[-2] == LONG


@pytest.mark.parametrize("form", ["voice", "both"])
def test_an_answer_whose_bubble_is_refused_is_there_to_read(stage: Stage, form: str) -> None:
    stage.configure(tts(auto="always", form=form))
    stage.start()
    refuses(stage, "Bad Request: wrong file identifier/HTTP URL specified")
    stage.answers(ANSWER)
    asks(stage, by_voice=False)
    assert [kind for kind, _ in shown(stage)] == ["text", "text"]
    assert stage.texts()[0] == ANSWER
    assert "couldn't send" in stage.texts()[1]


def test_a_refusal_between_two_bubbles_leaves_the_whole_answer_to_read(stage: Stage) -> None:
    stage.configure(tts(auto="always", form="voice"))
    stage.start()
    slowly(stage)
    fault = {"method": "sendVoice", "kind": "status", "status": 400, "after": 1, "times": -1}
    stage.telegram.post("faults", {**fault, "description": "Bad Request: VOICE_FILE_INVALID"})
    stage.answers(LONG)
    stage.says(QUESTION)
    stage.awaits_settled()
    assert [kind for kind, _ in shown(stage)] == ["voice", "text", "text"]
    assert stage.texts()[0] == LONG


def test_words_that_are_only_for_the_ear_are_shown_where_nothing_is_said(stage: Stage) -> None:
    stage.start()
    stage.answers(HIDDEN)
    asks(stage, by_voice=False)
    assert stage.texts() == ["Hello aloud, dear friend."]


def test_words_that_are_only_for_the_ear_are_shown_when_speech_fails(stage: Stage) -> None:
    stage.configure(tts(auto="always"))
    stage.start()
    fault = {"endpoint": "speech", "kind": "status", "status": 500, "times": None}
    stage.openrouter.post("faults", fault)
    stage.answers(HIDDEN)
    asks(stage, by_voice=False)
    assert stage.texts()[-1] == "Hello aloud, dear friend."
    assert "couldn't say that aloud" in stage.texts()[0]


@pytest.mark.parametrize("by_voice", [False, True])
def test_an_answer_without_any_words_is_told(stage: Stage, *, by_voice: bool) -> None:
    stage.start()
    stage.answers("[[tts:voice=bf_emma]]")
    asks(stage, by_voice=by_voice)
    assert "unusable answer" in stage.texts()[-1]


def test_a_request_to_say_something_is_never_met_with_silence(stage: Stage) -> None:
    stage.start()
    asks_for(stage, "/tts audio 😀😀")
    assert "nothing in that" in stage.texts()[-1]
    stage.telegram.post("users", {"id": 1, "first_name": "A", "forbids_voice": True})
    for count, words in enumerate(("Hello my friend.", "Hello again."), start=2):
        asks_for(stage, f"/tts audio {words}")
        assert len(stage.texts()) == count
        assert "privacy settings" in stage.texts()[-1]
    assert spoken(stage) == "Hello my friend.", "a refusal is remembered"


def asks_for(stage: Stage, command: str) -> None:
    count = len(stage.bots[-1].events("turn.settled"))
    stage.says(command)
    stage.awaits_settled(count + 1)


@pytest.mark.parametrize("eyes", [
    "Run this:\n\n```sh\nls -la /tmp\n```\n\nThat is all there is to it.",
    "You find all of it at https://example.org/a/b/c for more.",
])  # fmt: skip
def test_what_only_the_eye_can_read_is_written_too(stage: Stage, eyes: str) -> None:
    stage.configure(tts(auto="always", form="voice"))
    stage.start()
    stage.answers(eyes)
    asks(stage, by_voice=False)
    assert [kind for kind, _ in shown(stage)] == ["voice", "text"]


def test_a_voice_that_does_not_exist_is_not_asked_for(stage: Stage) -> None:
    stage.configure(tts(auto="always"))
    stage.start()
    stage.answers(f"[[tts:voice=nova]] {ANSWER}")
    asks(stage, by_voice=False)
    calls = stage.upstream_calls("speech")
    assert {(call["status"], call["json"]["voice"]) for call in calls} == {(200, "af_alloy")}


def test_a_model_that_is_asked_for_and_refused_does_not_silence_the_answer(stage: Stage) -> None:
    stage.configure(tts(auto="always", form="voice"))
    stage.start()
    stage.answers(f"[[tts:model=nobody/speaks]] {ANSWER}")
    stage.openrouter.post("settings", {"account": {"strict_models": True}})
    asks(stage, by_voice=False)
    assert [kind for kind, _ in shown(stage)] == ["voice"]
    assert stage.upstream_calls("speech")[-1]["json"]["voice"] == "af_alloy"


def test_a_summary_that_was_cut_off_is_not_spoken(stage: Stage) -> None:
    stage.configure(tts(auto="always", maxTextLength=200, summaryModel="openrouter/auto"))
    stage.start()
    stage.answers(LONG, match=QUESTION)
    cut: dict[str, Any] = {"text": "In short, the most important is", "finish_reason": "length"}
    stage.openrouter.post("script", [{"match_system": "Shorten the text", "answer": cut}])
    asks(stage, by_voice=False)
    assert sorted(spoken(stage).split()) == sorted(LONG.split())


def test_words_marked_before_a_tool_call_do_not_silence_the_answer(stage: Stage) -> None:
    stage.configure(tts(auto="always"))
    stage.start()
    call = {"name": "nonexistent_tool", "arguments": {}}
    marked = "[[tts:text]]Let me look that up.[[/tts:text]]"
    stage.openrouter.post("script", [
        {"match": QUESTION, "answer": {"text": marked, "tool_calls": [call]}},
        {"match_tool": "", "answer": {"text": ANSWER}},
    ])  # fmt: skip
    asks(stage, by_voice=False)
    assert spoken(stage) == ANSWER
    assert stage.texts()[-1] == ANSWER
