"""Names of containers: what a sender claims, what FFmpeg calls it, what transcription accepts."""

from __future__ import annotations

from pathlib import PurePath

# Containers that the transcription endpoint takes, each with the codecs that belong into it
# (facts/openrouter-wire.md §16). Anything else is encoded anew.
ACCEPTED_CODECS: dict[str, frozenset[str]] = {
    "ogg": frozenset({"opus", "vorbis"}),
    "mp3": frozenset({"mp3", "mp3float"}),
    "m4a": frozenset({"aac"}),
    "webm": frozenset({"opus", "vorbis"}),
    "flac": frozenset({"flac"}),
    "aac": frozenset({"aac"}),
    "wav": frozenset({"pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_u8"}),
}

# The demuxers that may ever touch a stranger's bytes. Playlists and scripts (hls, concat, ...) are
# not among them, so no file or address that the bytes name is opened.
DEMUXERS = (
    "ogg,mp3,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,flac,wav,w64,aac,amr,amrnb,amrwb,asf,avi,"
    "aiff,caf,mpegts,flv,ac3,au,ape,wv,dts,mpeg"
)

# The demuxer to force when the bytes alone don't tell.
FORCED_DEMUXERS = {"m4a": "mp4", "webm": "matroska"}

_BY_MIME = {
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
    "audio/flac": "flac",
    "audio/mp4": "m4a",
    "audio/m4a": "m4a",
    "audio/x-m4a": "m4a",
    "audio/ogg": "ogg",
    "audio/oga": "ogg",
    "audio/opus": "ogg",
    "audio/webm": "webm",
    "audio/aac": "aac",
}
_BY_SUFFIX = {"mpeg": "mp3", "mp4": "m4a", "oga": "ogg", "opus": "ogg"}


def declared_format(mime: str, file_name: str) -> str | None:
    """The format that the sender claims: by MIME type first, by file name else.

    None when neither names a format that transcription accepts (facts/openrouter-wire.md §16).
    """
    by_mime = _BY_MIME.get(mime.partition(";")[0].strip().lower())
    if by_mime:
        return by_mime
    suffix = PurePath(file_name).suffix.lower().lstrip(".")
    suffix = _BY_SUFFIX.get(suffix, suffix)
    return suffix if suffix in ACCEPTED_CODECS else None


def container_format(demuxer: str, *, has_video: bool, is_webm: bool) -> str:
    """Our name for what FFmpeg found, e.g. `mov,mp4,m4a,3gp,3g2,mj2` with sound only → `m4a`."""
    if demuxer.startswith("mov,"):
        return "mp4" if has_video else "m4a"
    if demuxer.startswith("matroska"):
        return "webm" if is_webm else "matroska"
    return demuxer
