"""The sound of a video or an odd container, moved into an accepted one without encoding."""

from __future__ import annotations

import io

from bot.errors import AudioUnreadable
from bot.voice.codec import Sniffed, opened

# (container, codec) → (our name of the new container, FFmpeg's muxer)
TARGETS: dict[tuple[str, str], tuple[str, str]] = {
    ("mp4", "aac"): ("m4a", "ipod"),
    ("webm", "opus"): ("ogg", "ogg"),
    ("webm", "vorbis"): ("ogg", "ogg"),
    ("matroska", "opus"): ("ogg", "ogg"),
    ("matroska", "vorbis"): ("ogg", "ogg"),
}


def remux(data: bytes, found: Sniffed) -> tuple[bytes, str] | None:
    """The first sound track and its format; None when it has to be encoded instead."""
    target = TARGETS.get((found.format or "", found.codec))
    if target is None:
        return None
    name, muxer = target
    try:
        return _copy(data, muxer), name
    except AudioUnreadable:
        return None


def _copy(data: bytes, muxer: str) -> bytes:
    import av

    out = io.BytesIO()
    with opened(data) as source, av.open(out, "w", format=muxer) as target:
        stream = source.streams.audio[0]
        track = target.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.dts is None:  # the empty packet that ends a demuxer
                continue
            packet.stream = track
            target.mux(packet)
    return out.getvalue()
