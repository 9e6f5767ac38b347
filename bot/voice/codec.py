"""Encoded sound to samples, whatever it is and whoever sent it: bounded, from memory only.

Limits count decoded samples and wall time, because headers lie (facts/spikes.md §3).
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.errors import AudioTooLarge, AudioUnreadable
from bot.values.audio import Pcm
from bot.voice.formats import DEMUXERS, FORCED_DEMUXERS, container_format

if TYPE_CHECKING:
    from av.container import InputContainer

WEBM_MARK = b"\x42\x82\x84webm"  # the EBML element DocType
SAMPLE_BYTES = 2
MAX_FAULTS = 2_000  # broken packets after which a file is given up
DECODE_STEP_S = 1.0


@dataclass(frozen=True, slots=True)
class Sniffed:
    """What the bytes are, by their container and not by their name.

    `format` is None when no known container is found; `duration_hint_s` is the header's word and
    may be missing or wrong. `has_video` does not count cover art.
    """

    format: str | None
    duration_hint_s: float | None = None
    has_audio: bool = False
    codec: str = ""
    has_video: bool = False


@dataclass(slots=True)
class Decoding:
    """One run through a file: what bounds it, and what was met on the way."""

    limit_s: float
    wall_limit_s: float
    demuxer: str | None = None
    faults: int = 0
    samples: int = 0


@contextmanager
def opened(data: bytes, *, demuxer: str | None = None) -> Iterator[InputContainer]:
    """`data` as an open container. Raises AudioUnreadable, also for what goes wrong inside."""
    import av

    options = {"format_whitelist": DEMUXERS}
    try:
        with av.open(
            io.BytesIO(data), "r", format=demuxer, options=options, metadata_errors="replace"
        ) as container:
            yield container
    except (av.error.FFmpegError, ValueError, IndexError, OSError) as error:
        raise AudioUnreadable(type(error).__name__) from error


def sniff(data: bytes, *, demuxer: str | None = None) -> Sniffed:
    """What `data` is. Never raises: bytes that are no container give `Sniffed(None)`."""
    try:
        with opened(data, demuxer=demuxer) as container:
            audio = container.streams.audio
            has_video = any(not _is_cover(stream) for stream in container.streams.video)
            return Sniffed(
                format=container_format(
                    container.format.name, has_video=has_video, is_webm=WEBM_MARK in data[:256]
                ),
                duration_hint_s=_duration_hint(container),
                has_audio=bool(audio),
                codec=audio[0].codec_context.name if audio else "",
                has_video=has_video,
            )
    except AudioUnreadable:
        return Sniffed(None)


def demuxer_for(declared: str | None) -> str | None:
    """The demuxer to force for a declared format when sniffing can't tell."""
    return FORCED_DEMUXERS.get(declared, declared) if declared else None


def blocks(data: bytes, *, rate: int, block_s: float, run: Decoding) -> Iterator[bytes]:
    """16-bit mono samples at `rate` in blocks of exactly `block_s`; the last one is shorter.

    Constant memory. Raises AudioUnreadable without a single sample, AudioTooLarge beyond a limit.
    """
    block_bytes = int(rate * block_s) * SAMPLE_BYTES
    pending = bytearray()
    for chunk in _chunks(data, rate=rate, run=run):
        pending += chunk
        while len(pending) >= block_bytes:
            yield bytes(pending[:block_bytes])
            del pending[:block_bytes]
    if pending:
        yield bytes(pending)


def decode(
    data: bytes, *, rate: int = 16_000, limit_s: float, wall_limit_s: float, mono: bool = True
) -> Pcm:
    """All of a short sound. Raises AudioUnreadable, or AudioTooLarge beyond a limit."""
    run = Decoding(limit_s=limit_s, wall_limit_s=wall_limit_s)
    channels = 1 if mono else 2
    return Pcm(b"".join(_chunks(data, rate=rate, run=run, channels=channels)), rate, channels)


def _chunks(data: bytes, *, rate: int, run: Decoding, channels: int = 1) -> Iterator[bytes]:
    started = time.monotonic()
    with opened(data, demuxer=run.demuxer) as container:
        stream = container.streams.audio[0]
        sampler = _Sampler(rate, channels)
        for packet in _packets(container, stream, run):
            if time.monotonic() - started > run.wall_limit_s:
                raise AudioTooLarge("decoding takes too long", sentence=_too_long(run.limit_s))
            for frame in _frames(packet, run):
                yield from _counted(sampler.convert(frame), rate=rate, run=run)
        yield from _counted(sampler.flush(), rate=rate, run=run)
    if not run.samples:
        raise AudioUnreadable("no samples")


def _counted(frames: list[Any], *, rate: int, run: Decoding) -> Iterator[bytes]:
    for frame in frames:
        run.samples += frame.samples
        if run.samples > run.limit_s * rate:
            raise AudioTooLarge("decoded sound over limit", sentence=_too_long(run.limit_s))
        yield samples_of(frame)


def samples_of(frame: Any) -> bytes:
    """The samples of an interleaved 16-bit frame. Planes are padded, so they are cut to length."""
    size_bytes = frame.samples * SAMPLE_BYTES * len(frame.layout.channels)
    return bytes(memoryview(frame.planes[0])[:size_bytes])


def _packets(container: Any, stream: Any, run: Decoding) -> Iterator[Any]:
    """Packets up to the end, or up to where the file breaks off."""
    import av

    try:
        yield from container.demux(stream)
    except av.error.FFmpegError:
        run.faults += 1
        if not run.samples:
            raise


def _frames(packet: Any, run: Decoding) -> list[Any]:
    """The frames of one packet; a broken packet is left out, as players do."""
    import av

    try:
        return list(packet.decode())
    except av.error.FFmpegError:
        run.faults += 1
        if run.faults > MAX_FAULTS:
            raise
        return []


class _Sampler:
    """Converts to 16-bit samples at one rate, also when the source changes its shape midway."""

    def __init__(self, rate: int, channels: int) -> None:
        self._rate = rate
        self._layout = "mono" if channels == 1 else "stereo"
        self._shape: tuple[str, str, int] | None = None
        self._resampler: Any = None

    def convert(self, frame: Any) -> list[Any]:
        import av

        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        done: list[Any] = []
        if shape != self._shape:
            done = self.flush()
            self._shape = shape
            self._resampler = av.AudioResampler("s16", self._layout, self._rate)
        frame.pts = None  # gaps in time stamps are no sound
        return done + list(self._resampler.resample(frame))

    def flush(self) -> list[Any]:
        resampler, self._resampler, self._shape = self._resampler, None, None
        return list(resampler.resample(None)) if resampler else []


def _is_cover(stream: Any) -> bool:
    import av

    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _duration_hint(container: Any) -> float | None:
    import av

    return container.duration / av.time_base if container.duration else None


def _too_long(limit_s: float) -> str:
    return (
        f"That recording is longer than the {round(limit_s / 60)} minutes that I can listen to. "
        "Please send it in shorter parts."
    )
