"""Commands, stopping, and the order of turns."""

from __future__ import annotations

import pytest

from tests import voices
from tests.flow.books import rows
from tests.flow.guest import Guest
from tests.flow.stage import Stage, eventually

QUESTION = "Tell me a long story."


def starts_a_slow_answer(guest: Guest, *, gate: str) -> None:
    """Ask, and wait until the answer stands still after its first words."""
    chunks = ["Once upon a time. ", {"text": "The end.", "hold": gate}]
    guest.stage.answers("", match=QUESTION, chunks=chunks)
    guest.says(QUESTION)
    guest.awaits_draft("Once upon a time.")


def release(stage: Stage, gate: str) -> None:
    stage.openrouter.post("release", {"gate": gate})


def cancelled(stage: Stage, endpoint: str = "chat") -> list[bool]:
    """Which finished calls the bot left before their end."""
    calls = stage.openrouter.get("calls", endpoint=endpoint, finished=1, at_least=1, timeout_s=10)
    return [call["cancelled"] for call in calls["calls"]]


@pytest.mark.parametrize(
    ("command", "part"),
    [
        ("/start", "Hello! I'm Parley."),
        ("/help", "/new"),
        ("/HELP@parley_sandbox_bot", "/stop"),
        ("/frobnicate", "I don't know /frobnicate. /help shows what I can do."),
        ("/stop", "Nothing is running."),
    ],
)
def test_a_command_is_answered_for_nothing(guest: Guest, command: str, part: str) -> None:
    (text,) = guest.asks(command)
    assert part in text
    assert guest.stage.upstream_calls() == []


def test_new_forgets_what_was_said(guest: Guest) -> None:
    guest.asks("My name is Ada.")
    guest.asks("/new")
    guest.asks("What is my name?")
    *_, call = guest.stage.upstream_calls("chat")
    said = [message["content"] for message in call["json"]["messages"][1:]]
    assert said == ["What is my name?"]


def test_new_waits_for_its_turn(guest: Guest) -> None:
    starts_a_slow_answer(guest, gate="new")
    guest.says("/new")
    guest.says("What did I ask?")
    release(guest.stage, "new")
    assert guest.awaits_endings(3) == ["done", "done", "done"]
    *_, call = guest.stage.upstream_calls("chat")
    assert len(call["json"]["messages"]) == 2


@pytest.mark.parametrize("word", ["/stop", "stop", "Stop!", "STOPP", "Please stop."])
def test_stop_overtakes_a_running_answer(guest: Guest, word: str) -> None:
    starts_a_slow_answer(guest, gate="never")
    guest.says("And this waits behind it.")
    guest.says(word)
    assert "Stopped." in guest.awaits_text("Stopped.")["text"]
    assert sorted(guest.awaits_endings(3)) == ["done", "stopped", "stopped"]
    assert cancelled(guest.stage) == [True]
    assert len(guest.stage.upstream_calls()) == 1
    assert guest.stage.chat(guest.id)["draft"] is None
    assert len(guest.asks("Are you there?")) == 1


def test_an_impatient_stop_is_as_good_as_one_and_outlives_a_restart(stage: Stage) -> None:
    guest = Guest(stage, 1)
    bot = stage.start()
    starts_a_slow_answer(guest, gate="never")
    for _ in range(5):
        guest.says("/stop")
    assert sorted(guest.awaits_endings(6)) == ["done"] * 5 + ["stopped"]
    assert cancelled(stage) == [True]
    bot.stop()
    stage.start()
    assert stage.bots[-1].events("bot.ready")[0]["resumed"] == 0


def test_a_stop_while_the_bot_says_what_failed_ends_the_turn_for_good(stage: Stage) -> None:
    guest = Guest(stage, 1)
    bot = stage.start()
    stage.openrouter.post("faults", {"endpoint": "chat", "kind": "status", "status": 402})
    slow = {"method": "sendMessage", "kind": "slow", "seconds": 2}
    stage.telegram.post("faults", slow)
    guest.says(QUESTION)
    unsent = "select key from receipts where key = 't1/error/0'"
    eventually(lambda: rows(stage, unsent), "the apology on its way")
    guest.says("/stop")
    assert sorted(guest.awaits_endings(2)) == ["done", "stopped"]
    bot.stop()
    stage.start()
    assert stage.bots[-1].events("bot.ready")[0]["resumed"] == 0


def test_stop_ends_speech_that_is_being_made(guest: Guest) -> None:
    stage = guest.stage
    fault = {"endpoint": "speech", "kind": "hold", "gate": "never", "times": None}
    stage.openrouter.post("faults", fault)
    stage.answers("This is said in writing.")
    guest.sends(voices.say(QUESTION), heard=QUESTION)
    guest.awaits_text("This is said in writing.")
    guest.says("/stop")
    assert sorted(guest.awaits_endings(2)) == ["done", "stopped"]
    assert cancelled(stage, "speech") == [True]
    assert guest.replies("voice") == []


def test_stop_ends_listening(guest: Guest) -> None:
    stage = guest.stage
    stage.openrouter.post("faults", {"endpoint": "transcription", "kind": "hang"})
    guest.sends(voices.say(QUESTION), heard=QUESTION)
    eventually(lambda: stage.upstream_calls("transcription"), "listening")
    guest.says("/stop")
    assert sorted(guest.awaits_endings(2)) == ["done", "stopped"]
    assert cancelled(stage, "transcription") == [True]
    assert stage.upstream_calls("chat") == []


def test_a_spoken_stop_acts_when_it_is_heard(guest: Guest) -> None:
    starts_a_slow_answer(guest, gate="never")
    guest.says("And this waits behind it.")
    guest.sends(voices.say("Stop!"), heard="Stop!")
    guest.awaits_text("Stopped.")
    assert sorted(guest.awaits_endings(3)) == ["done", "stopped", "stopped"]
    assert cancelled(guest.stage) == [True]
    assert [call["endpoint"] for call in guest.stage.upstream_calls()] == ["chat", "transcription"]


def test_a_stop_that_stops_nothing_is_an_ordinary_word(guest: Guest) -> None:
    guest.stage.answers("Stop what?")
    assert guest.asks("Stop") == ["Stop what?"]


def test_one_chat_does_not_wait_for_another(guest: Guest) -> None:
    other = Guest(guest.stage, guest.id + 30_000)
    starts_a_slow_answer(guest, gate="slow")
    assert len(other.asks("I am quick.")) == 1
    assert guest.endings() == []
    release(guest.stage, "slow")
    guest.awaits_endings(1)
    assert guest.texts == ["Once upon a time. The end."]


def has_heard(guest: Guest) -> bool:
    """Whether a note was heard and sealed: what comes then is another turn."""
    query = """select 1 from turns join inbox on inbox.id = turns.inbox_id
               where heard is not null and joined is not null and conversation = ?"""
    return bool(rows(guest.stage, query, guest.key))


def test_messages_of_one_chat_are_answered_in_their_order(guest: Guest) -> None:
    stage = guest.stage
    starts_a_slow_answer(guest, gate="order")
    note = voices.say("Two")
    guest.sends(note, heard="Two")
    eventually(lambda: has_heard(guest), "listening ahead")
    guest.says("Three")
    assert len(stage.upstream_calls("chat")) == 1
    release(stage, "order")
    guest.awaits_endings(3)
    asked = [call["json"]["messages"][-1]["content"] for call in stage.upstream_calls("chat")]
    assert asked == [QUESTION, '(voice note, heard) "Two"', "Three"]
    answers = [m["at_ms"] for m in guest.replies("text")]
    assert answers == sorted(answers)
