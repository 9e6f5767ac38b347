"""Whatever OpenRouter does wrong ends in one sentence, and is asked again only where it is free."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests import voices
from tests.flow.books import rows
from tests.flow.guest import Guest
from tests.flow.stage import Stage

PATIENCE_S = 3  # of a hanging call; far more than any other takes here
CONFIG = {
    "models": {"providers": {"openrouter": {"timeoutSeconds": PATIENCE_S}}},
    "parley": {"timeouts": {"chatIdleS": PATIENCE_S}},
    "tools": {"media": {"audio": {"timeoutSeconds": PATIENCE_S}}},
    "messages": {"tts": {"timeoutMs": PATIENCE_S * 1000}},
}
KEY = "My key for the model service was refused"
CREDIT = "My credit for the model service is used up"
MODEL = "The configured model is not available"
BUSY = "The model service is busy right now"
DOWN = "The model service is not answering"
UNUSABLE = "The model service sent an unusable answer"
QUESTION = "What is new?"
ANSWER = "Nothing at all."


@dataclass(frozen=True)
class Trouble:
    """A fault, the sentence it ends in, and how often upstream is asked for that."""

    sentence: str
    kind: str = "status"
    asked: int = 1
    fields: dict[str, Any] = field(default_factory=dict)


def status(code: int, sentence: str, *, asked: int = 1, **fields: Any) -> Trouble:
    return Trouble(sentence, asked=asked, fields={"status": code, **fields})


EVERYWHERE = {
    "401": status(401, KEY),
    "402": status(402, CREDIT),
    "403 key limit": status(403, CREDIT, message="Key limit exceeded (total limit)."),
    "404": status(404, MODEL),
    "429": status(429, BUSY, asked=3, retry_after_s=0.05),
    "429 for an hour": status(429, BUSY, retry_after_s=3600),
    "500": status(500, DOWN, asked=3),
    "503": status(503, DOWN, asked=3, retry_after_s=0.05),
    "hang": Trouble(DOWN, "hang"),
    "HTML": Trouble(UNUSABLE, "html"),
    "empty body": Trouble(UNUSABLE, "empty"),
}
CHAT = {
    **EVERYWHERE,
    "cut off at once": Trouble(DOWN, "cut"),
    "ended without an answer": Trouble(UNUSABLE, "cut", fields={"clean": True}),
    "error before a word": Trouble(DOWN, "error_chunk"),
}
TRANSCRIPTION = {
    **EVERYWHERE,
    "cut off": Trouble(DOWN, "truncated"),
    "cut off cleanly": Trouble(UNUSABLE, "truncated", fields={"clean": True}),
    "other JSON": Trouble(UNUSABLE, "json"),
}
SPEECH = {
    **EVERYWHERE,
    "cut off": Trouble(DOWN, "truncated"),
    "other JSON": Trouble(UNUSABLE, "json"),
    "wrong content type": Trouble(UNUSABLE, "wrong_content_type"),
}


def causes(stage: Stage, endpoint: str, trouble: Trouble) -> None:
    stage.openrouter.post(
        "faults", {"endpoint": endpoint, "kind": trouble.kind, "times": None, **trouble.fields}
    )


def is_plain(sentence: str, stage: Stage) -> bool:
    """Nothing of the machine's own language reaches a chat."""
    strange = ("{", "<", "Traceback", "Error", "http", stage.key, stage.token)
    return len(sentence) < 200 and not any(word in sentence for word in strange)


def failures(stage: Stage, name: str) -> int:
    return len(stage.bots[-1].events(name))


def answers_again(guest: Guest) -> bool:
    guest.stage.openrouter.delete()
    guest.stage.answers("Back again.")
    return guest.asks("Are you there?") == ["Back again."]


@pytest.mark.parametrize("name", CHAT)
def test_a_failing_model_gets_one_sentence(guest: Guest, name: str) -> None:
    stage, trouble = guest.stage, CHAT[name]
    causes(stage, "chat", trouble)
    logged = failures(stage, "turn.failed")
    (sentence,) = guest.asks(QUESTION)
    assert sentence.startswith(trouble.sentence)
    assert is_plain(sentence, stage)
    assert len(stage.upstream_calls("chat")) == trouble.asked
    assert failures(stage, "turn.failed") == logged + 1
    assert answers_again(guest)


@pytest.mark.parametrize("name", TRANSCRIPTION)
def test_failing_ears_get_one_sentence(guest: Guest, name: str) -> None:
    stage, trouble = guest.stage, TRANSCRIPTION[name]
    causes(stage, "transcription", trouble)
    logged = failures(stage, "turn.failed")
    (sentence,) = guest.plays(voices.say(QUESTION))
    assert sentence.startswith(trouble.sentence)
    assert is_plain(sentence, stage)
    assert [call["endpoint"] for call in stage.upstream_calls()] == (
        ["transcription"] * trouble.asked
    )
    assert failures(stage, "turn.failed") == logged + 1
    assert answers_again(guest)


@pytest.mark.parametrize("name", SPEECH)
def test_a_failing_voice_leaves_the_text(guest: Guest, name: str) -> None:
    stage, trouble = guest.stage, SPEECH[name]
    stage.answers(ANSWER)
    causes(stage, "speech", trouble)
    logged = failures(stage, "speech.failed")
    _, answer, sentence = guest.plays(voices.say(QUESTION), heard=QUESTION)
    assert answer == ANSWER
    assert sentence.startswith(f"I couldn't say that aloud. {trouble.sentence}")
    assert is_plain(sentence, stage)
    assert guest.replies("voice") == []
    assert len(stage.upstream_calls("speech")) == trouble.asked
    assert failures(stage, "speech.failed") == logged + 1
    assert answers_again(guest)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({"kind": "cut", "after_chunks": 2}, DOWN),
        ({"kind": "error_chunk", "after_chunks": 2}, DOWN),
        ({"kind": "cut", "after_chunks": 2, "clean": True}, UNUSABLE),
    ],
    ids=["connection lost", "error in mid-stream", "ended without its end"],
)
def test_a_broken_answer_stays_as_far_as_it_came(
    guest: Guest, fault: dict[str, Any], sentence: str
) -> None:
    stage = guest.stage
    stage.answers("One two three four.", fault=fault)
    written, told = guest.plays(voices.say(QUESTION), heard=QUESTION)[1:]
    assert written == "One two …"
    assert told.startswith(sentence)
    assert len(stage.upstream_calls("chat")) == 1
    assert guest.replies("voice") == []
    book = "select state from paid_calls where conversation = ? and kind = 'chat'"
    assert rows(stage, book, guest.key) == [("maybe_paid",)]


def test_an_answer_that_stops_growing_is_given_up(guest: Guest) -> None:
    guest.stage.answers("", chunks=["So far ", {"text": "so good.", "hold": "never"}])
    written, told = guest.asks(QUESTION)
    assert written == "So far …"
    assert told.startswith(DOWN)
    assert len(guest.stage.upstream_calls("chat")) == 1


def test_an_empty_answer_of_the_model_is_said_to_be_unusable(guest: Guest) -> None:
    guest.stage.answers("")
    (sentence,) = guest.asks(QUESTION)
    assert sentence.startswith(UNUSABLE)
    assert len(guest.stage.upstream_calls("chat")) == 1


def test_an_empty_transcript_means_that_nothing_was_heard(guest: Guest) -> None:
    (sentence,) = guest.plays(voices.say(QUESTION), heard="")
    assert sentence.startswith("I heard nothing in that note")
    assert len(guest.stage.upstream_calls()) == 1


@pytest.mark.parametrize("endpoint", ["chat", "transcription"])
def test_a_right_answer_under_a_wrong_content_type_is_taken(guest: Guest, endpoint: str) -> None:
    stage = guest.stage
    stage.openrouter.post("faults", {"endpoint": endpoint, "kind": "wrong_content_type"})
    stage.answers(ANSWER)
    assert guest.plays(voices.say(QUESTION), heard=QUESTION)[-1] == ANSWER


@pytest.mark.parametrize("endpoint", ["chat", "transcription", "speech"])
@pytest.mark.parametrize("code", [408, 429, 502])
def test_what_fails_once_before_an_answer_is_asked_again(
    guest: Guest, endpoint: str, code: int
) -> None:
    stage = guest.stage
    fault = {"kind": "status", "status": code, "retry_after_s": 0.05}
    stage.openrouter.post("faults", {"endpoint": endpoint, **fault})
    stage.answers(ANSWER)
    assert guest.plays(voices.say(QUESTION), heard=QUESTION)[-1] == ANSWER
    assert len(guest.replies("voice")) == 1
    calls = [call["endpoint"] for call in stage.upstream_calls()]
    assert sorted(calls) == sorted(["chat", "speech", "transcription", endpoint])


def test_a_character_cut_in_two_by_the_stream_is_whole_again(guest: Guest) -> None:
    guest.stage.answers("", chunks=["A parrot: \ud83e", "\udd9c."])
    assert guest.asks(QUESTION) == ["A parrot: 🦜."]


def test_half_a_character_stops_neither_ears_nor_model(guest: Guest) -> None:
    stage = guest.stage
    stage.answers("Half \ud83e of one.")
    body = {"text": "What \ud83e is new?", "usage": {"seconds": 1, "cost": 0}}
    stage.openrouter.post("faults", {"endpoint": "transcription", "kind": "json", "body": body})
    echo, answer = guest.plays(voices.say(QUESTION))
    assert echo == '📝 "What \ufffd is new?"'
    assert answer == "Half \ufffd of one."
