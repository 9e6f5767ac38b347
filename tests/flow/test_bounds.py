"""Where things stop: long echoes, capped answers, piles of notes, a token that was revoked."""

from __future__ import annotations

import sqlite3

from tests import voices
from tests.flow.stage import Stage, eventually


def test_the_echo_of_a_long_transcript_is_short_and_the_model_hears_all_of_it(stage: Stage) -> None:
    heard = " ".join(f"{number} and so on" for number in range(600))  # a mere loop is no speech
    stage.start()
    stage.sends(voices.say("And so on."), heard=heard)
    stage.awaits_voice()
    echo, *_ = stage.texts()
    assert len(echo) < 1_100
    assert echo.rstrip('"').endswith("…")
    (question,) = stage.upstream_calls("chat")
    assert str(question["json"]["messages"][-1]).count("and so on") == 600


def test_an_answer_that_ran_into_the_output_cap_shows_that_it_is_not_whole(stage: Stage) -> None:
    stage.start()
    stage.answers("This answer was to be much longer", finish_reason="length")
    stage.says("Tell me everything.")
    assert stage.awaits_text("much longer")["text"].endswith("longer …")


def test_many_notes_at_once_are_heard_a_few_at_a_time_and_all_answered(stage: Stage) -> None:
    stage.openrouter.post("settings", {"transcription": {"base_ms": 400, "text": "a note"}})
    stage.config["messages"] = {"tts": {"auto": "off"}}
    stage.start()
    notes = 12
    for _ in range(notes):
        stage.sends(voices.say("One of many."))
    eventually(lambda: asked_about(stage) == notes, "every note put to the model")
    stage.awaits_text("rehearsal")
    calls = stage.upstream_calls("transcription")
    spans = [(c["marks"]["received"], c["marks"]["finished"]) for c in calls]
    begun = [(start["monotonic_ms"], end["monotonic_ms"]) for start, end in spans]
    at_once = max(sum(a <= start < b for a, b in begun) for start, _ in begun)
    assert at_once <= 6, "four ahead of the lane, one in it, and one just ending"


def asked_about(stage: Stage) -> int:
    """How many notes the model was asked about; those that come together are one question."""
    questions = [call["json"]["messages"][-1]["content"] for call in stage.upstream_calls("chat")]
    return sum(str(question).count("a note") for question in questions)


def test_a_token_that_is_revoked_ends_the_process_with_a_sentence(stage: Stage) -> None:
    bot = stage.start()
    fault = {"method": "getUpdates", "kind": "status", "status": 401, "times": -1}
    stage.telegram.post("faults", {**fault, "description": "Unauthorized"})
    stage.says("wake the poll up")
    assert bot.wait() == 1
    assert "Telegram refused the bot token" in bot.log
    assert stage.token not in bot.log


def test_what_was_not_meant_for_the_bot_is_not_kept(stage: Stage) -> None:
    stage.config["channels"]["telegram"] |= {"groups": {"-100500": {}}}
    stage.telegram.post("settings", {"me": {"can_read_all_group_messages": True}})
    stage.telegram.post("chats", {"type": "supergroup", "id": -100500, "title": "Us"})
    stage.start()
    stage.says("a private matter of ours", chat_id=-100500)
    stage.says("/nonsense", chat_id=-100500)
    stage.says("hello")
    stage.awaits_text("You said: hello")
    assert stage.replies(-100500) == []
    database = sqlite3.connect(stage.state_dir / "parley.db")

    def kept() -> list[str]:
        rows = database.execute("select payload from inbox where payload like '%private matter%'")
        return [payload for (payload,) in rows]

    eventually(lambda: kept() == [], "the words of others forgotten")
    database.close()
