"""A look into what the bot spoke, with real decoding."""

from __future__ import annotations

import io
from array import array
from dataclasses import dataclass

import av


@dataclass(frozen=True, slots=True)
class Sound:
    """What decoding a file found. `peak` is the loudest 16-bit sample."""

    container: str
    codec: str
    rate: int
    channels: int
    duration_s: float
    peak: int


def heard_in(data: bytes) -> Sound:
    """Decode all of `data`."""
    with av.open(io.BytesIO(data)) as container:
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
        )


def is_telegram_voice(sound: Sound) -> bool:
    """Whether Telegram shows this as a voice message: OGG/Opus, 48 kHz, mono."""
    opus = sound.codec in ("opus", "libopus")
    return opus and (sound.container, sound.rate, sound.channels) == ("ogg", 48_000, 1)
