"""Samples to OGG/Opus, while they come in."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from bot.values.audio import Bubble, Pcm

TELEGRAM_RATE = 48_000
FRAME_S = 0.02
SLICE_S = 0.25
HEADERS_BYTES = 400
PAGE_BYTES = 32  # page header beside its lacing values; one page per second


class OpusEncoder:
    """One OGG/Opus stream, mono, voip, variable bitrate, without metadata.

    Settings and their cost: facts/spikes.md §3, facts/telegram-api.md §2.2. Parts for transcription
    use a lower `rate`, which libopus takes as it is. Blocking: runs in the workshop, in one thread
    at a time. Nobody has to close it: all output is in memory.
    """

    def __init__(self, bitrate: int = 32_000, level: int = 5, *, rate: int = TELEGRAM_RATE) -> None:
        import av

        self._rate = rate
        self._file = io.BytesIO()
        self._container = av.open(
            self._file, "w", format="ogg", options={"fflags": "+bitexact"}
        )  # bitexact: no encoder tag, and the same sound gives the same bytes
        options = {"application": "voip", "compression_level": str(level)}
        self._stream = self._container.add_stream("libopus", rate=rate, options=options)
        self._stream.codec_context.layout = "mono"
        self._stream.bit_rate = bitrate
        self._source: tuple[int, int] | None = None
        self._resampler: Any = None
        self._fifo = av.AudioFifo()
        self._packet_bytes = 0
        self.duration_s = 0.0

    @property
    def size_bytes(self) -> int:
        """No less than what the file will have when it is finished now."""
        return HEADERS_BYTES + self._packet_bytes + int(self.duration_s + 2) * PAGE_BYTES

    def feed(self, pcm: Pcm) -> None:
        """Encode `pcm`, of any rate, one or two channels, directly behind what was fed before."""
        samples = len(pcm.data) // (2 * pcm.channels)
        if not samples:
            return
        if (pcm.rate, pcm.channels) != self._source:
            self._change_source(pcm)
        for slice_ in _slices(pcm):
            self._keep(self._resampler.resample(_frame(slice_)))
            self._encode()
        self.duration_s += samples / pcm.rate

    def finish(self) -> Bubble:
        """The whole file. Its duration is that of the samples, not the container's."""
        self._drain()
        self._encode(last=True)
        self._mux(self._stream.encode(None))
        self._container.close()
        return Bubble(self._file.getvalue(), self.duration_s)

    def _change_source(self, pcm: Pcm) -> None:
        import av

        self._drain()
        self._source = (pcm.rate, pcm.channels)
        self._resampler = av.AudioResampler("s16", "mono", self._rate)

    def _drain(self) -> None:
        resampler, self._resampler = self._resampler, None
        if resampler:
            self._keep(resampler.resample(None))

    def _keep(self, frames: list[Any]) -> None:
        for frame in frames:
            frame.pts = None  # samples are counted, whatever source they come from
            self._fifo.write(frame)

    def _encode(self, *, last: bool = False) -> None:
        """Whole frames only: libopus accepts a short one at the very end alone."""
        frame_size = int(self._rate * FRAME_S)
        while frame := self._fifo.read(frame_size, partial=last):
            frame.pts = None
            self._mux(self._stream.encode(frame))

    def _mux(self, packets: list[Any]) -> None:
        for packet in packets:
            self._packet_bytes += packet.size + packet.size // 255 + 1
            self._container.mux(packet)


def encode(pcm: Pcm, *, bitrate: int = 32_000, level: int = 5) -> Bubble:
    """All of `pcm` as one voice message."""
    encoder = OpusEncoder(bitrate, level)
    encoder.feed(pcm)
    return encoder.finish()


def _slices(pcm: Pcm) -> Iterator[Pcm]:
    """`pcm` in short pieces of whole samples.

    FFmpeg keeps buffers as large as the largest frame it saw: a running encoder that was fed whole
    sentences holds 4 MB, with slices 0.7 MB, at the same speed (measured).
    """
    step = int(pcm.rate * SLICE_S) * 2 * pcm.channels
    whole = len(pcm.data) // (2 * pcm.channels) * 2 * pcm.channels
    for start in range(0, whole, step):
        yield Pcm(pcm.data[start : min(start + step, whole)], pcm.rate, pcm.channels)


def _frame(pcm: Pcm) -> Any:
    import av

    samples = len(pcm.data) // (2 * pcm.channels)
    frame = av.AudioFrame("s16", "mono" if pcm.channels == 1 else "stereo", samples)
    frame.sample_rate = pcm.rate
    memoryview(frame.planes[0])[: len(pcm.data)] = pcm.data
    return frame
