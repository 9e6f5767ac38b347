"""Real recordings for tests: speech, silence and video in every container a person may send.

Everything is made in memory and cached per process: espeak never says a thing twice with exactly
the same samples, so ask once and compare fingerprints of what you got.
"""

from __future__ import annotations

import io
import random
from functools import lru_cache
from typing import Any

from bot.sandbox.openrouter import synth
from bot.sandbox.openrouter.sound import frame_of, resampled

RATE = synth.RATE
FORMATS = ("ogg", "mp3", "m4a", "wav", "webm", "flac", "aac")
MIMES = {
    "ogg": "audio/ogg",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "wav": "audio/wav",
    "webm": "audio/webm",
    "flac": "audio/flac",
    "aac": "audio/aac",
    "mp4": "video/mp4",
}
MUXERS = {  # our name: FFmpeg's muxer, codec, usual rate
    "ogg": ("ogg", "libopus", 48_000),
    "mp3": ("mp3", "libmp3lame", 24_000),
    "m4a": ("ipod", "aac", 44_100),
    "wav": ("wav", "pcm_s16le", 24_000),
    "webm": ("webm", "libopus", 48_000),
    "flac": ("flac", "flac", 24_000),
    "aac": ("adts", "aac", 44_100),
}
VIDEO_SIDE, VIDEO_FPS = 240, 10


@lru_cache(maxsize=256)
def say(
    text: str,
    *,
    format: str = "ogg",
    rate: int | None = None,
    channels: int = 1,
    voice: str = "en-us",
    speed: float = 1.0,
) -> bytes:
    """`text` spoken by espeak, encoded as `format` (see FORMATS) or as `mp4`, a round video."""
    pcm = synth.speak(text, voice=voice, speed=speed)
    if format == "mp4":
        return _video(pcm)
    return encode(pcm, format=format, rate=rate, channels=channels)


@lru_cache(maxsize=32)
def pcm_of(text: str, *, voice: str = "en-us", speed: float = 1.0) -> bytes:
    """`text` as 24 kHz mono 16-bit samples."""
    return synth.speak(text, voice=voice, speed=speed)


@lru_cache(maxsize=32)
def silence(seconds: float, *, format: str = "ogg") -> bytes:
    """A recording of nothing."""
    return encode(bytes(round(seconds * RATE) * 2), format=format)


@lru_cache(maxsize=32)
def tone(hertz: float, seconds: float, *, format: str = "ogg") -> bytes:
    """A recording of a sine."""
    return encode(synth.tone(hertz, seconds), format=format)


@lru_cache(maxsize=8)
def long_speech(seconds: float, *, format: str = "ogg", text: str = "One more sentence.") -> bytes:
    """Speech repeated, with a pause of 0.6 s after each sentence, until `seconds` are full."""
    unit = synth.speak(text) + bytes(RATE * 6 // 10 * 2)
    size = round(seconds * RATE) * 2
    return encode((unit * (size // len(unit) + 1))[:size], format=format)


def round_video(text: str) -> bytes:
    """A square MP4 with speech, as a video note is."""
    return say(text, format="mp4")


@lru_cache(maxsize=1)
def video_without_sound(seconds: float = 1.0) -> bytes:
    """A square MP4 with no audio stream."""
    return _video(b"", seconds=seconds)


def noise(size_bytes: int = 1_024, *, seed: int = 7) -> bytes:
    """Bytes that are no file format at all."""
    return random.Random(seed).randbytes(size_bytes)


def encode(pcm: bytes, *, format: str = "ogg", rate: int | None = None, channels: int = 1) -> bytes:
    """24 kHz mono 16-bit `pcm` in the container `format`, at `rate` and with `channels`."""
    import av

    muxer, codec, usual = MUXERS[format]
    out = io.BytesIO()
    with av.open(out, "w", format=muxer) as container:
        layout = "stereo" if channels == 2 else "mono"
        stream: Any = container.add_stream(codec, rate=rate or usual, layout=layout)
        _feed(container, stream, pcm)
    return out.getvalue()


def _feed(container: Any, stream: Any, pcm: bytes) -> None:
    """Encode `pcm` into `stream` to its end."""
    import av

    context = stream.codec_context
    pcm = resampled(pcm, RATE, context.rate) if context.rate != RATE else pcm
    resampler = av.AudioResampler(format=context.format, layout=context.layout, rate=context.rate)
    for frame in [*resampler.resample(frame_of(pcm, context.rate)), *resampler.resample(None)]:
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _video(pcm: bytes, *, seconds: float | None = None) -> bytes:
    """A square video with `pcm` as its sound, without an audio stream when `pcm` is empty."""
    import av

    length_s = seconds if seconds is not None else len(pcm) / 2 / RATE
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        video: Any = container.add_stream("mpeg4", rate=VIDEO_FPS)
        video.width = video.height = VIDEO_SIDE
        video.pix_fmt = "yuv420p"
        audio: Any = container.add_stream("aac", rate=44_100, layout="mono") if pcm else None
        for shade in range(max(1, round(length_s * VIDEO_FPS))):
            frame: Any = av.VideoFrame(VIDEO_SIDE, VIDEO_SIDE, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes([shade % 200 + 16]) * plane.buffer_size)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if audio is not None:
            _feed(container, audio, pcm)
    return out.getvalue()
