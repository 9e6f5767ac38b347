"""What crash tests share: one scene, the death, the restart, and what must be true afterwards."""

from __future__ import annotations

import signal
from typing import Any

from tests import voices
from tests.flow.books import Books, booked, books, posts
from tests.flow.stage import BotProcess, Stage

QUESTION = "What time is it?"
SENTENCES = ("It is noon in Rome.", "The sun stands high.", "Enjoy your lunch.")
# The first delta is a whole sentence, so that a group sees a preview and speech begins early.
CHUNKS = [f"{SENTENCES[0]} ", f"{SENTENCES[1]} ", *(f"{word} " for word in SENTENCES[2].split())]
# Waits where two sentences are certainly complete: the third has begun.
FIRST, REST = SENTENCES[2][0], SENTENCES[2][1:]
HELD = [CHUNKS[0], CHUNKS[1] + FIRST, {"text": REST, "hold": "spoken"}]


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
