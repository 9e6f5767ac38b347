"""Songs: chords and a melody over them, synthesised from the prompt's hash. Blocking."""

from __future__ import annotations

import array
import hashlib
import io
import math
import re
import wave

from bot.sandbox.openrouter.sound import mp3_of
from bot.sandbox.openrouter.synth import RATE

USUAL_S, LONGEST_S = 6.0, 30.0
BEAT_S = 0.5
BEATS = 8
PEAK = 6_000
ATTACK = 200  # samples; without it each note begins with a click
CHORDS = ((0, 4, 7), (-3, 0, 4), (-7, -3, 0), (-5, -1, 2))
SCALE = (0, 2, 4, 7, 9, 12)
LENGTH = re.compile(r"(\d{1,4})[ -]?s(?:ec(?:ond)?s?)?\b", re.IGNORECASE)
LYRICS = re.compile(r"^Lyrics:\s*(.+?)(?:\n\s*\n|\Z)", re.IGNORECASE | re.DOTALL | re.MULTILINE)
WORDLESS = re.compile(r"\binstrumental\b|\bno (?:vocals|singing|lyrics)\b", re.IGNORECASE)
TABLE = array.array("d", (math.sin(2 * math.pi * i / 4096) for i in range(4096)))


def song_seconds(prompt: str, *, usual_s: float = USUAL_S) -> float:
    """How long the song for `prompt` is: the length it names, within bounds."""
    named = LENGTH.search(LYRICS.sub("", prompt))
    return max(1.0, min(LONGEST_S, float(named[1]))) if named else usual_s


def lyrics_of(prompt: str) -> str:
    """What is sung: the given lyrics, else words about the prompt; "" when nothing is to be."""
    given = LYRICS.search(prompt)
    if given:
        return given[1].strip()
    if WORDLESS.search(prompt):
        return ""
    theme = " ".join(prompt.split()[:8]).rstrip(".,!?")
    return f"La la la, {theme},\nla la la."


def compose(prompt: str, seconds: float) -> bytes:
    """The song as 24 kHz mono 16-bit PCM; the same prompt is the same song."""
    digest = hashlib.sha256(prompt.encode()).digest()
    key_hz = 196.0 * 2 ** (digest[0] % 12 / 12)
    bar = b"".join(
        _beat(key_hz, (*CHORDS[place // 2], 12 + SCALE[digest[place + 1] % len(SCALE)]))
        for place in range(BEATS)
    )
    size = round(seconds * RATE) * 2
    return (bar * (size // len(bar) + 1))[:size]


def encoded(pcm: bytes, format: str) -> bytes:
    """`pcm` as a whole file, `wav` or `mp3`."""
    if format == "mp3":
        return mp3_of(pcm, RATE)
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(pcm)
    return out.getvalue()


def _beat(key_hz: float, notes: tuple[int, ...]) -> bytes:
    """Half a second of `notes` (semitones above the key), struck and fading."""
    count = round(BEAT_S * RATE)
    steps = [key_hz * 2 ** (note / 12) * len(TABLE) / RATE for note in notes]
    samples = array.array("h", bytes(count * 2))
    scale = PEAK / len(notes)
    for i in range(count):
        level = min(1.0, i / ATTACK) * (1 - 0.9 * i / count)
        total = sum(TABLE[int(i * step) % 4096] for step in steps)
        samples[i] = int(total * scale * level)
    return samples.tobytes()
