"""Real pictures, films and tracks, small, as the bot would deliver them."""

from __future__ import annotations

import hashlib
import io
from functools import cache

import av
from PIL import Image
from telegram_lab import sound

from bot.values.media import MediaFile


@cache
def picture(kind: str = "png", *, width: int = 64, height: int = 48, shade: int = 90) -> MediaFile:
    """A plain picture of `kind`: png, jpeg, webp, gif or bmp."""
    target = io.BytesIO()
    Image.new("RGB", (width, height), (shade, 120, 200)).save(target, format=kind.upper())
    name = f"sky-{shade}.{'jpg' if kind == 'jpeg' else kind}"
    return MediaFile(target.getvalue(), f"image/{kind}", name, width=width, height=height)


@cache
def film(container: str = "mp4") -> MediaFile:
    """Two seconds of grey."""
    target = io.BytesIO()
    with av.open(target, "w", format=container) as output:
        stream = output.add_stream({"mp4": "mpeg4", "webm": "libvpx"}[container], rate=5)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(10):
            frame = av.VideoFrame(64, 48, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes([120]) * plane.buffer_size)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    data, name = target.getvalue(), f"waves.{container}"
    return MediaFile(data, f"video/{container}", name, width=64, height=48, duration_s=2.0)


@cache
def track(container: str = "mp3") -> MediaFile:
    """A second of tone: mp3, m4a (ipod) or wav."""
    codec, mime, suffix = {
        "mp3": ("libmp3lame", "audio/mpeg", "mp3"),
        "ipod": ("aac", "audio/mp4", "m4a"),
        "wav": ("pcm_s16le", "audio/wav", "wav"),
    }[container]
    return MediaFile(
        sound(codec, container),
        mime,
        f"song.{suffix}",
        duration_s=61.4,
        title="Sunday",
        performer="Parley",
    )


def sha256(file: MediaFile) -> str:
    return hashlib.sha256(file.data).hexdigest()
