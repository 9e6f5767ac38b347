"""Pictures, films and songs: what is ordered, what was made, and the files themselves."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from enum import StrEnum


class MediaKind(StrEnum):
    """What can be made."""

    IMAGE = "image"
    VIDEO = "video"
    MUSIC = "music"


FIRST_FRAME, LAST_FRAME, REFERENCE = "first_frame", "last_frame", "reference_image"


@dataclass(frozen=True, slots=True)
class Picture:
    """A reference picture. `role` (films only) is one of the three above or empty: by position."""

    data: bytes
    mime: str = "image/png"
    role: str = ""

    @property
    def data_url(self) -> str:
        return f"data:{self.mime};base64,{base64.b64encode(self.data).decode('ascii')}"


@dataclass(frozen=True, slots=True)
class ImageOrder:
    """Pictures to make. `model` is a config reference; empty hints are left to the model."""

    prompt: str
    model: str
    count: int = 1
    aspect_ratio: str = ""
    resolution: str = ""  # 1K, 2K or 4K
    pictures: tuple[Picture, ...] = ()
    timeout_s: float = 180


@dataclass(frozen=True, slots=True)
class VideoOrder:
    """A film to make. `size` is `1280x720`; `audio` None leaves sound to the model."""

    prompt: str
    model: str
    duration_s: float | None = None
    aspect_ratio: str = ""
    resolution: str = ""  # 720P or 1080P
    size: str = ""
    audio: bool | None = None
    seed: int | None = None
    pictures: tuple[Picture, ...] = ()
    timeout_s: float = 600


@dataclass(frozen=True, slots=True)
class MusicOrder:
    """A song to make. `duration_s` is a hint in words; `format` is mp3, wav or empty."""

    prompt: str
    model: str
    lyrics: str = ""
    instrumental: bool = False
    duration_s: float | None = None
    format: str = ""
    pictures: tuple[Picture, ...] = ()
    timeout_s: float = 300


@dataclass(frozen=True, slots=True)
class MediaFile:
    """One file, in memory. Pixels and seconds are None where unknown or meaningless."""

    data: bytes
    mime: str
    name: str
    width: int | None = None
    height: int | None = None
    duration_s: float | None = None
    title: str = ""
    performer: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """What a finished call gave. `text` is what came beside the files: lyrics, a remark."""

    files: tuple[MediaFile, ...]
    model: str
    text: str = ""
    cost_micro_usd: int | None = None
    generation_id: str = ""


@dataclass(frozen=True, slots=True)
class FilmTicket:
    """A film in the making upstream: enough to go on after a restart.

    `status` is `pending`, `completed` or `failed` (cancelled and expired ones failed too); `error`
    is upstream's own word about a failure.
    """

    job_id: str
    polling_url: str
    model: str
    status: str = "pending"
    urls: tuple[str, ...] = ()
    error: str = ""
    generation_id: str = ""
    cost_micro_usd: int | None = None
