"""What the bytes of a film really are, whatever they are labelled as.

Source: facts/openrouter-wire.md §13.4.
"""

from __future__ import annotations

import io
from dataclasses import replace
from typing import NamedTuple

import structlog

from bot.errors import BadAnswer
from bot.values.media import MediaFile

EBML = b"\x1a\x45\xdf\xa3"
WEBM_MARK = b"\x42\x82\x84webm"  # the EBML element DocType
# The first box of films from before `ftyp`, with what else they may begin with.
OLD_BOXES = (b"moov", b"mdat", b"wide")
PROBE_BYTES = 1_000_000
PROBE_MICROS = 1_000_000
MOST_PIXELS = 16_384
log = structlog.get_logger()


class FilmType(NamedTuple):
    """A container: its type, the ending of a file's name, the only demuxer that may read it."""

    mime: str
    suffix: str
    demuxer: str


MP4 = FilmType("video/mp4", "mp4", "mov")
MOV = FilmType("video/quicktime", "mov", "mov")
WEBM = FilmType("video/webm", "webm", "matroska")


def film_type(data: bytes) -> FilmType | None:
    """The container by its first bytes; None for everything that is no film."""
    box = data[4:8]
    if box == b"ftyp":
        return MOV if data[8:12] == b"qt  " else MP4
    if box in OLD_BOXES:
        return MOV
    if data.startswith(EBML) and WEBM_MARK in data[:64]:
        return WEBM
    return None


def as_film(data: bytes) -> MediaFile:
    """`data` under the name that it deserves. Raises BadAnswer for bytes that are no film."""
    kind = film_type(data)
    if kind is None:
        raise BadAnswer("the file is no film", retryable=False)
    return MediaFile(data=data, mime=kind.mime, name=f"video-1.{kind.suffix}")


def measured(film: MediaFile) -> MediaFile:
    """`film` with its pixels and seconds, as far as its headers tell. Blocking: for a thread.

    A film that can't be read stays as it is: it is paid for, and the person's player may judge.
    """
    import av

    kind = film_type(film.data)
    # One named demuxer: others follow references to files and addresses.
    options = {"probesize": str(PROBE_BYTES), "analyzeduration": str(PROBE_MICROS)}
    try:
        with av.open(
            io.BytesIO(film.data), "r", format=kind.demuxer if kind else None, options=options
        ) as container:
            seconds = container.duration / av.time_base if container.duration else None
            stream = next(iter(container.streams.video), None)
            width, height = (stream.width, stream.height) if stream else (0, 0)
    except (av.FFmpegError, ValueError, OverflowError) as failure:
        log.warning("video.unmeasured", reason=type(failure).__name__, size_bytes=len(film.data))
        return film
    if not (0 < width <= MOST_PIXELS and 0 < height <= MOST_PIXELS):
        return replace(film, duration_s=seconds)
    return replace(film, width=width, height=height, duration_s=seconds)
