"""Samples as the bytes of a file. Blocking: runs in the workshop."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable
from typing import Any

from bot.values.audio import Pcm
from bot.voice import opus

MP3_RATE = 24_000
MP3_BITRATE = 64_000
MIMES = {".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".opus": "audio/ogg", ".wav": "audio/wav"}


def encoder_of(suffix: str) -> Callable[[Pcm], bytes] | None:
    """What writes files of this kind, by the suffix of their name; None for an unknown one."""
    encoders = {".mp3": _mp3, ".ogg": _ogg, ".opus": _ogg, ".wav": _wav}
    return encoders.get(suffix.lower())


def _ogg(pcm: Pcm) -> bytes:
    return opus.encode(pcm).ogg


def _wav(pcm: Pcm) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(pcm.channels)
        file.setsampwidth(2)
        file.setframerate(pcm.rate)
        file.writeframes(pcm.data)
    return out.getvalue()


def _mp3(pcm: Pcm) -> bytes:
    import av

    out = io.BytesIO()
    with av.open(out, "w", format="mp3") as container:
        stream: Any = container.add_stream("libmp3lame", rate=MP3_RATE, layout="mono")
        stream.bit_rate = MP3_BITRATE
        context = stream.codec_context
        resampler = av.AudioResampler(context.format, "mono", MP3_RATE, frame_size=1152)
        for frame in (_frame(pcm), None):
            for ready in resampler.resample(frame):
                container.mux(stream.encode(ready))
        container.mux(stream.encode(None))
    return out.getvalue()


def _frame(pcm: Pcm) -> Any:
    import av

    frame = av.AudioFrame(
        "s16", "mono" if pcm.channels == 1 else "stereo", len(pcm.data) // (2 * pcm.channels)
    )
    frame.sample_rate = pcm.rate
    memoryview(frame.planes[0])[: len(pcm.data)] = pcm.data
    return frame
