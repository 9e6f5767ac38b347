"""Sound in and out of containers, through PyAV: what was posted, and what is answered. Blocking."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

CONTAINERS = {
    "ogg": "ogg", "mp3": "mp3", "m4a": "mov", "wav": "wav", "webm": "matroska",
    "flac": "flac", "aac": "aac",
}  # fmt: skip
EAR_RATE = 16_000
SILENT_DBFS = -55.0
LONGEST_S = 7_200
MP3_BIT_RATE = 64_000


class NotThatSound(Exception):
    """The bytes are not sound in the named format."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What decoding found."""

    seconds: float
    is_silent: bool


def hear(data: bytes, format: str) -> Heard:
    """Decode all of `data`. Raises NotThatSound when it is not `format` or holds no sample."""
    pcm = samples_of(data, format)
    if len(pcm) < 2:
        raise NotThatSound("no samples")
    return Heard(len(pcm) / 2 / EAR_RATE, _loudest_dbfs(pcm) < SILENT_DBFS)


def samples_of(data: bytes, format: str) -> bytes:
    """16 kHz mono 16-bit samples. Raises NotThatSound when `data` is not `format`."""
    return _raw(data) if format == "pcm" else _decode(data, format)


def mp3_of(pcm: bytes, rate: int) -> bytes:
    """Mono 16-bit `pcm` as MP3 without a Xing header: a stream can't go back to write one."""
    import av

    out = io.BytesIO()
    with av.open(out, "w", format="mp3", options={"write_xing": "0"}) as container:
        stream: Any = container.add_stream("libmp3lame", rate=rate, layout="mono")
        stream.bit_rate = MP3_BIT_RATE
        resampler = av.AudioResampler(format=stream.format, layout="mono", rate=rate)
        for frame in [*resampler.resample(frame_of(pcm, rate)), *resampler.resample(None)]:
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()


def resampled(pcm: bytes, rate: int, to_rate: int) -> bytes:
    """Mono 16-bit `pcm` at another rate."""
    import av

    resampler = av.AudioResampler(format="s16", layout="mono", rate=to_rate)
    frames = [*resampler.resample(frame_of(pcm, rate)), *resampler.resample(None)]
    return b"".join(bytes(f.planes[0])[: f.samples * 2] for f in frames)


def frame_of(pcm: bytes, rate: int) -> Any:
    """A frame of mono 16-bit samples."""
    import av

    frame: Any = av.AudioFrame(format="s16", layout="mono", samples=len(pcm) // 2)
    frame.sample_rate = rate
    plane = frame.planes[0]
    plane.update(pcm[: len(pcm) // 2 * 2].ljust(plane.buffer_size, b"\0"))
    return frame


def _raw(data: bytes) -> bytes:
    if len(data) % 2:
        raise NotThatSound("pcm must be 16-bit samples")
    return data


def _decode(data: bytes, format: str) -> bytes:
    import av

    try:
        with av.open(io.BytesIO(data), "r", metadata_errors="ignore") as container:
            found = container.format.name.split(",")
            if CONTAINERS[format] not in found:
                raise NotThatSound(f"this is {found[0]}, not {format}")
            return _samples(container)
    except (av.error.FFmpegError, ValueError, IndexError, OSError) as error:
        raise NotThatSound(type(error).__name__) from error


def _samples(container: Any) -> bytes:
    """All samples of the first audio stream as 16 kHz mono. Raises IndexError without a stream."""
    import av

    stream = container.streams.audio[0]
    resampler = av.AudioResampler(format="s16", layout="mono", rate=EAR_RATE)
    pcm = bytearray()
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            continue  # one bad packet; the rest may be fine
        for frame in frames:
            for piece in resampler.resample(frame):
                pcm += bytes(piece.planes[0])[: piece.samples * 2]
        if len(pcm) > LONGEST_S * EAR_RATE * 2:
            raise NotThatSound("longer than any recording")
    if pcm:
        for piece in resampler.resample(None):
            pcm += bytes(piece.planes[0])[: piece.samples * 2]
    return bytes(pcm)


def _loudest_dbfs(pcm: bytes) -> float:
    """The level of the loudest 20 ms."""
    import audioop
    import math

    step = EAR_RATE // 50 * 2
    loudest = max(audioop.rms(pcm[i : i + step], 2) for i in range(0, len(pcm) - 1, step))
    return 20 * math.log10(loudest / 32_768) if loudest else -120.0
