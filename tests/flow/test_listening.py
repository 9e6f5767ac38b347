"""What is listened to, by whom, how often it is paid, and what is said when it can't be heard."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from bot.voice.opus import encode
from tests import voices
from tests.flow.books import booked, books, posts
from tests.flow.guest import Guest
from tests.flow.stage import Stage, eventually
from tests.unit.voice.sounds import hush, joined, tone

WORDS = "Please read me the news."
GROUP = -1001
ANNA, BO = 31, 32
FORMATS = {
    "voice": ("voice.oga", "audio/ogg", partial(voices.say, "The first of them."), "ogg"),
    "audio": ("memo.mp4", "audio/mp4", partial(voices.say, "The next.", format="m4a"), "m4a"),
    "document": ("x.opus", "", partial(voices.say, "And the last one."), "ogg"),
}


CONFIG = {
    "channels": {
        "telegram": {"groupPolicy": "open", "groupAllowFrom": ["*"], "groups": {str(GROUP): {}}}
    }
}


@pytest.fixture(autouse=True)
def _group(request: pytest.FixtureRequest) -> None:
    if "house" in request.fixturenames:
        house: Stage = request.getfixturevalue("house")
        state = house.telegram.get("state")
        if GROUP not in [chat["id"] for chat in state["chats"]]:
            house.telegram.post("chats", {"type": "supergroup", "id": GROUP, "title": "Friends"})


def heard_models(stage: Stage) -> list[str]:
    return [call["json"]["model"] for call in stage.upstream_calls("transcription")]


def last_question(stage: Stage) -> str:
    return str(stage.upstream_calls("chat")[-1]["json"]["messages"][-1]["content"])


def listens(stage: Stage, **audio: Any) -> Guest:
    """A bot that listens as `audio` says, and somebody who talks to it."""
    stage.configure({"tools": {"media": {"audio": audio}}})
    stage.start()
    return Guest(stage, 1)


def passed_on(by: int) -> str:
    whose = {"id": by, "first_name": "Anna", "is_bot": False}
    return json.dumps({"type": "user", "date": 1, "sender_user": whose})


@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_sent_to_be_transcribed_is_named_by_what_it_is(guest: Guest, kind: str) -> None:
    name, mime, make, format = FORMATS[kind]
    guest.plays(make(), kind=kind, name=name, mime=mime, heard=WORDS)
    (call,) = guest.stage.upstream_calls("transcription")
    assert call["json"]["input_audio"]["format"] == format


def test_a_recording_of_a_moment_costs_nothing_and_is_answered_with_a_sentence(
    guest: Guest,
) -> None:
    tiny = encode(joined(hush(0.02), tone(440, 0.12)), bitrate=16_000).ogg
    assert len(tiny) < 1_024
    assert guest.plays(tiny) == [
        "That note was too short for me to understand. Please say it again."
    ]
    assert guest.stage.upstream_calls() == []


def test_what_is_heard_is_marked_as_heard_beside_the_caption(guest: Guest) -> None:
    guest.plays(voices.say(WORDS), heard='Say "stop" twice.', caption="Do it.")
    assert last_question(guest.stage) == '(voice note, heard) "Say \\"stop\\" twice."\nDo it.'


def test_a_line_that_models_write_for_noise_is_not_taken_for_words(guest: Guest) -> None:
    (text,) = guest.plays(voices.say("Mhm."), heard="Untertitel der Amara.org-Community")
    assert "I heard nothing in that note" in text
    assert guest.stage.upstream_calls("chat") == []


def test_a_note_that_is_forwarded_is_not_paid_again(guest: Guest) -> None:
    note = voices.say("Meet me at the station at nine.")
    guest.plays(note, heard="Meet me at the station.")
    other = Guest(guest.stage, guest.id + 500_000)
    texts = other.plays(note, forward_origin=passed_on(guest.id))
    assert texts[0] == '📝 "Meet me at the station."'
    assert len(guest.stage.upstream_calls("transcription")) == 1
    assert "(forwarded from Anna)" in last_question(guest.stage)


def test_a_note_is_transcribed_for_whoever_asks_what_it_says_and_once(house: Stage) -> None:
    house.openrouter.delete()
    anna = Guest(house, ANNA, GROUP)
    bo = Guest(house, BO, GROUP)
    note = anna.sends(voices.say("The train leaves at nine."), heard="The train leaves at nine.")
    for question in ("@parley_sandbox_bot what does she say?", "@parley_sandbox_bot and when?"):
        bo.asks(question, reply_to=note)
        said = last_question(house)
        assert "(in reply to" in said
        assert 'voice note, heard) "The train leaves at nine."' in said
        assert said.count("in reply to") == 1
    assert posts(house)["transcription"] == 1


def test_a_question_about_a_note_that_can_not_be_heard_is_answered(guest: Guest) -> None:
    silent = guest.sends(voices.silence(2.0))
    guest.awaits_endings(1)
    guest.stage.answers("I can't tell.")
    why, answer = guest.asks("What did I say there?", reply_to=silent)
    assert "I heard nothing in that note" in why
    assert answer == "I can't tell."
    assert "(in reply to" in last_question(guest.stage)


def test_when_two_models_fail_the_third_one_listens(stage: Stage) -> None:
    models = [
        {"model": "openai/whisper-large-v3", "timeoutSeconds": 20},
        {"model": "openai/gpt-4o-transcribe"},
        {"model": "openai/whisper-large-v3-turbo"},
    ]
    guest = listens(stage, models=models)
    fault = {"endpoint": "transcription", "kind": "status", "status": 404, "times": 2}
    stage.openrouter.post("faults", fault)
    assert guest.plays(voices.say(WORDS), heard=WORDS)[0] == f'📝 "{WORDS}"'
    assert heard_models(stage) == [model["model"] for model in models]


def test_what_is_too_large_for_one_model_goes_to_the_next_and_what_is_for_all_is_said(
    stage: Stage,
) -> None:
    models = [
        {"model": "openai/whisper-large-v3", "maxBytes": 2_000},
        {"model": "openai/whisper-large-v3-turbo", "maxBytes": 30_000},
    ]
    guest = listens(stage, models=models)
    guest.plays(voices.say(WORDS), heard=WORDS)
    assert heard_models(stage) == ["openai/whisper-large-v3-turbo"]
    (text,) = guest.plays(voices.long_speech(40), kind="audio")
    assert "larger than what my transcription service takes" in text
    assert posts(stage)["transcription"] == 1
    assert booked(stage, "transcription") == {"done": 1}


def test_a_transcript_is_no_longer_than_configured(stage: Stage) -> None:
    guest = listens(stage, maxChars=11, models=[{"model": "openai/whisper-large-v3-turbo"}])
    guest.plays(voices.say(WORDS), heard="Hello there and good day.")
    assert last_question(stage) == '(voice note, heard) "Hello there"'


def test_where_the_scope_denies_it_a_note_is_not_fetched_and_costs_nothing(stage: Stage) -> None:
    rules = [
        {"action": "allow", "match": {"keyPrefix": "telegram:2"}},
        {"action": "deny", "match": {"chatType": "direct"}},
    ]
    guest = listens(stage, scope={"rules": rules})
    assert guest.plays(voices.say(WORDS)) == [
        "I don't listen to voice notes in this chat. Please write to me."
    ]
    assert stage.telegram_calls("getFile") == []
    assert Guest(stage, 2).plays(voices.say(WORDS), heard=WORDS)[0] == f'📝 "{WORDS}"'


def test_a_service_that_fails_is_said_and_logged_with_the_model_that_was_tried(
    stage: Stage,
) -> None:
    guest = listens(stage)
    fault = {"endpoint": "transcription", "kind": "status", "status": 402, "times": None}
    stage.openrouter.post("faults", fault)
    (text,) = guest.plays(voices.say(WORDS))
    assert "credit" in text
    (event,) = stage.bots[-1].events("stt.failed")
    assert event["models"] == ["openai/whisper-large-v3-turbo"]
    assert event["code"] == "upstream.credit"


def test_a_chat_that_is_told_to_wait_does_not_hold_up_the_listening(guest: Guest) -> None:
    stage = guest.stage
    stage.telegram.post(
        "faults", {"method": "sendMessage", "kind": "retry_after", "retry_after": 3}
    )
    hold = {"endpoint": "transcription", "kind": "hold", "gate": "ear"}
    stage.openrouter.post("faults", hold)
    guest.sends(voices.long_speech(130), kind="audio")
    waits(lambda: len(stage.upstream_calls("transcription")) == 1)
    assert guest.texts == []
    guest.awaits_text("🎧 Listening…")
    stage.openrouter.post("release", {"gate": "ear"})
    guest.awaits_endings(1)
    assert not [text for text in guest.texts if "Listening" in text]


def test_when_the_service_fails_at_a_long_note_its_progress_goes_away(stage: Stage) -> None:
    guest = listens(stage)
    fault = {"endpoint": "transcription", "kind": "status", "status": 402, "times": None}
    stage.openrouter.post("faults", fault)
    (text,) = guest.plays(voices.long_speech(130), kind="audio")
    assert "credit" in text


def test_when_a_long_note_is_stopped_its_progress_goes_away(guest: Guest) -> None:
    stage = guest.stage
    stage.openrouter.post("faults", {"endpoint": "transcription", "kind": "hold", "gate": "never"})
    guest.sends(voices.long_speech(130), kind="audio")
    guest.awaits_text("Listening")
    guest.says("/stop")
    guest.awaits_text("Stopped.")
    guest.awaits_endings(2)
    eventually(lambda: guest.texts == ["Stopped."], f"nothing but that; got {guest.texts}")


def test_a_long_note_that_was_killed_goes_on_with_the_parts_that_are_missing(
    stage: Stage,
) -> None:
    stage.configure({"tools": {"media": {"concurrency": 1}}})
    stage.openrouter.post("settings", {"transcription": {"text": "A part of it."}})
    hold = {"endpoint": "transcription", "kind": "hold", "gate": "later", "skip": 1, "times": 1}
    stage.openrouter.post("faults", hold)
    bot = stage.start()
    minute = voices.long_speech(60, format="mp3")  # frames of mp3 may be joined as they are
    stage.sends(minute * 21, kind="audio", name="talk.mp3", mime="audio/mpeg")
    waits(lambda: books(stage).heard == 1 and posts(stage)["transcription"] == 2)
    stage.awaits_text("Listening: 1 of 3 parts")
    bot.kill()
    stage.openrouter.post("release", {"gate": "later"})
    stage.answers("That was long.")
    stage.start()
    stage.awaits_text("That was long.")

    assert books(stage).heard == 3
    assert posts(stage)["transcription"] == 4  # the one under way is asked again
    assert booked(stage, "transcription") == {"done": 3, "maybe_paid": 1}
    stage.awaits_settled()
    assert not [text for text in stage.texts() if "Listening" in text], "the progress is gone"
    (echo,) = [text for text in stage.texts() if text.startswith("📝")]
    assert echo == f'📝 "{" ".join(["A part of it."] * 3)}"'


def waits(look: Callable[[], bool]) -> None:
    eventually(look, "one part heard, the next under way", within_s=90)
