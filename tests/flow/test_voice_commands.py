"""/voice, /tts and /queue in the chat: panels that change in place, choices that last."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.flow.guest import Guest
from tests.flow.stage import Stage, eventually


def labels(message: dict[str, Any]) -> list[str]:
    return [button["text"] for row in message["buttons"] for button in row]


def press(guest: Guest, panel: dict[str, Any], data: str) -> None:
    guest.stage.telegram.post(
        "callbacks",
        {
            "chat_id": guest.chat_id,
            "message_id": panel["message_id"],
            "from": guest.id,
            "data": data,
        },
    )


def becomes(
    guest: Guest, panel: dict[str, Any], changed: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:
    """The same message, once it is what `changed` wants."""

    def now() -> dict[str, Any] | None:
        (same,) = [m for m in guest.replies() if m["message_id"] == panel["message_id"]]
        return same if changed(same) else None

    return eventually(now, f"a changed panel; got {guest.replies()}")


def restarted(stage: Stage) -> None:
    stage.bots[-1].stop()
    stage.start()


def test_the_voice_panel_changes_in_place_and_costs_nothing(guest: Guest) -> None:
    guest.says("/voice")
    panel = guest.awaits_text("How I sound")
    assert "when you send a voice note (as configured)" in panel["text"]
    assert "✓ mirror" in labels(panel)
    press(guest, panel, "/voice off")
    becomes(guest, panel, lambda same: "✓ off" in labels(same))
    press(guest, panel, "/voice speed")
    becomes(guest, panel, lambda same: "How fast I speak" in same["text"])
    press(guest, panel, "/voice speed 1.25")
    after = becomes(guest, panel, lambda same: "Speed: 1.25 (chosen in this chat)" in same["text"])
    assert "I speak: never (chosen in this chat)" in after["text"]
    assert len(guest.replies()) == 1
    assert guest.stage.upstream_calls() == []


def test_the_voices_of_the_catalogue_turn_their_pages(guest: Guest) -> None:
    guest.asks("hello")  # by now the catalogue is there
    guest.says("/voice list")
    panel = guest.awaits_text("Voices of hexgrad/kokoro-82m")
    first = labels(panel)
    assert "more ›" in first
    press(guest, panel, "/voice list 2")
    after = becomes(guest, panel, lambda same: "page 2 of" in same["text"])
    assert not {name for name in labels(after) if "_" in name} & set(first)


def test_an_unknown_voice_is_refused_with_those_that_there_are(guest: Guest) -> None:
    guest.asks("hello")
    (text,) = guest.asks("/voice set af_bela")
    assert "There is no voice af_bela. Did you mean af_bella" in text
    assert "af_alloy (as configured)" in guest.asks("/tts")[0]


def test_the_panel_answers_while_an_answer_is_made(guest: Guest) -> None:
    chunks = ["Once upon a time. ", {"text": "The end.", "hold": "story"}]
    guest.stage.answers("", match="A story!", chunks=chunks)
    guest.says("A story!")
    guest.awaits_draft("Once upon a time.")
    guest.says("/voice")
    guest.awaits_text("How I sound")
    guest.says("/queue")
    guest.awaits_text("Messages while I'm busy")
    guest.stage.openrouter.post("release", {"gate": "story"})
    guest.awaits_text("The end.")
    guest.awaits_endings(3)


def test_speech_limits_are_checked(guest: Guest) -> None:
    (text,) = guest.asks("/tts limit 99")
    assert text == "The limit is a number from 100 to 4096. Now it is 4096."
    assert "over 1500 characters" in guest.asks("/tts limit 1500")[0]
    assert "What should I say?" in guest.asks("/tts audio")[0]
    assert "There is no answer here yet" in guest.asks("/tts latest")[0]
    assert guest.stage.upstream_calls() == []


def test_what_was_chosen_survives_a_restart_and_chat_off_beats_on(stage: Stage) -> None:
    stage.start()
    guest, other = Guest(stage, 1), Guest(stage, 2)
    guest.asks("/tts on")
    guest.asks("/tts chat off")
    guest.asks("/voice form caption")
    guest.asks("/voice language de")
    guest.asks("/queue collect")
    restarted(stage)
    (text,) = guest.asks("/tts")
    assert "I speak: never (chosen in this chat)" in text
    assert "Form: voice with the text as its caption (chosen in this chat)" in text
    assert "Your notes are in: German (chosen in this chat)" in guest.asks("/voice")[0]
    assert "busy: collect (chosen in this chat)" in guest.asks("/queue")[0]
    assert "every answer" in guest.asks("/tts chat default")[0]
    assert "chosen" not in other.asks("/tts")[0]


def test_a_preference_follows_the_person_and_a_choice_stays_in_its_chat(stage: Stage) -> None:
    group = -100_500
    stage.configure({"channels": {"telegram": {"groups": {"*": {}}, "groupPolicy": "open"}}})
    stage.start()
    stage.telegram.post("users", {"id": 1, "started": True})
    guest = Guest(stage, 1)
    guest.asks("/tts off")
    guest.asks("/voice speed 1.5")
    stage.telegram.post("chats", {"id": group, "type": "supergroup", "title": "Friends"})
    together = Guest(stage, 1, group)
    (text,) = together.asks("/tts")
    assert "I speak: never (your own preference)" in text
    assert "speed 1\n" in text


def test_a_voice_of_ones_own_speaks_to_that_person_in_a_group_and_to_nobody_else(
    stage: Stage,
) -> None:
    group = -100_600
    stage.configure({"channels": {"telegram": {"groups": {"*": {}}, "groupPolicy": "open"}}})
    stage.start()
    stage.telegram.post("chats", {"id": group, "type": "supergroup", "title": "Friends"})
    for person in (1, 2):
        stage.telegram.post("users", {"id": person, "started": True})
    one, two = Guest(stage, 1, group), Guest(stage, 2, group)
    Guest(stage, 1).asks("/voice mine speed 1.5")
    Guest(stage, 1).asks("/voice mine on")
    one.asks("@parley_sandbox_bot Say something.")
    two.asks("/voice mine on")
    two.asks("@parley_sandbox_bot Say something else.")
    speeds = [call["json"].get("speed") for call in stage.upstream_calls("speech")]
    assert speeds[0] == 1.5
    assert speeds[-1] is None
    assert "speed 1.5\n" in one.asks("/tts")[0]
    assert "speed 1\n" in two.asks("/tts")[0]
