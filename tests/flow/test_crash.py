"""kill -9 at every named point: after the restart each message is answered, and nothing is paid twice."""

from __future__ import annotations

import signal

import pytest

from tests import voices
from tests.flow.books import booked, doubtful_sends, posts, rows, stored_segments
from tests.flow.stage import BotProcess, Stage, eventually

QUESTION = "What time is it?"
SENTENCES = ("It is noon in Rome.", "The sun stands high.", "Enjoy your lunch.")
ANSWER = " ".join(SENTENCES)
# The first delta is a whole sentence, so that a group sees a preview and speech begins early.
CHUNKS = [f"{SENTENCES[0]} ", f"{SENTENCES[1]} ", *(f"{word} " for word in SENTENCES[2].split())]
POINTS = (
    "after-inbox",
    "after-transcript",
    "after-history:1",
    "mid-stream",
    "after-history:2",
    "after-answer",
    "before-send:1",
    "before-send:2",
    "before-send:3",
    "after-send-before-receipt:1",
    "after-send-before-receipt:2",
    "after-send-before-receipt:3",
)


def dies(bot: BotProcess) -> None:
    assert bot.wait() == -signal.SIGKILL, bot.log


def rehearse(stage: Stage) -> None:
    """The model says the same however often it is asked."""
    script = {"match": "*", "times": None, "answer": {"chunks": CHUNKS}}
    stage.openrouter.post("script", [script])


def plays_note(stage: Stage) -> None:
    stage.sends(voices.say(QUESTION), heard=QUESTION)


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


@pytest.mark.parametrize("point", POINTS)
def test_a_voice_turn_killed_anywhere_is_answered_once_and_paid_once(
    stage: Stage, point: str
) -> None:
    rehearse(stage)
    bot = stage.start(kill_at=point)
    plays_note(stage)
    dies(bot)
    before, kept = posts(stage), stored_segments(stage)
    unfinished, doubtful = booked(stage, "chat")["intent"], doubtful_sends(stage)
    finishes(stage)
    after = posts(stage)

    for key, count in sends(stage).items():
        # Only a send that Telegram took and that could not be proved any more may come twice.
        assert count == 1 or (count == 2 and key in doubtful), key
    assert [state for (state,) in rows(stage, "select state from turns")] == ["done"]
    assert after["transcription"] == 1
    assert booked(stage, "chat")["done"] == 1
    assert booked(stage, "chat")["maybe_paid"] == unfinished
    assert after["speech"] - before["speech"] == len(SENTENCES) - kept
