"""Sound as it travels between rooms."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recording:
    """Encoded sound in one container, ready for transcription.

    `format` is one of `wav mp3 flac m4a ogg webm aac` (facts/openrouter-wire.md §16).
    """

    data: bytes
    format: str
    duration_s: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was heard. Always shown and stored as heard, never as typed."""

    text: str
    model: str
    language: str = ""
    cost_micro_usd: int | None = None  # None: the answer named no cost
    generation_id: str = ""


@dataclass(frozen=True, slots=True)
class Pcm:
    """Signed 16-bit little-endian samples, interleaved."""

    data: bytes
    rate: int = 24_000
    channels: int = 1

    @property
    def duration_s(self) -> float:
        return len(self.data) / (2 * self.channels * self.rate)


@dataclass(frozen=True, slots=True)
class Speech:
    """The answer of a speech model: raw bytes and what they are.

    `format` is `mp3` or `pcm`; `rate` and `channels` describe pcm only.
    """

    data: bytes
    format: str
    model: str
    voice: str
    rate: int = 24_000
    channels: int = 1
    generation_id: str = ""


@dataclass(frozen=True, slots=True)
class Voice:
    """How to speak: everything a speech request needs beside its text."""

    model: str
    name: str
    speed: float | None = None
    format: str | None = None  # "mp3" or "pcm" when configured, None when the model may choose


@dataclass(frozen=True, slots=True)
class Bubble:
    """A Telegram voice message: OGG/Opus, 48 kHz, mono, below 1,000,000 bytes."""

    ogg: bytes
    duration_s: float


@dataclass(frozen=True, slots=True)
class Cut:
    """Where one bubble of a spoken answer ends and the next begins.

    `chars` counts the text spoken up to there, its sentences joined with one space; `sha256` is the
    hex digest of exactly that text.
    """

    chars: int
    sha256: str
