"""kill -9 at every named point: each message is answered once, and nothing is paid twice."""

from __future__ import annotations

import pytest

from tests.flow.books import booked, books, posts, rows
from tests.flow.crash import (
    HELD,
    QUESTION,
    SENTENCES,
    assert_paid_once,
    dies,
    finishes,
    plays_note,
    rehearse,
    sends,
)
from tests.flow.stage import Stage, eventually

NUMBERS = ("one", "two", "three", "four", "five", "six", "seven")
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


def test_speech_finished_before_the_answer_was_saved_is_not_paid_again(stage: Stage) -> None:
    sentences = [f"This is number {word}." for word in NUMBERS]
    paced = [{"text": f"{sentence} ", "wait_ms": 150} for sentence in sentences[:-1]]
    last = sentences[-1]
    rehearse(stage, chunks=[*paced, last[0], {"text": last[1:], "hold": "spoken"}])
    bot = stage.start(kill_at="after-history:2")
    plays_note(stage)
    eventually(lambda: sentences[-2] in spoken(stage), "the last but one")
    eventually(lambda: booked(stage, "speech").keys() == {"done"}, "finished segments")
    stage.openrouter.post("release", {"gate": "spoken"})
    dies(stage, bot)
    finishes(stage)

    assert [spoken(stage).count(sentence) for sentence in sentences] == [1] * len(sentences)


def spoken(stage: Stage) -> str:
    calls = [call["json"] for call in stage.upstream_calls("speech")]
    return " ".join(call["input"] for call in calls if call)  # None while it is still read


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


def test_an_echo_that_never_left_is_made_up_for(stage: Stage) -> None:
    stage.telegram.post("faults", {"method": "sendMessage", "kind": "hang", "times": 1})
    rehearse(stage)
    bot = stage.start(kill_at="after-answer")
    plays_note(stage)
    dies(stage, bot)
    stage.telegram.delete("faults")
    finishes(stage)

    echo, answer = stage.texts()
    assert QUESTION in echo
    assert SENTENCES[2] in answer


def test_an_answer_that_broke_off_before_the_crash_is_given_whole_after_it(stage: Stage) -> None:
    fault = {"kind": "error_chunk", "after_chunks": 3}
    stage.answers("The answer begins well enough but", tokens_per_s=100, fault=fault)
    bot = stage.start(kill_at="before-send:2")  # the beginning is sent, the apology is not
    stage.says("Tell me all about it.")
    dies(stage, bot)
    stage.answers("Here is the whole answer.")
    finishes(stage)
    assert stage.texts()[-1] == "Here is the whole answer."
