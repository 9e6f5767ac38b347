"""Whether anybody speaks: the rule of facts/spikes.md §4 on the loudness of 20 ms frames.

It only saves paid calls, so it must not eat words: in doubt a note counts as speech.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator, Sequence

from bot.values.audio import Pcm

FRAME_S = 0.02
FULL_SCALE = 32_768
FLOOR_DB = -100.0
QUIET_DB = -55.0  # nothing below this is a voice
STEADY_DB = 6.0  # noise keeps its level within this span
WIDE_DB = 30.0  # a voice this far above its floor needs no floor to be told apart
SHORTEST_FRAMES = 5  # 100 ms of speech
HOLE_FRAMES = 3  # 60 ms
WORD_FRAMES = 10  # 200 ms: a stop within a word is no pause


class Loudness:
    """The RMS of each 20 ms frame of a mono sound, fed in pieces of whole frames."""

    def __init__(self, rate: int) -> None:
        self._frame_bytes = int(rate * FRAME_S) * 2
        self.rms = array("H")

    def feed(self, samples: bytes) -> None:
        """Measure `samples`; a rest shorter than a frame at the end is left out."""
        import audioop

        view, size = memoryview(samples), self._frame_bytes
        whole = len(samples) // size * size
        self.rms.extend(audioop.rms(view[at : at + size], 2) for at in range(0, whole, size))


def is_silent(pcm: Pcm) -> bool:
    """Whether nobody speaks in `pcm` (mono). A sound shorter than three frames is silent."""
    loudness = Loudness(pcm.rate)
    loudness.feed(pcm.data)
    return frames_are_silent(loudness.rms)


def frames_are_silent(rms: Sequence[int]) -> bool:
    """The same for frames already measured: silent, or steady noise, or only clicks."""
    if len(rms) < 3:
        return True
    threshold = speech_threshold(rms)
    return (
        threshold is None
        or max(_runs(rms, threshold, bridge=HOLE_FRAMES), default=0) < SHORTEST_FRAMES
    )


def speech_seconds(rms: Sequence[int]) -> float:
    """How long somebody speaks, by the frames of a sound; pauses are left out."""
    threshold = speech_threshold(rms)
    if threshold is None:
        return 0.0
    return FRAME_S * sum(_runs(rms, threshold, bridge=WORD_FRAMES))


def speech_threshold(rms: Sequence[int]) -> float | None:
    """The RMS from which a frame counts as speech; None when no frame can be."""
    ranked = sorted(rms)
    if len(ranked) < 3:
        return None
    third = decibels(ranked[-3])
    floor, top = decibels(_percentile(ranked, 10)), decibels(_percentile(ranked, 98))
    if third < QUIET_DB or third - floor < STEADY_DB:
        return None
    relative = floor + STEADY_DB if top - floor < WIDE_DB else top - WIDE_DB
    return FULL_SCALE * 10 ** (max(QUIET_DB, relative) / 20)


def decibels(rms: float) -> float:
    """An RMS of 16-bit samples in dBFS."""
    return max(FLOOR_DB, 20 * math.log10(rms / FULL_SCALE)) if rms > 0 else FLOOR_DB


def _percentile(ranked: Sequence[int], percent: int) -> int:
    return ranked[min(len(ranked) - 1, len(ranked) * percent // 100)]


def _runs(rms: Iterable[int], threshold: float, *, bridge: int) -> Iterator[int]:
    """The length of each run of loud frames, from its first to its last loud one.

    Holes of up to `bridge` frames don't end it.
    """
    run = hole = 0
    for value in rms:
        if value >= threshold:
            run, hole = run + hole + 1, 0
        elif run:
            hole += 1
            if hole > bridge:
                yield run
                run = hole = 0
    if run:
        yield run
