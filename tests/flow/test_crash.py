"""kill -9 at every named point: after the restart each message is answered, and nothing is paid twice."""

from __future__ import annotations

import signal
from typing import Any

import pytest

from tests import voices
from tests.flow.books import Books, booked, books, posts, rows
from tests.flow.stage import BotProcess, Stage, eventually

QUESTION = "What time is it?"
SENTENCES = ("It is noon in Rome.", "The sun stands high.", "Enjoy your lunch.")
# The first delta is a whole sentence, so that a group sees a preview and speech begins early.
CHUNKS = [f"{SENTENCES[0]} ", f"{SENTENCES[1]} ", *(f"{word} " for word in SENTENCES[2].split())]
# Waits where two sentences are certainly complete: the third has begun.
FIRST, REST = SENTENCES[2][0], SENTENCES[2][1:]
HELD = [CHUNKS[0], CHUNKS[1] + FIRST, {"text": REST, "hold": "spoken"}]
GROUP = -1001
POINTS = (
    "after-inbox",
    "after-transcript",
    "after-history:1",
    "mid-stream",
    "after-history:2",
    "after-answer",
    *(f"before-send:{number}" for number in (1, 2, 3)),
    *(f"after-send-before-receipt:{number}" for number in (1, 2, 3)),
)


def rehearse(stage: Stage, **answer: Any) -> None:
    """The model says the same however often it is asked."""
    script = {"match": "*", "times": None, "answer": {"chunks": CHUNKS, **answer}}
    stage.openrouter.post("script", [script])


def plays_note(stage: Stage, **fields: Any) -> None:
    stage.sends(voices.say(QUESTION), heard=QUESTION, **fields)


def dies(stage: Stage, bot: BotProcess) -> Books:
    """Wait for the kill; the books as it left them."""
    assert bot.wait() == -signal.SIGKILL, bot.log
    return books(stage)


def finishes(stage: Stage, turns: int = 1) -> None:
    """Start the bot again, let it settle what is open and end in good order."""
    bot = stage.start()
    stage.awaits_settled(turns)
    assert bot.stop() == 0, bot.log


def sends(stage: Stage) -> dict[str, int]:
    """How often each send of the first turn was taken, by the key of its receipt."""
    texts = [call["params"]["text"] for call in stage.telegram_calls("sendMessage") if call["ok"]]
    return {
        "t1/heard/0": sum(QUESTION in text for text in texts),
        "t1/answer/0": sum(SENTENCES[2] in text for text in texts),
        "t1/voice/0": sum(1 for call in stage.telegram_calls("sendVoice") if call["ok"]),
    }


def assert_paid_once(stage: Stage, at_death: Books, *, speech: int = len(SENTENCES)) -> None:
    """After the death nothing was called that had a result; what was under way is booked."""
    now = books(stage)
    made = {kind: now.calls[kind] - at_death.calls[kind] for kind in now.calls}
    assert made["chat"] == 1 - at_death.answered
    assert made["speech"] == speech - at_death.segments
    for kind, asked in posts(stage).items():
        assert asked <= now.calls[kind], "every post stands in the books"
        assert booked(stage, kind).get("maybe_paid", 0) == at_death.open_calls[kind]


@pytest.mark.parametrize("point", POINTS)
def test_a_voice_turn_killed_anywhere_is_answered_once_and_paid_once(
    stage: Stage, point: str
) -> None:
    rehearse(stage)
    bot = stage.start(kill_at=point)
    plays_note(stage)
    at_death = dies(stage, bot)
    finishes(stage)

    for key, count in sends(stage).items():
        # Only a send that Telegram took and that could not be proved any more may come twice.
        assert count == 1 or (count == 2 and key in at_death.doubtful_sends), key
    assert rows(stage, "select state from turns") == [("done",)]
    assert posts(stage)["transcription"] == 1
    assert_paid_once(stage, at_death)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_send_whose_receipt_was_lost_comes_twice_at_most_and_alone(
    stage: Stage, number: int
) -> None:
    rehearse(stage)
    bot = stage.start(kill_at=f"after-send-before-receipt:{number}")
    plays_note(stage)
    dies(stage, bot)
    finishes(stage)

    assert sum(sends(stage).values()) == 4


def test_what_was_spoken_before_a_kill_in_mid_stream_is_not_spoken_again(stage: Stage) -> None:
    rehearse(stage, chunks=HELD)
    bot = stage.start(kill_at="mid-stream")
    plays_note(stage)
    eventually(lambda: books(stage).segments == 2, "two finished segments")
    stage.openrouter.post("release", {"gate": "spoken"})
    at_death = dies(stage, bot)
    assert posts(stage) == {"transcription": 1, "chat": 1, "speech": 2}
    finishes(stage)

    assert posts(stage) == {"transcription": 1, "chat": 2, "speech": 3}
    assert booked(stage, "chat") == {"done": 1, "maybe_paid": 1}
    assert_paid_once(stage, at_death)
    spoken = [call["json"]["input"] for call in stage.upstream_calls("speech")]
    assert sorted(spoken) == sorted(SENTENCES)


def test_after_the_answer_neither_the_model_nor_finished_speech_is_paid_again(stage: Stage) -> None:
    rehearse(stage, chunks=HELD)
    bot = stage.start(kill_at="after-answer")
    plays_note(stage)
    eventually(lambda: books(stage).segments == 2, "two finished segments")
    stage.openrouter.post("release", {"gate": "spoken"})
    dies(stage, bot)
    assert posts(stage) == {"transcription": 1, "chat": 1, "speech": 2}
    finishes(stage)

    assert posts(stage) == {"transcription": 1, "chat": 1, "speech": 3}
    assert booked(stage, "chat") == {"done": 1}


@pytest.mark.parametrize(
    "point",
    ["after-inbox", "mid-stream", "after-answer", "before-send", "after-send-before-receipt"],
)
def test_a_text_turn_killed_anywhere_is_answered_once(stage: Stage, point: str) -> None:
    rehearse(stage)
    bot = stage.start(kill_at=point)
    stage.says(QUESTION)
    at_death = dies(stage, bot)
    finishes(stage)

    assert sends(stage)["t1/answer/0"] == (2 if point == "after-send-before-receipt" else 1)
    assert posts(stage)["transcription"] == posts(stage)["speech"] == 0
    assert_paid_once(stage, at_death, speech=0)
