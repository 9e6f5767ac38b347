"""Real films for tests: a few grey frames, encoded in-process."""

from __future__ import annotations

import io
from functools import cache

import av

CODECS = {"mp4": "mpeg4", "mov": "mpeg4", "webm": "libvpx"}


@cache
def film(container: str = "mp4", *, width: int = 64, height: int = 48, seconds: int = 1) -> bytes:
    """A film of `seconds`, five frames each, of a few kilobytes."""
    target = io.BytesIO()
    with av.open(target, "w", format=container) as output:
        stream = output.add_stream(CODECS[container], rate=5)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for shade in range(5 * seconds):
            frame = av.VideoFrame(width, height, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes([100 + shade % 50]) * plane.buffer_size)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return target.getvalue()
