"""Long or odd sound to Opus parts, cut at pauses, in one pass and constant memory."""

from __future__ import annotations

from dataclasses import dataclass

from bot.values.audio import Pcm, Recording
from bot.voice.codec import Decoding, blocks
from bot.voice.limits import NoteLimits
from bot.voice.opus import OpusEncoder
from bot.voice.silence import (
    FRAME_S,
    FULL_SCALE,
    QUIET_DB,
    Loudness,
    frames_are_silent,
    speech_seconds,
    speech_threshold,
)

RATE = 16_000
BLOCK_S = 1.0
BITRATE = 24_000
LEVEL = 1  # a machine listens; level 3 takes 1.5 times as long
FRAME_BYTES = int(RATE * FRAME_S) * 2


@dataclass(frozen=True, slots=True)
class Part:
    """One piece to transcribe, and how long somebody speaks in it."""

    recording: Recording
    speech_s: float


def split(data: bytes, *, limits: NoteLimits, run: Decoding) -> tuple[Part, ...]:
    """Parts of at most `limits.part_max_s`, cut at pauses; parts without speech are left out.

    `run` counts what was decoded. Raises AudioUnreadable or AudioTooLarge.
    """
    cutter = _Cutter(limits)
    for block in blocks(data, rate=RATE, block_s=BLOCK_S, run=run):
        cutter.feed(block)
    return cutter.finish()


class _Cutter:
    """Encodes what it is fed and starts a new part at the first pause after `part_after_s`."""

    def __init__(self, limits: NoteLimits) -> None:
        self._after = round(limits.part_after_s / FRAME_S)
        self._most = round(limits.part_max_s / FRAME_S)
        self._pause = round(limits.pause_s / FRAME_S)
        self._parts: list[Part] = []
        self._start_part()

    def _start_part(self) -> None:
        self._encoder: OpusEncoder | None = None
        self._loudness = Loudness(RATE)
        self._frames = self._quiet = 0
        self._threshold = 0.0

    def feed(self, block: bytes) -> None:
        start = 0
        measured = Loudness(RATE)
        measured.feed(block)
        for index, rms in enumerate(measured.rms, 1):
            self._loudness.rms.append(rms)
            if self._ends_here(rms):
                self._encode(block[start : index * FRAME_BYTES])
                self._close_part()
                start = index * FRAME_BYTES
        self._encode(block[start:])

    def finish(self) -> tuple[Part, ...]:
        self._close_part()
        return tuple(self._parts)

    def _ends_here(self, rms: int) -> bool:
        self._frames += 1
        if self._frames < self._after:
            return False
        if self._frames == self._after:
            quiet = FULL_SCALE * 10 ** (QUIET_DB / 20)
            self._threshold = speech_threshold(self._loudness.rms) or quiet
        self._quiet = self._quiet + 1 if rms < self._threshold else 0
        return self._quiet >= self._pause or self._frames >= self._most

    def _encode(self, samples: bytes) -> None:
        if samples:
            self._encoder = self._encoder or OpusEncoder(BITRATE, LEVEL, rate=RATE)
            self._encoder.feed(Pcm(samples, RATE))

    def _close_part(self) -> None:
        if self._encoder and not frames_are_silent(self._loudness.rms):
            bubble = self._encoder.finish()
            recording = Recording(bubble.ogg, "ogg", bubble.duration_s)
            self._parts.append(Part(recording, speech_seconds(self._loudness.rms)))
        self._start_part()
