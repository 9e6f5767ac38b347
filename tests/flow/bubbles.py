"""A look into what the bot spoke, with real decoding."""

from __future__ import annotations

import io
from array import array
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import av


@dataclass(frozen=True, slots=True)
class Sound:
    """What decoding found: `peak` is the loudest 16-bit sample, `pitches` the tones in order."""

    container: str
    codec: str
    rate: int
    channels: int
    duration_s: float
    peak: int
    pitches: list[int]


def heard_in(data: bytes) -> Sound:
    """Decode all of `data`."""
    opened: Any = av.open(io.BytesIO(data))
    with opened as container:
        (stream,) = container.streams
        assert stream.type == "audio"
        context = stream.codec_context
        mono = av.AudioResampler(format="s16", layout="mono", rate=48_000)
        samples = array("h")
        for frame in container.decode(stream):
            for part in mono.resample(frame):
                samples.frombytes(bytes(part.planes[0])[: part.samples * 2])
        return Sound(
            container=container.format.name,
            codec=context.name,
            rate=context.sample_rate,
            channels=context.layout.nb_channels,
            duration_s=len(samples) / 48_000,
            peak=max(samples, default=0),
            pitches=_pitches(samples),
        )


def _pitches(samples: array[int]) -> list[int]:
    """The tones in `samples` in hundreds of Hz, each once; a tone lasts 200 ms at least."""
    window = 4_800  # 100 ms
    heard: list[int] = []
    for start in range(0, len(samples) - window, window):
        part = samples[start : start + window]
        if max(part) < 1_000:
            heard.append(0)  # a pause: the windows around it are no neighbours
            continue
        turns = sum(a < 0 <= b for a, b in pairwise(part))
        heard.append(round(turns * 10 / 100))
    steady = [a for a, b in pairwise(heard) if a == b > 0]
    return [tone for n, tone in enumerate(steady) if n == 0 or tone != steady[n - 1]]


def is_telegram_voice(sound: Sound) -> bool:
    """Whether Telegram shows this as a voice message: OGG/Opus, 48 kHz, mono."""
    opus = sound.codec in ("opus", "libopus")
    return opus and (sound.container, sound.rate, sound.channels) == ("ogg", 48_000, 1)
