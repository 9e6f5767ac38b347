"""A voice note in, a voice bubble out."""

from __future__ import annotations

import re

import pytest

from tests.flow.bubbles import heard_in, is_telegram_voice
from tests.flow.guest import Guest
from tests.flow.stage import Stage, eventually
from tests.voices import say

QUESTION = "What is the capital of Italy?"
ANSWER = "The capital of Italy is Rome. It is very old. People like its food and its light."


def test_a_note_is_echoed_answered_in_growing_text_and_spoken(guest: Guest) -> None:
    stage = guest.stage
    first, rest = ANSWER[:30], ANSWER[30:]
    stage.openrouter.post("settings", {"speech": {"base_ms": 300}})  # time to be seen recording
    stage.answers("", chunks=[first, {"text": rest, "hold": "more"}])
    note = guest.sends(say(QUESTION), heard=QUESTION)
    guest.awaits_draft(first.strip())
    assert guest.replies("voice") == []
    stage.openrouter.post("release", {"gate": "more"})
    guest.awaits_endings(1)
    echo, text, bubble = guest.replies()
    assert echo["text"] == f'📝 "{QUESTION}"'
    assert echo["reply_to"] == note
    assert text["text"] == ANSWER
    assert bubble["kind"] == "voice"
    actions = [call["params"]["action"] for call in stage.telegram_calls("sendChatAction")]
    assert "typing" in actions
    assert "record_voice" in actions


def test_the_bubble_is_a_telegram_voice_message_that_says_the_whole_answer(guest: Guest) -> None:
    stage = guest.stage
    stage.answers(ANSWER)
    guest.plays(say(QUESTION), heard=QUESTION)
    (bubble,) = guest.replies("voice")
    sound = heard_in(stage.sound(bubble))
    assert is_telegram_voice(sound)
    assert sound.peak > 3_000
    assert bubble["file"]["duration"] == max(1, round(sound.duration_s))
    assert bubble["file"]["size"] < 1_000_000
    spoken = stage.upstream_calls("speech")
    inputs = [call["json"]["input"] for call in spoken]  # asked side by side, in any order
    assert " ".join(sorted(inputs, key=ANSWER.index)) == ANSWER
    synthesised_s = sum(call["answer"]["seconds"] for call in spoken)
    assert sound.duration_s == pytest.approx(synthesised_s, rel=0.25)


def test_sentences_are_heard_in_order_whichever_comes_back_first(guest: Guest) -> None:
    stage = guest.stage
    tones = {"Rome": 500, "old": 900, "food": 1_400}
    stage.openrouter.post("settings", {"speech": {"mode": "tone", "tones": tones}})
    stage.openrouter.post("faults", {"endpoint": "speech", "kind": "hold", "gate": "first"})
    stage.answers(ANSWER, tokens_per_s=100)
    guest.sends(say(QUESTION), heard=QUESTION)
    stage.openrouter.get("calls", endpoint="speech", finished=1, at_least=2, timeout_s=10)
    stage.openrouter.post("release", {"gate": "first"})
    guest.awaits_endings(1)
    (bubble,) = guest.replies("voice")
    assert heard_in(stage.sound(bubble)).pitches == [5, 9, 14]


def test_what_was_heard_goes_to_the_model_as_heard(guest: Guest) -> None:
    guest.plays(say(QUESTION), heard=QUESTION)
    (call,) = guest.stage.upstream_calls("chat")
    assert call["json"]["messages"][-1]["content"] == f'(voice note, heard) "{QUESTION}"'


def test_text_is_answered_with_text_alone(guest: Guest) -> None:
    guest.stage.answers("Just text.")
    assert guest.asks("Hello") == ["Just text."]
    assert guest.replies("voice") == []
    assert guest.stage.upstream_calls("speech") == []


def test_nothing_is_spoken_of_an_answer_without_words(guest: Guest) -> None:
    guest.stage.answers("👍")
    assert guest.plays(say(QUESTION), heard=QUESTION)[-1] == "👍"
    assert guest.endings() == ["done"]


def test_always_speaks_to_text_and_off_is_silent_to_a_note(stage: Stage) -> None:
    stage.configure({"messages": {"tts": {"auto": "always"}}})
    bot = stage.start()
    guest = Guest(stage, 1)
    assert guest.asks("Hello")[-1].startswith("I am a rehearsal model")
    assert len(guest.replies("voice")) == 1
    bot.stop()
    stage.configure({"messages": {"tts": {"auto": "off"}}})
    stage.start()
    assert guest.plays(say(QUESTION), heard=QUESTION)[0] == f'📝 "{QUESTION}"'
    assert len(guest.replies("voice")) == 1


def test_the_echo_can_be_worded_or_left_out(stage: Stage) -> None:
    audio = {"echoFormat": "Heard: {transcript}"}
    stage.configure({"tools": {"media": {"audio": audio}}})
    bot = stage.start()
    guest = Guest(stage, 1)
    assert guest.plays(say(QUESTION), heard="two *stars* & <b>")[0] == "Heard: two *stars* & <b>"
    bot.stop()
    stage.configure({"tools": {"media": {"audio": {"echoTranscript": False}}}})
    stage.start()
    stage.answers("Only this.")
    assert guest.plays(say(QUESTION), heard=QUESTION) == ["Only this."]


def test_a_spoken_answer_can_come_without_its_text(stage: Stage) -> None:
    stage.configure({"messages": {"tts": {"keepText": False}}})
    stage.start()
    guest = Guest(stage, 1)
    assert guest.plays(say(QUESTION), heard=QUESTION) == [f'📝 "{QUESTION}"']
    assert len(guest.replies("voice")) == 1
    stage.openrouter.post("faults", {"endpoint": "speech", "kind": "status", "times": None})
    stage.answers("In writing then.")
    assert "In writing then." in guest.plays(say(QUESTION), heard=QUESTION)


def test_a_conversation_survives_a_restart(stage: Stage) -> None:
    guest = Guest(stage, 1)
    bot = stage.start()
    stage.answers("Nice to meet you, Ada.")
    guest.asks("My name is Ada.")
    assert bot.stop() == 0
    stage.start()
    guest.asks("What is my name?")
    *_, call = stage.upstream_calls("chat")
    said = [message["content"] for message in call["json"]["messages"][1:]]
    assert said == ["My name is Ada.", "Nice to meet you, Ada.", "What is my name?"]


def test_two_variables_are_enough_to_answer_voice_with_voice(stage: Stage) -> None:
    """Only the addresses of the stand-ins are configured; everything else is a default."""
    del stage.config["channels"]["telegram"]["dmPolicy"]
    del stage.config["channels"]["telegram"]["allowFrom"]
    bot = stage.start()
    code = eventually(lambda: re.search(r"\?start=(\w+)", bot.log), "the owner's link")
    guest = Guest(stage, 1)
    guest.asks(f"/start {code[1]}")
    guest.plays(say(QUESTION), heard=QUESTION)
    assert len(guest.replies("voice")) == 1
