"""Many chats at once: everybody gets the right answer in the right chat, or it is counted."""

from __future__ import annotations

import io
import time
from array import array
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import pairwise
from typing import Any

from bench import upstream
from bench.figures import Figure
from bench.house import House, house, memory_mb
from bench.settings import Settings
from tests.voices import say

FIRST_PERSON = 1_000
FIRST_HZ, STEP_HZ = 300, 25
POSTED_AT_ONCE = 8
OFF_BY_HZ = 8.0
SETTLED_AFTER_S = 0.5  # Opus needs a moment to follow a pure tone
RATE = 48_000


def measure(base: str, settings: Settings) -> list[Figure]:
    """One note from each of `settings.chats` people, all posted together."""
    people = range(settings.chats)
    notes = {person: say(question(person)) for person in people}
    with house(base) as stage:
        _rehearse(stage, settings.chats)
        for person, note in notes.items():
            stage.openrouter.post("transcripts", _heard(note, question(person)))
        stage.open()
        begun_s = time.monotonic()
        with ThreadPoolExecutor(POSTED_AT_ONCE) as pool:
            list(pool.map(lambda p: stage.sends(notes[p], person=FIRST_PERSON + p), people))
        posted_ms = (time.monotonic() - begun_s) * 1_000
        stage.awaits(settings.chats)
        most_mb = memory_mb(stage.pid, peak=True)
        bubbles = stage.telegram_calls("sendVoice")
        last_s = max((call["at_s"] for call in bubbles), default=begun_s)
        lost, wrong = _judge(stage, settings.chats)
    names = f"{settings.chats} chats at once"
    return [
        Figure(f"{names}: lost", lost, "", 0, 1.0),
        Figure(f"{names}: wrong", wrong, "", 0, 1.0),
        Figure(
            f"{names}: to the last bubble", (last_s - begun_s) * 1_000, "ms",
            note=f"all notes were there after {posted_ms:.0f} ms",
        ),
        Figure(f"{names}: most memory", most_mb, "MB"),
    ]  # fmt: skip


def question(person: int) -> str:
    """What this person says, and nobody else."""
    return f"I am guest number {_spelled(person)}, what is my number?"


def answer(person: int) -> str:
    """What only this person may get."""
    return f"You are guest {_spelled(person)} of this house. Have a good day."


def hertz(person: int) -> float:
    """The tone in which this person's answer is spoken."""
    return FIRST_HZ + STEP_HZ * person


def _spelled(person: int) -> str:
    """A number in letters, so that none contains another."""
    digits = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    return " ".join(digits[int(digit)] for digit in f"{person:03d}")


def _heard(note: bytes, text: str) -> dict[str, Any]:
    return {"by_sha256": {sha256(note).hexdigest(): text}}


def _rehearse(stage: House, people: int) -> None:
    tones = {answer(p).partition(". ")[0]: hertz(p) for p in range(people)}
    speech = {**upstream.SETTINGS["speech"], "mode": "tone", "tones": tones}
    stage.openrouter.post("settings", {**upstream.SETTINGS, "speech": speech})
    paced = [
        {
            "match": question(person),
            "answer": upstream.paced(
                answer(person), first_token_ms=upstream.FIRST_TOKEN_MS, stream_ms=250
            ),
        }
        for person in range(people)
    ]
    stage.openrouter.post("script", paced)


def _judge(stage: House, people: int) -> tuple[int, int]:
    """How many have no text or no bubble, and how many got something that is not theirs."""
    lost = wrong = 0
    for person in range(people):
        replies = stage.replies(FIRST_PERSON + person)
        texts = [message["text"] for message in replies if message["kind"] == "text"]
        voices = [message for message in replies if message["kind"] == "voice"]
        if answer(person) not in texts or len(voices) != 1:
            lost += 1
        else:
            off_hz = abs(pitch(stage.sound(voices[0])) - hertz(person))
            own = len(texts) == 2 and question(person) in texts[0] and off_hz < OFF_BY_HZ
            wrong += not own
    return lost, wrong


def pitch(ogg: bytes, *, over_s: float = 1.0) -> float:
    """The frequency of the tone that a bubble begins with, from its zero crossings."""
    import av

    samples = array("h")
    resampler = av.AudioResampler("s16", "mono", RATE)
    with av.open(io.BytesIO(ogg), "r") as container:
        for decoded in container.decode(audio=0):
            for frame in resampler.resample(decoded):
                samples.frombytes(bytes(frame.planes[0])[: frame.samples * 2])
    start = round(SETTLED_AFTER_S * RATE)
    window = samples[start : start + round(over_s * RATE)]
    rises = [at for at, (one, two) in enumerate(pairwise(window)) if one < 0 <= two]
    return (len(rises) - 1) / ((rises[-1] - rises[0]) / RATE) if len(rises) > 1 else 0.0
