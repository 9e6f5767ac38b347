"""A few still pictures of a film, for models that see pictures and no films.

Blocking: runs in the workshop. Bounded in time, packets and pixels, because headers lie.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bot.errors import LookError
from bot.pictures.scale import MAX_PIXELS, jpeg
from bot.values.media import MediaFile

if TYPE_CHECKING:
    from av.container import InputContainer

MOST = 4
LONGEST_SIDE = 768
WALL_LIMIT_S = 20.0
FRAMES_PER_STOP = 600  # decoded at most on the way from a key frame to the wanted moment
# Playlists and scripts are not among them, so no file or address that the bytes name is opened.
DEMUXERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,gif,flv,asf"


NO_PICTURES = "I couldn't see anything in that video. Please send it again as MP4."


def frames(
    data: bytes,
    *,
    count: int = MOST,
    longest_side: int = LONGEST_SIDE,
    wall_limit_s: float = WALL_LIMIT_S,
) -> tuple[MediaFile, ...]:
    """Up to `count` JPEG pictures, evenly spread over the film. Raises LookError."""
    deadline = time.monotonic() + wall_limit_s
    found: list[MediaFile] = []
    shown: set[Any] = set()
    with _opened(data) as (container, stream):
        for at in _moments(container, stream, count):
            frame = _frame_at(container, stream, at, deadline)
            if frame is None:
                break
            if frame.pts in shown:  # a short film, or one that can't be wound forward
                continue
            shown.add(frame.pts)
            found.append(_still(frame, name=f"frame-{len(found) + 1}", longest_side=longest_side))
    if not found:
        raise LookError("nothing decoded", sentence=NO_PICTURES)
    return tuple(found)


@contextmanager
def _opened(data: bytes) -> Iterator[tuple[InputContainer, Any]]:
    """The film and its stream of pictures. Raises LookError, also for what goes wrong inside."""
    import av

    try:
        with av.open(
            io.BytesIO(data),
            "r",
            options={"format_whitelist": DEMUXERS},
            metadata_errors="replace",
        ) as container:
            stream = container.streams.video[0]
            if stream.codec_context.width * stream.codec_context.height > MAX_PIXELS:
                raise LookError("too many pixels", sentence=NO_PICTURES)
            yield container, stream
    except (av.error.FFmpegError, ValueError, IndexError, OSError) as error:
        raise LookError(type(error).__name__, sentence=NO_PICTURES) from error


def _moments(container: InputContainer, stream: Any, count: int) -> list[int | None]:
    """Where to look, in the stream's time base; None is wherever the film stands now."""
    import av

    if stream.duration:
        length, start = stream.duration, stream.start_time or 0
    elif container.duration and stream.time_base:
        length = int(container.duration / av.time_base / stream.time_base)
        start = stream.start_time or 0
    else:
        return [None] * count
    return [start + length * (2 * number + 1) // (2 * count) for number in range(count)]


def _frame_at(
    container: InputContainer, stream: Any, at: int | None, deadline: float
) -> Any | None:
    """The first picture at or after `at`, else the last one before the film breaks off."""
    import av

    last = None
    try:
        if at is not None:
            container.seek(at, stream=stream)
        for number, frame in enumerate(container.decode(stream)):
            last = frame
            reached = at is None or frame.pts is None or frame.pts >= at
            if reached or number >= FRAMES_PER_STOP or time.monotonic() > deadline:
                break
    except av.error.FFmpegError:
        return last
    return last


def _still(frame: Any, *, name: str, longest_side: int) -> MediaFile:
    if frame.width * frame.height > MAX_PIXELS:  # it may change midway
        raise LookError("too many pixels", sentence=NO_PICTURES)
    scale = min(1.0, longest_side / max(frame.width, frame.height))
    small = frame.reformat(
        width=max(1, round(frame.width * scale)),
        height=max(1, round(frame.height * scale)),
        format="rgb24",
    )
    image = small.to_image()
    if frame.rotation:
        image = image.rotate(frame.rotation, expand=True)
    return jpeg(image, name=name, longest_side=longest_side)
