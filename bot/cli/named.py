"""What was made, in the kind of file that `--output` names. Blocking, for a thread.

A name of another kind is refused before anything is paid; only a film is never changed.
"""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.errors import AudioUnreadable, ConfigError
from bot.values.media import MediaFile
from bot.voice.codec import opened
from bot.voice.track import as_track

KINDS = {
    "image": {
        ".png": "image/png",
        ".jpg": "image/jpeg",
        ".jpeg": "image/jpeg",
        ".webp": "image/webp",
    },
    "video": {".mp4": "video/mp4", ".mov": "video/quicktime", ".webm": "video/webm"},
    "music": {".mp3": "audio/mpeg", ".wav": "audio/wav"},
}
KEPT = "the file holds {mime}, whatever its name says"
JPEG_QUALITY = 95


def check_name(target: Path, kind: str) -> None:
    """Raises ConfigError for a name that says another kind; a name without one says nothing."""
    if target.suffix and target.suffix.lower() not in KINDS[kind]:
        kinds = ", ".join(KINDS[kind])
        raise ConfigError(f"--output must end in one of {kinds}; {target.name} does not.")


def as_named(file: MediaFile, target: Path, *, performer: str) -> tuple[MediaFile, str]:
    """`file` as `target` names it, and what to say when it could not be made that."""
    wanted = next((m for kind in KINDS.values() if (m := kind.get(target.suffix.lower()))), "")
    if wanted in ("", file.mime):
        return file, ""
    try:
        if wanted.startswith("image/"):
            return replace(file, data=_picture(file.data, wanted), mime=wanted), ""
        if wanted == "audio/mpeg":
            data, _ = as_track(file.data, title=target.stem, performer=performer)
            return replace(file, data=data, mime=wanted), ""
        if wanted == "audio/wav":
            return replace(file, data=_wav(file.data), mime=wanted), ""
    except (AudioUnreadable, OSError, ValueError, SyntaxError):
        pass  # paid for all the same: what came is kept
    return file, KEPT.format(mime=file.mime)


def _picture(data: bytes, mime: str) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP", "GIF")) as image:
        if mime == "image/jpeg":
            on_white = Image.new("RGBA", image.size, "white")
            on_white.alpha_composite(image.convert("RGBA"))
            on_white.convert("RGB").save(out, "JPEG", quality=JPEG_QUALITY)
        else:
            image.save(out, mime.removeprefix("image/").upper())
    return out.getvalue()


def _wav(data: bytes) -> bytes:
    import av

    out = io.BytesIO()
    with opened(data) as source, av.open(out, "w", format="wav") as target:
        stream = source.streams.audio[0]
        track: Any = target.add_stream("pcm_s16le", rate=stream.rate, layout=stream.layout.name)
        resampler = av.AudioResampler("s16", stream.layout, stream.rate)
        for frame in (*source.decode(stream), None):
            for ready in resampler.resample(frame):
                target.mux(track.encode(ready))
        target.mux(track.encode(None))
    return out.getvalue()
