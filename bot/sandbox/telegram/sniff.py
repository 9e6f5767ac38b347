"""What bytes really are, whatever their name says: enough to tell voice, photo and file apart."""

from __future__ import annotations

import re
import struct

_VIDEO_TRACK = re.compile(rb"hdlr.{8}vide", re.DOTALL)
VOICE_TYPES = frozenset({"ogg_opus", "mp3", "m4a"})


def sniff(data: bytes) -> str:
    """`ogg_opus ogg mp3 m4a mp4 wav flac webm jpeg png webp gif tgs` or `unknown`."""
    if data[:4] == b"OggS":
        return "ogg_opus" if b"OpusHead" in data[:256] else "ogg"
    if data[:4] == b"RIFF":
        return {b"WAVE": "wav", b"WEBP": "webp"}.get(data[8:12], "unknown")
    if data[4:8] == b"ftyp":
        return "mp4" if _VIDEO_TRACK.search(data) else "m4a"
    heads = {
        b"ID3": "mp3",
        b"fLaC": "flac",
        b"\x1a\x45\xdf\xa3": "webm",
        b"\xff\xd8\xff": "jpeg",
        b"\x89PNG": "png",
        b"GIF8": "gif",
        b"\x1f\x8b": "tgs",
    }
    for head, name in heads.items():
        if data.startswith(head):
            return name
    return "mp3" if _is_mp3_frame(data) else "unknown"


def _is_mp3_frame(data: bytes) -> bool:
    if len(data) < 4 or data[0] != 0xFF or data[1] & 0xE0 != 0xE0:
        return False
    version, layer = (data[1] >> 3) & 3, (data[1] >> 1) & 3
    bitrate, rate = data[2] >> 4, (data[2] >> 2) & 3
    return version != 1 and layer == 1 and bitrate not in (0, 15) and rate != 3


def ogg_duration_s(data: bytes) -> float | None:
    """Seconds of an OGG/Opus file by its last granule position; None when it has none."""
    page = data.rfind(b"OggS")
    head = data.find(b"OpusHead")
    if page < 0 or head < 0 or len(data) < page + 14 or len(data) < head + 12:
        return None
    granule = int(struct.unpack_from("<q", data, page + 6)[0])
    skip = int(struct.unpack_from("<H", data, head + 10)[0])
    return max(0.0, (granule - skip) / 48_000) if granule >= 0 else None


def image_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of PNG, JPEG and GIF; None for anything else."""
    kind = sniff(data)
    if kind == "png" and len(data) >= 24:
        width, height = struct.unpack_from(">II", data, 16)
        return width, height
    if kind == "gif" and len(data) >= 10:
        width, height = struct.unpack_from("<HH", data, 6)
        return width, height
    return _jpeg_size(data) if kind == "jpeg" else None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    position = 2
    while position + 9 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, position + 5)
            return width, height
        position += 2 + int(struct.unpack_from(">H", data, position + 2)[0])
    return None
