"""What a browser recorded, as Telegram would deliver it: Opus moved from WebM into Ogg."""

from __future__ import annotations

import io
from typing import Any

from .errors import ControlError
from .sniff import sniff

OGG_MIME = "audio/ogg"


def is_browser_recording(data: bytes) -> bool:
    """Whether these bytes are what Chromium's MediaRecorder makes (facts/spikes.md §5)."""
    return sniff(data) == "webm"


def as_voice(data: bytes) -> bytes:
    """WebM/Opus as OGG/Opus, the same packets in another container. Blocking.

    Raises ControlError when there is no Opus in it.
    """
    import av

    out = io.BytesIO()
    try:
        with av.open(io.BytesIO(data), "r") as source, av.open(out, "w", format="ogg") as target:
            _move_packets(source, target)
    except (av.error.FFmpegError, ValueError, IndexError) as error:
        raise ControlError(f"this recording can't be read: {type(error).__name__}") from error
    return out.getvalue()


def _move_packets(source: Any, target: Any) -> None:
    spoken = source.streams.audio[0]
    if spoken.codec_context.name not in ("opus", "libopus"):
        raise ControlError(f"a voice message is Opus, not {spoken.codec_context.name}")
    written = target.add_stream_from_template(spoken)
    for packet in source.demux(spoken):
        if packet.dts is None:
            continue  # the empty packet at the end
        packet.stream = written
        target.mux(packet)
