"""The fixed upstream: how long each call takes, what it answers, and the bounds that follow."""

from __future__ import annotations

from typing import Any

TRANSCRIPTION_MS = 300
FIRST_TOKEN_MS = 400
STREAM_MS = 2_500  # 600 characters, 4 to a token, 60 tokens a second
TOKEN_CHARS = 4
SPEECH_BASE_MS = 150
SPEECH_MS_PER_CHAR = 1

QUESTION = "Tell me about the lighthouse on the northern cape, please."
ANSWER = (
    "The lighthouse on the northern cape was built by the people who lived around the bay. "
    "Its walls are made of grey stone that came by barge from a quarry further south. "
    "For more than a century a keeper climbed its stairs every evening to light the lamp. "
    "On clear nights sailors could see the beam from a distance of almost forty-five kilometres. "
    "Storms broke the windows twice, and both times the keeper mended them well before dawn. "
    "Today the lamp is electric, and nobody lives in the tower any more. "
    "You can visit it in summer, climb up to the gallery and watch the ships that pass "
    "on their way home."
)
LAST_SENTENCE = ANSWER.rpartition(". ")[2]

SETTINGS: dict[str, Any] = {
    "transcription": {"base_ms": TRANSCRIPTION_MS, "text": QUESTION},
    "speech": {"base_ms": SPEECH_BASE_MS, "ms_per_char": SPEECH_MS_PER_CHAR},
}
AT_ONCE: dict[str, Any] = {
    "transcription": {"base_ms": 0},
    "speech": {"base_ms": 0, "ms_per_char": 0},
}


def paced(text: str, *, first_token_ms: float, stream_ms: float) -> dict[str, Any]:
    """A scripted answer: `text` in tokens of 4 characters, spread evenly over `stream_ms`."""
    tokens = [text[at : at + TOKEN_CHARS] for at in range(0, len(text), TOKEN_CHARS)]
    gap_ms = stream_ms / max(1, len(tokens) - 1)
    chunks = [{"text": token, "wait_ms": gap_ms if at else 0} for at, token in enumerate(tokens)]
    return {"chunks": chunks, "first_token_ms": first_token_ms}


def answer() -> dict[str, Any]:
    """The answer of every measured turn."""
    return paced(ANSWER, first_token_ms=FIRST_TOKEN_MS, stream_ms=STREAM_MS)


def speech_ms(text: str) -> float:
    """How long one speech call for `text` takes."""
    return SPEECH_BASE_MS + SPEECH_MS_PER_CHAR * len(text)


def voice_bound_ms(stream_ms: float, last_sentence: str = LAST_SENTENCE) -> float:
    """The shortest a voice turn can be: hearing, the stream, one call for the last sentence."""
    return TRANSCRIPTION_MS + stream_ms + speech_ms(last_sentence)


def first_bubble_bound_ms(first_token_ms: float) -> float:
    """The soonest that the first sentence can sound: heard, written, spoken."""
    sentence = ANSWER.partition(". ")[0] + "."
    written_ms = STREAM_MS * len(sentence) / len(ANSWER)
    return TRANSCRIPTION_MS + first_token_ms + written_ms + speech_ms(sentence)


def one_after_another_ms(stream_ms: float, text: str = ANSWER) -> float:
    """The same turn without any overlap, and without any work of a bot."""
    return TRANSCRIPTION_MS + stream_ms + speech_ms(text)
