"""A song as a file that music players and Telegram take: MP3, with its names inside.

Blocking: runs in the workshop.
"""

from __future__ import annotations

import io
from typing import Any

from bot.errors import AudioUnreadable
from bot.voice.codec import opened, sniff

BIT_RATE = 192_000
RATE = 44_100
MIME = "audio/mpeg"
LONGEST_S = 3600


def as_track(data: bytes, *, title: str, performer: str) -> tuple[bytes, float]:
    """`data`, any sound file, as MP3, and its length in seconds. Raises AudioUnreadable.

    Telegram plays MP3 and M4A as music and nothing else (facts/telegram-api.md §3). What is MP3
    already stays as it is.
    """
    if sniff(data).format == "mp3":
        return data, _length_s(data)
    return _encoded(data, title=title, performer=performer)


def _length_s(data: bytes) -> float:
    with opened(data) as source:
        frames = source.decode(source.streams.audio[0])
        length_s = float(sum(frame.samples / frame.sample_rate for frame in frames))
    return _checked(length_s)


def _encoded(data: bytes, *, title: str, performer: str) -> tuple[bytes, float]:
    import av

    out = io.BytesIO()
    samples = 0
    with opened(data) as source, av.open(out, "w", format="mp3") as target:
        target.metadata.update({"title": title, "artist": performer})
        track: Any = target.add_stream("libmp3lame", rate=RATE, layout="stereo")
        track.bit_rate = BIT_RATE
        context = track.codec_context
        resampler = av.AudioResampler(context.format, "stereo", RATE, frame_size=1152)
        for frame in _then_end(source.decode(source.streams.audio[0])):
            for ready in resampler.resample(frame):
                samples += ready.samples
                target.mux(track.encode(ready))
            if samples > LONGEST_S * RATE:
                break
        target.mux(track.encode(None))
    return out.getvalue(), _checked(samples / RATE)


def _checked(length_s: float) -> float:
    if not 0 < length_s <= LONGEST_S:
        raise AudioUnreadable(f"a song of {length_s:.0f} s")
    return length_s


def _then_end(frames: Any) -> Any:
    """All frames and the None that flushes a resampler."""
    yield from frames
    yield None
